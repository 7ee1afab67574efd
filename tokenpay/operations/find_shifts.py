"""Look shifts up: who has which drawer, and what became of a count that was sent."""

from collections.abc import Iterable

from tokenpay.bank import Bank
from tokenpay.counter.shift import Shift, ShiftState
from tokenpay.errors import NotFound
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize


def find_shifts(
    bank: Bank, *, by: Session, states: Iterable[ShiftState] | None = None, limit: int = 100
) -> list[Shift]:
    """Return shifts in these states (all: None), newest first.

    The expected cash of one that is not closed is left out for its own operator: the count is blind.
    """
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        return [shift.told_to(operator.id) for shift in uow.shifts.find(states=states, limit=limit)]


def shift_of_key(bank: Bank, key: str, *, by: Session) -> Shift | None:
    """Return the shift that a key opened or closed: how a terminal asks, after a crash, whether its count was taken."""
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.READ)
        shift_id = uow.keys.result(key)
        try:
            return None if shift_id is None else uow.shifts.get(shift_id).told_to(operator.id)
        except NotFound:
            return None
