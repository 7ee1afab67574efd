"""What the screens look up: the bank's answers to several questions, made one view. Called in thread workers."""

from collections.abc import Iterable
from dataclasses import dataclass

import tokenpay as tp
from terminal_app.language import _, ngettext
from terminal_app.memory import Memory
from terminal_app.sentences import sentence
from terminal_app.views import (
    UNDER_WAY,
    PaymentView,
    RequestView,
    amount_text,
    payment_view,
    request_view,
    time_text,
)

MOST = 1000
STALE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    customer: tp.Customer
    balances: tuple[str, ...]
    payments: tuple[PaymentView, ...]
    moved: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOn:
    """What the home screen shows."""

    requests: tuple[RequestView, ...]
    payments: tuple[PaymentView, ...]
    cases: int
    unfinished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    name: str
    lines: tuple[str, ...]
    well: bool


def customer_named(bank: tp.Bank, number: str, *, by: tp.Session) -> tp.Customer:
    """Return the customer with exactly this number; raises tp.NotFound."""
    for customer in tp.find_customers(bank, number, by=by):
        if customer.id == number:
            return customer
    raise tp.NotFound(_("there is no such customer"))


def names_of(bank: tp.Bank, payments: Iterable[tp.Payment], *, by: tp.Session) -> dict[str, str]:
    """Return the names of the customers who pay or are paid, by party."""
    parties = {party for payment in payments for party in (payment.intent.debtor, payment.intent.creditor)}
    numbers = {party.owner for party in parties if isinstance(party, tp.BookParty) and party.kind == "customer"}
    return {f"customer/{number}": customer_named(bank, number, by=by).name for number in numbers}


def payment_shown(bank: tp.Bank, payment: tp.Payment, *, by: tp.Session) -> PaymentView:
    return payment_view(payment, names_of(bank, [payment], by=by))


def payments_shown(bank: tp.Bank, states: Iterable[tp.PaymentState], *, by: tp.Session) -> tuple[PaymentView, ...]:
    found = tp.find_payments(bank, by=by, states=states, limit=MOST)
    names = names_of(bank, found, by=by)
    return tuple(payment_view(payment, names) for payment in found)


def request_shown(bank: tp.Bank, request_id: str, *, by: tp.Session) -> RequestView:
    issued = tp.get_request(bank, request_id, by=by)
    payee = customer_named(bank, issued.request.payee.partition("/")[2], by=by)
    deposits = tp.request_deposits(bank, request_id, by=by)
    return request_view(issued, deposits, f"{payee.name} ({payee.id})", now_s=bank.clock.now_s())


def customer_shown(bank: tp.Bank, number: str, *, by: tp.Session) -> CustomerView:
    """Return a customer with balances, what is under way, and the last that moved, newest first."""
    customer = customer_named(bank, number, by=by)
    balances, moved = [], []
    for balance in tp.balances(bank, number, by=by):
        standing, lines = _whole_statement(bank, number, balance.asset.id, by=by)
        extra = _(", {amount} available").format(amount=amount_text(standing.available))
        incoming = _(", {amount} seen and not final").format(amount=amount_text(standing.incoming))
        held = standing.available != standing.balance
        balances.append(amount_text(balance) + (extra if held else "") + (incoming if standing.incoming else ""))
        moved += lines
    waiting = [
        payment
        for payment in tp.find_payments(bank, by=by, states=(tp.PaymentState.HELD, *UNDER_WAY), limit=MOST)
        if f"customer/{number}" in (str(payment.intent.debtor), str(payment.intent.creditor))
    ]
    names = names_of(bank, waiting, by=by)
    newest = sorted(moved, key=lambda line: (line.at_s, line.seq), reverse=True)[:100]
    return CustomerView(
        customer=customer,
        balances=tuple(balances) or (_("nothing yet"),),
        payments=tuple(payment_view(payment, names) for payment in waiting),
        moved=tuple((_line_id(line), _line(line)) for line in newest),
    )


def going_on(bank: tp.Bank, memory: Memory, *, by: tp.Session) -> GoingOn:
    """Return the open requests of this terminal, payments that are not over, and how much waits for people."""
    requests = []
    for request_id in memory.requests():
        try:
            shown = request_shown(bank, request_id, by=by)
        except tp.NotFound:  # another bank's, or restored from before it
            memory.forget_request(request_id)
            continue
        requests.append(shown)
    return GoingOn(
        requests=tuple(requests),
        payments=payments_shown(bank, (tp.PaymentState.HELD, *UNDER_WAY), by=by),
        cases=len(tp.list_cases(bank, by=by)),
        unfinished=len(memory.unanswered()),
    )


def chains_shown(bank: tp.Bank, *, by: tp.Session) -> tuple[ChainView, ...]:
    """Return each chain's head and finality, and what waits for the engine there."""
    waiting = tp.find_payments(bank, by=by, states=UNDER_WAY, limit=MOST)
    return tuple(_chain(bank, settings.chain_id, settings.name, waiting) for settings in bank.settings.chains)


def _chain(bank: tp.Bank, chain_id: int, name: str, waiting: list[tp.Payment]) -> ChainView:
    now_s = bank.clock.now_s()
    mine = [payment for payment in waiting if payment.intent.amount.asset.chain_id == chain_id]
    oldest_s = max((now_s - payment.updated_at_s for payment in mine), default=0)
    engine = _("▸ payments with the engine: {count}").format(count=len(mine))
    if oldest_s > STALE_S:
        engine = ngettext(
            "! a payment has not moved for {seconds} second: does the engine run?",
            "! a payment has not moved for {seconds} seconds: does the engine run?",
            oldest_s,
        ).format(seconds=oldest_s)
    try:
        chain = bank.chain(chain_id)
        head, final = chain.head(), chain.finalized()
    except tp.TokenpayError as error:
        silent = _("✗ does not answer: {message}").format(message=sentence(error))
        return ChainView(name=f"{name} ({chain_id})", lines=(silent, engine), well=False)
    lines = (
        _("✓ head block {number} of {time}").format(number=head.number, time=time_text(head.timestamp_s)),
        _("✓ final up to block {number}, {behind} behind").format(
            number=final.number, behind=head.number - final.number
        ),
        engine,
    )
    return ChainView(name=f"{name} ({chain_id})", lines=lines, well=oldest_s <= STALE_S)


def _whole_statement(
    bank: tp.Bank, number: str, asset_id: str, *, by: tp.Session
) -> tuple[tp.Statement, list[tp.StatementLine]]:
    lines: list[tp.StatementLine] = []
    while True:
        after = lines[-1].seq if lines else 0
        page = tp.statement(bank, customer_id=number, asset_id=asset_id, by=by, after_seq=after, limit=MOST)
        lines = [*lines, *page.lines][-MOST:]
        if len(page.lines) < MOST:
            return page, lines


def _line_id(line: tp.StatementLine) -> str:
    return f"{line.amount.asset.id}#{line.seq}#{line.related}"


def _line(line: tp.StatementLine) -> tuple[str, ...]:
    direction = _("in") if line.came_in else _("out")
    return (time_text(line.at_s), direction, amount_text(line.amount), amount_text(line.balance))
