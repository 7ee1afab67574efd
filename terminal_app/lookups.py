"""What the screens look up: the bank's answers to several questions, made one view. Called in thread workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import tokenpay as tp
from terminal_app.language import _, ngettext
from terminal_app.memory import Memory
from terminal_app.sentences import note_text, sentence
from terminal_app.views import (
    PLACES,
    UNDER_WAY,
    WAITING,
    PaymentView,
    RequestView,
    amount_text,
    payment_view,
    request_view,
    time_text,
    unseen,
)

MOST = 1000
SHOWN_LINES = 100
"""Of what moved on a customer's account, on the customer's screen."""
STALE_S = 60
LAG = 20
"""Blocks that the books may be behind a chain's head before it is said."""
NOT_CLOSED = (tp.ShiftState.OPEN, tp.ShiftState.COUNTED)


AccountLines = tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]
"""Balances, a line each, and rows of what moved by the ids of their lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    customer: tp.Customer
    balances: tuple[str, ...]
    requests: tuple[RequestView, ...]
    payments: tuple[PaymentView, ...]
    moved: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOn:
    """What the home screen shows."""

    requests: tuple[RequestView, ...]
    payments: tuple[PaymentView, ...]
    cases: int
    unfinished: int
    shift: tp.Shift | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    name: str
    lines: tuple[str, ...]
    well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseView:
    """What the bank's own books say of how it stands, in lines."""

    stopped_by: str
    resume_asked_by: str
    payments: tuple[str, ...]
    lines: tuple[str, ...]


def names_of(bank: tp.Bank, payments: Iterable[tp.Payment], *, by: tp.Session) -> dict[str, str]:
    """Return the names of the customers who pay or are paid, by party."""
    parties = {party for payment in payments for party in (payment.intent.debtor, payment.intent.creditor)}
    numbers = {party.owner for party in parties if isinstance(party, tp.BookParty) and party.kind == "customer"}
    return {f"customer/{number}": tp.get_customer(bank, number, by=by).name for number in numbers}


def payment_shown(bank: tp.Bank, payment: tp.Payment, *, by: tp.Session) -> PaymentView:
    """Return a payment with what was paid back of it."""
    later = tp.find_payments(bank, by=by, related=payment.id, limit=MOST)
    view = payment_view(payment, names_of(bank, [payment], by=by), later)
    return blinded(bank, (payment,), (view,), by=by)[0]


def blinded(
    bank: tp.Bank, payments: Sequence[tp.Payment], views: Sequence[PaymentView], *, by: tp.Session
) -> tuple[PaymentView, ...]:
    """Keep amount and payee from who is to type them before they sign."""
    hidden = typed_first(bank, payments, by=by)
    return tuple(
        unseen(view, payment) if payment.id in hidden else view for payment, view in zip(payments, views, strict=True)
    )


def typed_first(bank: tp.Bank, payments: Sequence[tp.Payment], *, by: tp.Session) -> frozenset[str]:
    """Return which payments' amount and payee this person types from the order before they see them."""
    if not payments or not by.operator.may(tp.Permission.APPROVE):
        return frozenset()
    policy = tp.get_policy(bank, by=by)
    return frozenset(
        payment.id
        for payment in payments
        if payment.state is tp.PaymentState.HELD
        and payment.intent.maker != by.operator.id
        and policy.asks_rekeying(payment.intent)
    )


def journal_shown(
    bank: tp.Bank, *, by: tp.Session, wanted: tp.JournalFilter, limit: int, after: str = ""
) -> tuple[tp.JournalPage, frozenset[str]]:
    """Return a page of the journal, and what of it this person types before they see it."""
    page = tp.journal(bank, by=by, wanted=wanted, limit=limit, after=after)
    return page, typed_first(bank, [entry.payment for entry in page.entries], by=by)


def payments_shown(bank: tp.Bank, states: Iterable[tp.PaymentState], *, by: tp.Session) -> tuple[PaymentView, ...]:
    found = tp.find_payments(bank, by=by, states=states, limit=MOST)
    names = names_of(bank, found, by=by)
    return blinded(bank, found, [payment_view(payment, names) for payment in found], by=by)


def request_shown(bank: tp.Bank, request_id: str, *, by: tp.Session) -> RequestView:
    issued = tp.get_request(bank, request_id, by=by)
    payee = tp.get_customer(bank, issued.request.payee.partition("/")[2], by=by)
    deposits = tp.request_deposits(bank, request_id, by=by)
    aside = tuple(d.id for d in deposits if d.outcome in (tp.DepositOutcome.SUSPENSE, tp.DepositOutcome.BLOCKED))
    aside += tuple(d.id for d in deposits if issued.state is tp.RequestState.OVERPAID)
    cases = tp.list_cases(bank, by=by, open_only=False, about=aside)
    case_id = next((case.id for case in sorted(cases, key=lambda case: not case.is_open)), "")
    return request_view(issued, deposits, f"{payee.name} ({payee.id})", now_s=bank.clock.now_s(), case_id=case_id)


