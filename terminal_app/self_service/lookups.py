"""What a customer looks up of their own, each made one view. Called in thread workers."""

from dataclasses import dataclass

import tokenpay as tp
from terminal_app.language import _
from terminal_app.screens.pay_out import Target
from terminal_app.views import PaymentView, amount_text, payment_view, time_text

LINES = 100
PAGE = 1000
OVER = frozenset({tp.PaymentState.FINAL})
NOT_FINAL = frozenset(tp.PaymentState) - OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A customer's own account; `moved` are lines of their statements, newest first, by the payment behind each."""

    customer: tp.Customer
    balances: tuple[str, ...]
    payments: tuple[PaymentView, ...]
    moved: tuple[tuple[str, tuple[str, ...]], ...]


def number_of(by: tp.Session) -> str:
    """Return the number of the customer whose session it is."""
    return by.operator.customer_id


def own_account(bank: tp.Bank, *, by: tp.Session) -> AccountView:
    """Return what the customer has, what is not final, and what moved."""
    number = number_of(by)
    balances, moved = [], []
    for balance in tp.balances(bank, number, by=by):
        standing, lines = _statement(bank, number, balance.asset.id, by=by)
        extra = _(", {amount} available").format(amount=amount_text(standing.available))
        incoming = _(", {amount} seen and not final").format(amount=amount_text(standing.incoming))
        held = standing.available != standing.balance
        balances.append(amount_text(balance) + (extra if held else "") + (incoming if standing.incoming else ""))
        moved += lines
    wanted = tp.JournalFilter(customer_id=number, states=NOT_FINAL)
    page = tp.journal(bank, by=by, wanted=wanted, limit=LINES)
    newest = sorted(moved, key=lambda line: (line.at_s, line.seq), reverse=True)[:LINES]
    return AccountView(
        customer=tp.get_customer(bank, number, by=by),
        balances=tuple(balances) or (_("nothing yet"),),
        payments=tuple(payment_view(entry.payment, {}) for entry in page.entries),
        moved=tuple((f"{line.amount.asset.id}#{line.seq}#{line.related}", _line(line)) for line in newest),
    )


def own_payment(bank: tp.Bank, payment_id: str, *, by: tp.Session) -> PaymentView:
    """Return a payment that the customer made, or was paid by."""
    own = tp.get_customer(bank, number_of(by), by=by)
    return payment_view(tp.get_payment(bank, payment_id, by=by), {f"customer/{own.id}": own.name})


def own_target(bank: tp.Bank, text: str) -> Target:
    """Return what the bank knows of a text; another customer is a number, and nothing more."""
    resolved = tp.resolve_request(bank, text)
    if resolved.request is None:
        return Target(resolved=resolved, chain_id=resolved.chain_id)
    payee = resolved.request.payee.partition("/")[2]
    return Target(resolved=resolved, name=_("customer {number} of this bank").format(number=payee))


def _statement(
    bank: tp.Bank, number: str, asset_id: str, *, by: tp.Session
) -> tuple[tp.Statement, list[tp.StatementLine]]:
    lines: list[tp.StatementLine] = []
    while True:
        after = lines[-1].seq if lines else 0
        page = tp.statement(bank, customer_id=number, asset_id=asset_id, by=by, after_seq=after, limit=PAGE)
        lines = [*lines, *page.lines][-LINES:]
        if len(page.lines) < PAGE:
            return page, lines


def _line(line: tp.StatementLine) -> tuple[str, ...]:
    direction = _("in") if line.came_in else _("out")
    return (time_text(line.at_s), direction, amount_text(line.amount), amount_text(line.balance))
