"""What is held for its names or for a silent list goes through the gate again, where that says otherwise by now."""

from tokenpay.bank import Bank
from tokenpay.compliance.decision import is_of_lists, is_of_names, list_reasons
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.groups import STAYS
from tokenpay.steps.record import record
from tokenpay.steps.screened import outside
from tokenpay.steps.screened_names import screened_parties
from tokenpay.steps.tell_stuck import tell_stuck
from tokenpay.store.unit_of_work import UnitOfWork


def ask_gate_again(bank: Bank, *, by: Session) -> tuple[str, ...]:
    """Take through the gate what is held for what lists say, where they say something else by now; return what moved.

    While payments are stopped or the bank is closed nothing is asked: the gate would refuse what only waited. What
    cannot be judged, because somebody wrote into its books, stays with a case and keeps nobody behind it.
    """
    with bank.store.read() as uow:
        held = uow.payments.held_for("screening.") if _asks(uow, bank) else []
        due = [payment for payment in held if _is_due(uow, bank, payment)]
    return tuple(payment.id for payment in due if _moved(bank, payment.id, by=by))


def _asks(uow: UnitOfWork, bank: Bank) -> bool:
    return not uow.facts.get("stopped", "") and uow.policies.newest().hours.open_at(bank.clock.now_s())


def _is_due(uow: UnitOfWork, bank: Bank, payment: Payment) -> bool:
    try:
        return _changed(uow, bank, payment)
    except STAYS:  # asked again where that can be told
        return True


def _changed(uow: UnitOfWork, bank: Bank, payment: Payment) -> bool:
    """Tell whether lists say something else than what holds a payment.

    That one was silent about an address is for a person to see, also once it speaks.
    """
    intent = payment.intent
    counts = is_of_names if outside(uow, intent) else is_of_lists
    held_for = set(filter(counts, payment.reasons))
    return bool(held_for) and held_for != set(filter(counts, list_reasons(intent, screened_parties(uow, bank, intent))))


def _moved(bank: Bank, payment_id: str, *, by: Session) -> bool:
    try:
        return _ask_again(bank, payment_id, by=by)
    except STAYS as error:
        tell_stuck(bank, payment_id, f"the gate cannot judge this held payment: {error.message}", by=by)
        return False


def _ask_again(bank: Bank, payment_id: str, *, by: Session) -> bool:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        if payment.state is not PaymentState.HELD or not _asks(uow, bank) or not _changed(uow, bank, payment):
            return False
        changed = decide_again(uow, bank, operator, payment, approvals=uow.approvals.of(payment.id))
        record(uow, bank, operator, "payment.screened", payment.id, {"state": changed.state.value})
        return changed.state is not PaymentState.HELD
