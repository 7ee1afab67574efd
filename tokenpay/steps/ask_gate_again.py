"""What is held for its names, a silent list, data or a deposit goes through the gate again, where it may go by now."""

from tokenpay.bank import Bank
from tokenpay.compliance.decision import is_of_lists, is_of_names, list_reasons
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Intent
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.gate_open import gate_is_open
from tokenpay.steps.groups import STAYS
from tokenpay.steps.record import record
from tokenpay.steps.request_payment import ended_reasons, under_way_reasons
from tokenpay.steps.screened import outside
from tokenpay.steps.screened_names import screened_parties
from tokenpay.steps.tell_stuck import told_where_stuck
from tokenpay.steps.travel_facts import travel_facts
from tokenpay.store.unit_of_work import UnitOfWork

_DATA = "travel_rule.data_missing"
_UNDER_WAY = "request.under_way"
_AT_ONCE = {"screening.pending": 200, "screening.": 200, _DATA: 100, _UNDER_WAY: 100}
"""So many are looked at in a turn for each reason, and the next turn goes on behind them: who makes thousands of them
keeps neither the chains waiting nor for long who was just compared."""


def ask_gate_again(bank: Bank, *, by: Session) -> tuple[str, ...]:
    """Take through the gate what is held for what lists say, where they say something else by now; return what moved.

    So does what is held for data that came when the gate could let nothing go, or for what was on its way to its
    request. While the gate lets nothing go nothing is asked: it would refuse what only waited. What cannot be judged,
    because somebody wrote into its books, stays with a case and keeps nobody behind it.
    """
    with bank.store.read() as uow:
        if not gate_is_open(uow, bank):
            return ()
        before = {codes: uow.facts.get(_place(codes), "") for codes in _AT_ONCE}
        found = {
            codes: uow.payments.next_held_for(codes, after=before[codes], limit=limit)
            for codes, limit in _AT_ONCE.items()
        }
        held = {payment.id: payment for some, _ in found.values() for payment in some}
        due = [payment.id for payment in held.values() if _is_due(uow, bank, payment)]
    reached = {codes: place for codes, (_, place) in found.items() if place != before[codes]}
    if reached:
        with bank.store.unit_of_work() as uow:
            authorize(uow, bank, by, Permission.RUN_ENGINE)
            for codes, place in reached.items():
                uow.facts.set(_place(codes), place)
    return tuple(payment_id for payment_id in due if _moved(bank, payment_id, by=by))


def _place(codes: str) -> str:
    return f"asked_again/{codes}"


def _is_due(uow: UnitOfWork, bank: Bank, payment: Payment) -> bool:
    try:
        return _changed(uow, bank, payment)
    except STAYS:  # asked again where that can be told
        return True


def _changed(uow: UnitOfWork, bank: Bank, payment: Payment) -> bool:
    """Tell whether lists say something else than what holds a payment, or data stands that it is held for.

    Or what was on its way to its request has come, or comes no more. That a list was silent about an address is for a
    person to see, also once it speaks.
    """
    intent, now_s = payment.intent, bank.clock.now_s()
    codes = {reason.code for reason in payment.reasons}
    if _DATA in codes:
        told = travel_facts(uow, intent, now_s=now_s)
        if told.data or told.own_wallet:
            return True
    if _UNDER_WAY in codes and _comes_no_more(uow, intent, now_s=now_s):
        return True
    counts = is_of_names if outside(uow, intent) else is_of_lists
    held_for = set(filter(counts, payment.reasons))
    return bool(held_for) and held_for != set(filter(counts, list_reasons(intent, screened_parties(uow, bank, intent))))


def _comes_no_more(uow: UnitOfWork, intent: Intent, *, now_s: int) -> bool:
    """Tell whether a request takes nothing more, or nothing is on its way to it that would be too much."""
    ended = ended_reasons(uow, intent, at_s=now_s)
    return bool(ended) or not under_way_reasons(uow, intent, at_s=now_s)


def _moved(bank: Bank, payment_id: str, *, by: Session) -> bool:
    moved = False
    with told_where_stuck(bank, payment_id, "the gate cannot judge this held payment", by=by):
        moved = _ask_again(bank, payment_id, by=by)
    return moved


def _ask_again(bank: Bank, payment_id: str, *, by: Session) -> bool:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        if payment.state is not PaymentState.HELD or not gate_is_open(uow, bank) or not _changed(uow, bank, payment):
            return False
        changed = decide_again(uow, bank, operator, payment, approvals=uow.approvals.of(payment.id))
        record(uow, bank, operator, "payment.screened", payment.id, {"state": changed.state.value})
        return changed.state is not PaymentState.HELD
