"""A case about a payment that cannot go on, in a unit of work of its own: it keeps nobody behind it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.groups import STAYS


def tell_stuck(bank: Bank, payment_id: str, note: str, *, by: Session) -> None:
    """Open a case about a payment that people must look at, or leave the open one as it is."""
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        enter_case(uow, bank, operator, kind=CaseKind.PAYMENT_STUCK, subject=payment_id, note=note)


@contextmanager
def told_where_stuck(bank: Bank, payment_id: str, note: str, *, by: Session) -> Iterator[None]:
    """Go on after work on one payment that raises one of STAYS, with a case: the note, and what was raised."""
    try:
        yield
    except STAYS as error:
        tell_stuck(bank, payment_id, f"{note}: {error.message}", by=by)
