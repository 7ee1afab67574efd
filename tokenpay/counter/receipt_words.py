"""The words of a receipt in each of its languages; amounts, dates and ids are the same in all of them."""

from enum import StrEnum

from tokenpay.errors import InvalidInput


class Language(StrEnum):
    """What a receipt is written in, by its ISO 639-1 code."""

    ENGLISH = "en"
    RUSSIAN = "ru"
    BELARUSIAN = "be"


# A label: English, Russian, Belarusian.
_WORDS = {
    "title.payment": ("PAYMENT", "ПЛАТЁЖ", "ПЛАЦЁЖ"),
    "title.refund": ("REFUND", "ВОЗВРАТ ПЛАТЕЖА", "ВЯРТАННЕ ПЛАЦЯЖУ"),
    "title.reversal": ("REVERSAL", "СТОРНИРОВАНИЕ", "СТАРНІРАВАННЕ"),
    "title.collection": ("COLLECTION", "ВЗЫСКАНИЕ ПО РАЗРЕШЕНИЮ", "СПАГНАННЕ ПА ДАЗВОЛЕ"),
    "title.sweep": ("TRANSFER TO TREASURY", "ПЕРЕВОД В КАЗНАЧЕЙСТВО", "ПЕРАВОД У КАЗНАЧЭЙСТВА"),
    "title.fill": ("EMPTY TRANSACTION", "ПУСТАЯ ТРАНЗАКЦИЯ", "ПУСТАЯ ТРАНЗАКЦЫЯ"),
    "title.delivery": ("CASH DELIVERY", "ПОСТУПЛЕНИЕ НАЛИЧНЫХ", "ПАСТУПЛЕННЕ НАЯЎНЫХ"),
    "title.allocation": ("CASH ALLOCATION", "ПЕРЕДАЧА НАЛИЧНЫХ", "ПЕРАДАЧА НАЯЎНЫХ"),
    "title.variance": ("CASH VARIANCE", "РАСХОЖДЕНИЕ НАЛИЧНЫХ", "РАЗЫХОДЖАННЕ НАЯЎНЫХ"),
    "title.exchange": ("EXCHANGE", "ОБМЕН", "АБМЕН"),
    "title.request": ("PAYMENT REQUEST", "ЗАПРОС НА ОПЛАТУ", "ЗАПЫТ НА АПЛАТУ"),
    "title.shift_x": ("X REPORT", "X-ОТЧЁТ", "X-СПРАВАЗДАЧА"),
    "title.shift_z": ("Z REPORT", "Z-ОТЧЁТ", "Z-СПРАВАЗДАЧА"),
    "original": ("ORIGINAL", "ОРИГИНАЛ", "АРЫГІНАЛ"),
    "copy": ("COPY {number}", "КОПИЯ {number}", "КОПІЯ {number}"),
    "preview": ("NOT ISSUED: NO RECEIPT", "НЕ ВЫДАН: НЕ КВИТАНЦИЯ", "НЕ ВЫДАДЗЕНА: НЕ КВІТАНЦЫЯ"),
    "payment.pending": (
        "PENDING: not paid yet, and no proof of payment",
        "В ОБРАБОТКЕ: ещё не оплачено, платёж не подтверждён",
        "У АПРАЦОЎЦЫ: яшчэ не аплачана, плацёж не пацверджаны",
    ),
    "payment.final": ("FINAL: paid", "ИСПОЛНЕН: оплачено окончательно", "ВЫКАНАНЫ: аплачана канчаткова"),
    "payment.ended": ("ENDED: nothing was paid", "ЗАВЕРШЁН: оплаты не было", "ЗАВЕРШАНЫ: аплаты не было"),
    "request.pending": ("PENDING: waits for money", "В ОБРАБОТКЕ: ожидает оплаты", "У АПРАЦОЎЦЫ: чакае аплаты"),
    "request.final": ("FINAL: paid", "ИСПОЛНЕН: оплачено окончательно", "ВЫКАНАНЫ: аплачана канчаткова"),
    "request.ended": (
        "ENDED: not paid in full",
        "ЗАВЕРШЁН: не оплачено полностью",
        "ЗАВЕРШАНЫ: не аплачана цалкам",
    ),
    "shift.pending": (
        "PENDING: the shift is not closed",
        "НЕ ОКОНЧЕН: смена не закрыта",
        "НЕ СКОНЧАНА: змена не закрыта",
    ),
    "shift.final": ("FINAL: the shift is closed", "ОКОНЧЕН: смена закрыта", "СКОНЧАНА: змена закрыта"),
    "branch": ("Branch", "Отделение", "Аддзяленне"),
    "number": ("Receipt", "Квитанция", "Квітанцыя"),
    "at": ("Made", "Создано", "Створана"),
    "opened": ("From", "С", "З"),
    "reported": ("Until", "По", "Па"),
    "issued": ("Issued", "Выдано", "Выдадзена"),
    "served_by": ("Served by", "Сотрудник", "Супрацоўнік"),
    "payer": ("Payer", "Плательщик", "Плацельшчык"),
    "payee": ("Payee", "Получатель", "Атрымальнік"),
    "amount": ("Amount", "Сумма", "Сума"),
    "asked": ("Asked", "Запрошено", "Запытана"),
    "open_amount": ("any amount", "любая сумма", "любая сума"),
    "credited": ("Credited", "Зачислено", "Залічана"),
    "fee": ("Fee", "Комиссия", "Камісія"),
    "no_fee": ("none", "нет", "няма"),
    "remittance": ("For", "Назначение", "Прызначэнне"),
    "reference": ("Reference", "Ссылка", "Спасылка"),
    "related": ("Relates to", "Относится к", "Адносіцца да"),
    "uetr": ("UETR", "UETR", "UETR"),
    "shift": ("Shift", "Смена", "Змена"),
    "transaction": ("Transaction", "Транзакция", "Транзакцыя"),
    "outcome": ("Outcome", "Результат", "Вынік"),
    "drawer": ("Drawer", "Касса", "Каса"),
    "terminal": ("Terminal", "Терминал", "Тэрмінал"),
    "party.customer": ("Customer", "Клиент", "Кліент"),
    "party.address": ("Address", "Адрес", "Адрас"),
    "party.drawer": ("Drawer", "Касса", "Каса"),
    "party.vault": ("Vault", "Хранилище", "Сховішча"),
    "party.suspense": ("Suspense", "Невыясненные суммы", "Нявысветленыя сумы"),
    "party.blocked": ("Blocked", "Заблокированные суммы", "Заблакіраваныя сумы"),
    "party.variance": ("Variance", "Расхождение", "Разыходжанне"),
    "party.funding": ("Outside", "Извне", "Звонку"),
    "party.custody": ("Custody", "Хранение", "Захоўванне"),
    "party.fees": ("Fees", "Комиссии", "Камісіі"),
    "party.gas": ("Gas", "Газ", "Газ"),
    "party.conversion": ("The bank", "Банк", "Банк"),
    "state.refused": ("refused", "отказано", "адмоўлена"),
    "state.cancelled": ("cancelled", "отменено", "адменена"),
    "state.expired": ("expired", "срок истёк", "тэрмін скончыўся"),
    "state.failed": ("failed", "не исполнено", "не выканана"),
    "state.open": ("open", "не оплачено", "не аплачана"),
    "state.part_paid": ("part paid", "оплачено частично", "аплачана часткова"),
    "state.paid": ("paid", "оплачено", "аплачана"),
    "state.overpaid": ("overpaid", "переплата", "пераплата"),
    "state.late_paid": ("paid too late", "оплачено с опозданием", "аплачана са спазненнем"),
    "deposit.seen": ("Came, PENDING", "Поступает, НЕ ОКОНЧАТЕЛЬНО", "Паступае, НЕ КАНЧАТКОВА"),
    "deposit.credited": ("Came, credited", "Поступило, зачислено", "Паступіла, залічана"),
    "deposit.suspense": ("Came, to suspense", "Поступило, до выяснения", "Паступіла, да высвятлення"),
    "deposit.blocked": ("Came, blocked", "Поступило, заблокировано", "Паступіла, заблакіравана"),
    "deposit.nothing": ("Came, not credited", "Поступило, не зачислено", "Паступіла, не залічана"),
    "cash.opening": ("Opening count", "При открытии", "Пры адкрыцці"),
    "cash.from_vault": ("From the vault", "Из хранилища", "Са сховішча"),
    "cash.to_vault": ("To the vault", "В хранилище", "У сховішча"),
    "cash.cash_in": ("Cash received", "Принято наличных", "Прынята наяўных"),
    "cash.cash_out": ("Cash paid out", "Выдано наличных", "Выдадзена наяўных"),
    "cash.fees": ("Fees within", "В том числе комиссии", "У тым ліку камісіі"),
    "cash.over": ("Over", "Излишек", "Лішак"),
    "cash.short": ("Short", "Недостача", "Недастача"),
    "cash.expected": ("Expected", "По книгам", "Па кнігах"),
    "cash.counted": ("Counted", "Насчитано", "Налічана"),
    "count.payment": ("Payments", "Платежей", "Плацяжоў"),
    "count.refund": ("Refunds", "Возвратов", "Вяртанняў"),
    "count.reversal": ("Reversals", "Сторнирований", "Старніраванняў"),
    "count.collection": ("Collections", "Взысканий", "Спагнанняў"),
    "count.sweep": ("Transfers to treasury", "Переводов в казначейство", "Пераводаў у казначэйства"),
    "count.fill": ("Empty transactions", "Пустых транзакций", "Пустых транзакцый"),
    "count.delivery": ("Deliveries", "Поступлений", "Паступленняў"),
    "count.allocation": ("Allocations", "Передач", "Перадач"),
    "count.exchange": ("Exchanges", "Обменов", "Абменаў"),
    "count.variance": ("Variances", "Расхождений", "Разыходжанняў"),
}
_COLUMN = {language: column for column, language in enumerate(Language)}


def word(label: str, language: Language) -> str:
    """Return the words of a label; raises InvalidInput for a label that has none."""
    if label not in _WORDS:
        raise InvalidInput("a receipt has no words for this", label=label[:40])
    return _WORDS[label][_COLUMN[language]]