def requests_shown(
    bank: tp.Bank,
    *,
    by: tp.Session,
    customer_id: str | None = None,
    states: Iterable[tp.RequestState] | None = WAITING,
    limit: int = 200,
) -> tuple[RequestView, ...]:
    """Return requests of one customer or of all, newest first, without the deposits behind them."""
    found = tp.find_requests(bank, by=by, customer_id=customer_id, states=states, limit=limit)
    names: dict[str, str] = {}
    for issued in found:
        number = issued.request.payee.partition("/")[2]
        if number not in names:
            names[number] = f"{tp.get_customer(bank, number, by=by).name} ({number})"
    now_s = bank.clock.now_s()
    return tuple(
        request_view(issued, [], names[issued.request.payee.partition("/")[2]], now_s=now_s) for issued in found
    )


def account_shown(bank: tp.Bank, number: str, *, by: tp.Session) -> AccountLines:
    """Return a customer's balances, and the last that moved in any asset, newest first."""
    balances: list[str] = []
    moved: list[tp.StatementLine] = []
    for balance in tp.balances(bank, number, by=by):
        standing = tp.statement(
            bank, customer_id=number, asset_id=balance.asset.id, by=by, limit=SHOWN_LINES, newest=True
        )
        extra = _(", {amount} available").format(amount=amount_text(standing.available))
        incoming = _(", {amount} seen and not final").format(amount=amount_text(standing.incoming))
        held = standing.available != standing.balance
        balances.append(amount_text(balance) + (extra if held else "") + (incoming if standing.incoming else ""))
        moved += standing.lines
    newest = sorted(moved, key=lambda line: (line.at_s, line.seq), reverse=True)[:SHOWN_LINES]
    return tuple(balances) or (_("nothing yet"),), tuple((_line_id(line), _line(line)) for line in newest)


def customer_shown(bank: tp.Bank, number: str, *, by: tp.Session) -> CustomerView:
    """Return a customer with balances, what is under way, and the last that moved, newest first."""
    balances, moved = account_shown(bank, number, by=by)
    waiting = [
        payment
        for payment in tp.find_payments(bank, by=by, states=(tp.PaymentState.HELD, *UNDER_WAY), limit=MOST)
        if f"customer/{number}" in (str(payment.intent.debtor), str(payment.intent.creditor))
    ]
    names = names_of(bank, waiting, by=by)
    return CustomerView(
        customer=tp.get_customer(bank, number, by=by),
        balances=balances,
        requests=requests_shown(bank, by=by, customer_id=number),
        payments=blinded(bank, waiting, [payment_view(payment, names) for payment in waiting], by=by),
        moved=moved,
    )


def going_on(bank: tp.Bank, memory: Memory, *, by: tp.Session) -> GoingOn:
    """Return open requests, payments that are not over, the shift, and how much waits for people."""
    return GoingOn(
        requests=requests_shown(bank, by=by),
        payments=payments_shown(bank, (tp.PaymentState.HELD, *UNDER_WAY), by=by),
        cases=len(tp.list_cases(bank, by=by)),
        unfinished=len(memory.unanswered()),
        shift=own_shift(bank, by=by),
    )


def own_shift(bank: tp.Bank, *, by: tp.Session) -> tp.Shift | None:
    """Return the shift that who is signed in has not closed, if there is one."""
    going = tp.find_shifts(bank, by=by, states=NOT_CLOSED)
    return next((shift for shift in going if shift.operator_id == by.operator.id), None)


def house_shown(bank: tp.Bank, *, by: tp.Session, with_cash: bool) -> HouseView:
    """Return whether payments run, how old the lists are, where cash lies, and what waits for people."""
    health = tp.bank_health(bank, by=by)
    payments = [_("✓ Payments run")]
    if health.stopped_by:
        payments = [_("✗ PAYMENTS ARE STOPPED, by {who}").format(who=health.stopped_by)]
    if health.store_halted:
        payments.append(_("✗ THE DISK FAILED: this terminal only reads until it is started again"))
    if health.resume_asked_by:
        payments.append(_("○ {who} asked to go on: another supervisor must agree").format(who=health.resume_asked_by))
    lines = [
        _("People"),
        _("  ▸ payments that wait for a second person: {count}").format(count=health.held),
        _("  ▸ open cases: {count}").format(count=health.open_cases),
        _("  ▸ shifts that are not closed: {count}").format(count=len(tp.find_shifts(bank, by=by, states=NOT_CLOSED))),
        "",
        _("Screening lists"),
        *_lists(health),
        "",
        _("Written down last"),
        *(
            _("  ▸ {stream}: {time}, records: {count}").format(
                stream=head.stream, time=time_text(head.at_s), count=head.seq
            )
            for head in health.streams
        ),
    ]
    if with_cash:
        cash = [line for line in tp.book_balances(bank, by=by) if line.kind in _CASH_PLACES]
        lines += ["", _("Cash in the books"), *(f"  ▸ {_place(line)}" for line in cash)]
    return HouseView(
        stopped_by=health.stopped_by,
        resume_asked_by=health.resume_asked_by,
        payments=tuple(payments),
        lines=tuple(lines),
    )


