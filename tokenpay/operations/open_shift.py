"""Begin to answer for a drawer: count what is in it."""

from collections.abc import Sequence

from tokenpay.bank import Bank
from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.shift import Shift, variances
from tokenpay.errors import WrongState
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import BookParty
from tokenpay.payments.payment import Refusal
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize
from tokenpay.steps.book_variances import weigh_variances
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.propose import enter, enter_refusal
from tokenpay.steps.record import record
from tokenpay.steps.shift_payment import drawer_units
from tokenpay.store.unit_of_work import UnitOfWork


def open_shift(bank: Bank, *, drawer: str, opening: Sequence[CashCount], by: Session, key: str) -> Shift | Refusal:
    """Open a shift of a drawer at the session's terminal, with a count a currency of what lies in it.

    What the books said otherwise is booked as a variance; above what one person may, it is held for a second one
    while the shift is open. Returns, in this order of precedence: the shift this key already stands for; a Refusal
    of such a variance, and no shift; the shift, open. Raises InvalidInput, NotFound for a currency that is no asset
    of the bank, WrongState while the drawer, the terminal or the operator has another shift, or another branch
    left cash in a drawer of this name, KeyReused.
    """
    place = BookParty(AccountKind.DRAWER, drawer)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.SHIFT)
        shift = Shift(
            id=new_id(bank, "SH"),
            branch=operator.branch,
            drawer=place.owner,
            terminal=uow.sessions.terminal(by.id),
            operator_id=operator.id,
            opened_at_s=bank.clock.now_s(),
            opening=tuple(sorted(opening, key=lambda count: count.currency)),
        )
        content: dict[str, Value] = {
            "drawer": drawer,
            "terminal": shift.terminal,
            "operator": operator.id,
            "opening": {count.currency: str(count) for count in shift.opening},
        }
        known = uow.keys.claim(key, verb="shift.open", content=content, result_id=shift.id, at_s=shift.opened_at_s)
        if known is not None:
            return uow.shifts.get(known)
        before = uow.shifts.last_of(shift.drawer)
        if not uow.shifts.add(shift):
            raise _taken(uow, shift)
        expected = drawer_units(uow, shift.drawer)
        if before is not None and before.branch != shift.branch and any(expected.values()):
            raise WrongState(f"the drawer of this name holds cash of the branch {before.branch}", shift=before.id)
        weighed = weigh_variances(uow, bank, operator, shift, variances(expected, shift.opening), by=by)
        if isinstance(weighed, Refusal):
            uow.shifts.take_back(shift.id)
            uow.keys.release(key)
            return enter_refusal(uow, bank, operator, weighed)
        record(uow, bank, operator, "shift.opened", shift.id, content)
        for variance in weighed:
            enter(uow, bank, operator, variance)
        return shift


def _taken(uow: UnitOfWork, shift: Shift) -> WrongState:
    for name, value in (("drawer", shift.drawer), ("operator_id", shift.operator_id), ("terminal", shift.terminal)):
        other = uow.shifts.not_closed(**{name: value})
        if other is not None:
            return WrongState(f"the {name.removesuffix('_id')} is in a shift that is {other.state}", shift=other.id)
    return WrongState("another shift was closed just now; try again")
