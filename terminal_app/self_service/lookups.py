"""What a customer looks up of their own, each made one view. Called in thread workers."""

from __future__ import annotations

from dataclasses import dataclass

import tokenpay as tp
from terminal_app.language import _
from terminal_app.lookups import account_shown
from terminal_app.screens.pay_out import Target
from terminal_app.views import PaymentView, payment_view

LINES = 100
OVER = frozenset({tp.PaymentState.FINAL})
NOT_FINAL = frozenset(tp.PaymentState) - OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A customer's own account; `moved` are lines of their statements, newest first, by the payment behind each."""

    customer: tp.Customer
    balances: tuple[str, ...]
    payments: tuple[PaymentView, ...]
    moved: tuple[tuple[str, tuple[str, ...]], ...]


def own_account(bank: tp.Bank, *, by: tp.Session) -> AccountView:
    """Return what the customer has, what is not final, and what moved."""
    number = by.operator.customer_id
    balances, moved = account_shown(bank, number, by=by)
    wanted = tp.JournalFilter(customer_id=number, states=NOT_FINAL)
    page = tp.journal(bank, by=by, wanted=wanted, limit=LINES)
    return AccountView(
        customer=tp.get_customer(bank, number, by=by),
        balances=balances,
        payments=tuple(payment_view(entry.payment, {}) for entry in page.entries),
        moved=moved,
    )


def own_payment(bank: tp.Bank, payment_id: str, *, by: tp.Session) -> PaymentView:
    """Return a payment that the customer made, or was paid by."""
    own = tp.get_customer(bank, by.operator.customer_id, by=by)
    return payment_view(tp.get_payment(bank, payment_id, by=by), {f"customer/{own.id}": own.name})


def own_target(bank: tp.Bank, text: str) -> Target:
    """Return what the bank knows of a text; another customer is a number, and nothing more."""
    resolved = tp.resolve_request(bank, text)
    if resolved.request is None:
        return Target(resolved=resolved, chain_id=resolved.chain_id)
    payee = resolved.request.payee.partition("/")[2]
    return Target(resolved=resolved, name=_("customer {number} of this bank").format(number=payee))