_CASH_PLACES = (tp.AccountKind.VAULT, tp.AccountKind.DRAWER)


def _place(line: tp.BookBalance) -> str:
    return f"{PLACES[line.kind].format(owner=line.owner)}: {amount_text(tp.Amount(line.asset, line.units))}"


_SILENT = {
    tp.Silence.MISSING: _("  ✗ {name}: REQUIRED, and never loaded"),
    tp.Silence.UNSIGNED: _("  ✗ {name}, of {time}: NOT SIGNED as the policy wants it"),
    tp.Silence.DOUBTED: _("  ✗ {name}, of {time}: a newer one WAITS for a second person"),
    tp.Silence.STALE: _("  ✗ {name}, of {time}: TOO OLD, load it anew"),
    tp.Silence.AHEAD: _("  ✗ {name}, of {time}: dated AHEAD of this clock"),
}


def _lists(health: tp.BankHealth) -> tuple[str, ...]:
    """Return each screening list with its date; payments to addresses wait where one can say nothing."""
    silent = {each.name for each in health.silent_lists}
    lines = [_SILENT[each.why].format(name=each.name, time=time_text(each.dated_s)) for each in health.silent_lists] + [
        _("  ✓ {name}, of {time}, entries: {count}, addresses: {addresses}").format(
            name=known.name,
            time=time_text(known.dated_s),
            count=known.parties,
            addresses=known.address_count,
        )
        for known in health.lists
        if known.name not in silent
    ]
    unread = _("  ! {name}: names that nobody can be compared with: {count}")
    lines += [unread.format(name=name, count=count) for name, count in health.unread_names.items()]
    return tuple(lines) or (_("  ✗ none: payments to addresses wait"),)


def chains_shown(bank: tp.Bank, *, by: tp.Session) -> tuple[ChainView, ...]:
    """Return each chain's head and finality, how far the books have taken it in, and what waits for the engine."""
    return tuple(_chain(bank, chain) for chain in tp.bank_health(bank, by=by).chains)


def _chain(bank: tp.Bank, known: tp.ChainHealth) -> ChainView:
    oldest_s = known.oldest_payment_s
    engine = _("▸ payments with the engine: {count}").format(count=known.payments)
    if oldest_s > STALE_S:
        engine = ngettext(
            "! a payment has not moved for {seconds} second: does the engine run?",
            "! a payment has not moved for {seconds} seconds: does the engine run?",
            oldest_s,
        ).format(seconds=oldest_s)
    name = f"{known.name} ({known.chain_id})"
    halted = (_("✗ HALTED: {why}").format(why=note_text(known.halted)),) if known.halted else ()
    noted = tuple(_("! the engine noted: {what}").format(what=note_text(what)) for what in _parts(known.trouble))
    try:
        chain = bank.chain(known.chain_id)
        head, final = chain.head(), chain.finalized()
    except tp.TokenpayError as error:
        silent = _("✗ does not answer: {message}").format(message=sentence(error))
        return ChainView(name=name, lines=(*halted, silent, *noted, engine), well=False)
    behind = max(head.number - known.head_number, 0)
    lines = (
        *halted,
        _("✓ head block {number} of {time}").format(number=head.number, time=time_text(head.timestamp_s)),
        _("✓ final up to block {number}, {behind} behind the head").format(
            number=final.number, behind=head.number - final.number
        ),
        _("✓ the books have taken in block {number}").format(number=known.head_number)
        if behind <= LAG
        else _("! the books are {behind} blocks behind: does the engine run?").format(behind=behind),
        *noted,
        engine,
    )
    well = oldest_s <= STALE_S and not halted and not noted and behind <= LAG
    return ChainView(name=name, lines=lines, well=well)


def _parts(trouble: str) -> list[str]:
    return trouble.split("; ") if trouble else []


def _line_id(line: tp.StatementLine) -> str:
    return f"{line.amount.asset.id}#{line.seq}#{line.related}"


def _line(line: tp.StatementLine) -> tuple[str, ...]:
    direction = _("in") if line.came_in else _("out")
    return (time_text(line.at_s), direction, amount_text(line.amount), amount_text(line.balance))
