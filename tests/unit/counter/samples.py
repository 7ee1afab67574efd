"""A receipt whose every part is long, as the tests of slips and printers print it."""

from tests.unit.payments.samples import TOKEN
from tokenpay.counter.receipt import Receipt, ReceiptKind, ReceiptParty, Standing
from tokenpay.counter.slip import SlipText
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount

PAYEE = Address(b"\xab" * 20)
ADDRESS = f"eip155:31337:{PAYEE}"
HASH = f"0x{'1f' * 32}"
TEXT = "Счёт №17 for a very long stay beside the sea, room 12"


def receipt(**changes):
    content = {
        "kind": ReceiptKind.PAYMENT, "title": "payment", "subject": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "standing": Standing.FINAL, "bank": "Example Bank of the Long Names and Sons, Incorporated", "branch": "main",
        "at_s": 1_700_000_000, "qr": "0f8fad5b-d9cb-469f-a165-70867728950e", "served_by": "tim",
        "payer": ReceiptParty(kind="customer", owner="C1", name="Аляксандра Вялікая-Доўгая Прозвішчава-Смаляк"),
        "payee": ReceiptParty(kind="address", owner=ADDRESS), "amount": Amount(TOKEN, 2**256 - 1),
        "remittance_information": TEXT, "transaction": HASH,
    }  # fmt: skip
    return Receipt(**{**content, **changes})


def paper(slip):
    return [line.text for line in slip.lines if isinstance(line, SlipText)]


def squeezed(slip):
    return "".join("".join(paper(slip)).split())
