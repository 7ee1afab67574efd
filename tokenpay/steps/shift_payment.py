"""What a payment is to the shift of the drawer whose cash it moves."""

from tokenpay.bank import Bank
from tokenpay.counter.shift import Shift, ShiftState, variances
from tokenpay.errors import NotFound, NotPermitted
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.operator import Operator
from tokenpay.payments.intent import Intent, Purpose
from tokenpay.payments.payment import PaymentState, Reason
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def lock_shift(uow: UnitOfWork, intent: Intent) -> Shift | None:
    """Lock and return the shift that a payment of a drawer's cash names, or None where there is none."""
    if intent.drawer is None:
        return None
    try:
        shift = uow.shifts.get(intent.related, lock=True)
    except NotFound:
        return None
    return shift if shift.drawer == intent.drawer else None


def shift_reasons(uow: UnitOfWork, intent: Intent) -> tuple[Reason, ...]:
    """Lock the shift of a drawer's cash and return why it may not move, or nothing.

    Cash moves in an open shift, by the operator who has it. A variance is what a count found, and may also be
    booked once the shift was counted.
    """
    if intent.drawer is None:
        return ()
    shift = lock_shift(uow, intent)
    counting = intent.purpose is Purpose.VARIANCE
    if shift is None or shift.state not in ((ShiftState.OPEN, ShiftState.COUNTED) if counting else (ShiftState.OPEN,)):
        return (Reason(code="shift.closed", message="the drawer is in no open shift"),)
    if not counting and shift.operator_id != intent.maker:
        return (Reason(code="shift.other", message="the drawer's shift is another operator's"),)
    return ()


def check_not_counted_by(intent: Intent, operator: Operator) -> None:
    """Raise NotPermitted for who counted what this variance is about: they would count what it told them."""
    if intent.purpose is Purpose.VARIANCE and intent.maker == operator.id:
        raise NotPermitted("what a count found is not taken back by who counted: another one agrees or refuses")


def drawer_units(uow: UnitOfWork, drawer: str) -> dict[str, int]:
    """Return what the books say is in a drawer, in smallest units by currency; its shift is locked."""
    accounts = uow.ledger.accounts(kind=AccountKind.DRAWER, owner=drawer)
    return {uow.assets.get(account.asset_id).asset.symbol: account.posted_units for account in accounts}


def end_count(uow: UnitOfWork, bank: Bank, operator: Operator, intent: Intent) -> None:
    """Let the counted shift of a payment go on; see `close_counted`."""
    shift = lock_shift(uow, intent)
    if shift is not None:
        close_counted(uow, bank, operator, shift)


def close_counted(uow: UnitOfWork, bank: Bank, operator: Operator, shift: Shift) -> Shift:
    """Return a locked shift that was counted as it goes on, once no payment of it is held.

    It closes where the books say what was counted; where a variance was not agreed to, it is open again.
    """
    held = uow.payments.find(related=shift.id, states=[PaymentState.HELD], whole=False)
    if shift.state is not ShiftState.COUNTED or held:
        return shift
    if variances(drawer_units(uow, shift.drawer), shift.closing):
        gone_on = shift.reopened()
        record(uow, bank, operator, "shift.reopened", shift.id)
    else:
        gone_on = shift.closed(at_s=bank.clock.now_s())
        record(uow, bank, operator, "shift.closed", shift.id)
    uow.shifts.update(gone_on, was=shift.state)
    return gone_on
