"""Cash into the vault, and between the vault and a drawer: payments of the bank's own money."""

from enum import StrEnum

from tokenpay.bank import Bank
from tokenpay.counter.cash_count import CashCount
from tokenpay.errors import NotFound
from tokenpay.ledger.chart import BANK, AccountKind
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import BookParty, Purpose
from tokenpay.payments.payment import Payment, Refusal
from tokenpay.steps.authorize import authorize
from tokenpay.steps.propose import Draft, propose
from tokenpay.store.unit_of_work import UnitOfWork


class CashDirection(StrEnum):
    """Which way cash goes between the vault and a drawer."""

    TO_DRAWER = "to_drawer"
    TO_VAULT = "to_vault"


def receive_cash(bank: Bank, *, count: CashCount, by: Session, key: str) -> Payment | Refusal:
    """Take a counted delivery of cash into the vault of the session's branch. Returns and raises as `pay` does."""
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.VAULT)
    draft = Draft(
        purpose=Purpose.DELIVERY,
        debtor=BookParty(AccountKind.FUNDING, BANK),
        creditor=BookParty(AccountKind.VAULT, operator.branch),
        amount=count.amount,
        noted={"count": str(count)},
    )
    return propose(bank, draft, by=by, key=key, permission=Permission.VAULT)


def allocate_cash(
    bank: Bank, *, drawer: str, amount: Amount, direction: CashDirection, by: Session, key: str
) -> Payment | Refusal:
    """Bring cash from the vault to a drawer, or back, within the drawer's open shift and by its operator.

    Returns and raises as `pay` does; `shift.closed` and `shift.other` are reasons to refuse.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.SHIFT)
        shift_id = _shift_of(uow, drawer, key)
    vault, place = BookParty(AccountKind.VAULT, operator.branch), BookParty(AccountKind.DRAWER, drawer)
    out = direction is CashDirection.TO_DRAWER
    draft = Draft(
        purpose=Purpose.ALLOCATION,
        debtor=vault if out else place,
        creditor=place if out else vault,
        amount=amount,
        related=shift_id,
    )
    return propose(bank, draft, by=by, key=key, permission=Permission.SHIFT)


def _shift_of(uow: UnitOfWork, drawer: str, key: str) -> str:
    """Return the shift of the payment that the key stands for already, else the one the drawer is in, else nothing."""
    known = uow.keys.result(key)
    if known is not None:
        try:
            return uow.payments.get(known).intent.related
        except NotFound:  # of another verb: `propose` says so
            return ""
    shift = uow.shifts.not_closed(drawer=drawer)
    return shift.id if shift is not None else ""
