"""A held payment at the gate again, with one more consent than before."""

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Approval
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.decision import Answer
from tokenpay.parties.operator import Operator
from tokenpay.payments.intent import Intent, Rail
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.steps import movements
from tokenpay.steps.clear import clear
from tokenpay.steps.count_limits import count_since
from tokenpay.steps.enter_case import enter_hit_cases, enter_match_case, enter_risk_case
from tokenpay.steps.request_payment import request_reasons, take_payment, under_way_reasons
from tokenpay.steps.shift_payment import shift_reasons
from tokenpay.store.unit_of_work import UnitOfWork


def decide_again(
    uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment, *, approvals: tuple[Approval, ...]
) -> Payment:
    """Ask the gate about a held, locked payment, and store what becomes of it.

    Returns it final (book) or cleared; still held where something is missing, or on its way to its request already;
    refused where the gate says no.
    """
    now_s, intent = bank.clock.now_s(), payment.intent
    closed = (*request_reasons(uow, intent, at_s=now_s), *shift_reasons(uow, intent))
    gate = clear(uow, bank, intent, approvals=approvals, counted=True, held_for=payment.reasons)
    if closed or (not isinstance(gate, Clearance) and gate.answer is Answer.REFUSE):
        also = () if isinstance(gate, Clearance) else gate.reasons
        changed = payment.to(PaymentState.REFUSED, at_s=now_s, reasons=(*closed, *also))
        movements.give_back(uow, payment)
        enter_match_case(uow, bank, operator, intent, changed.reasons)
    elif not isinstance(gate, Clearance):
        changed = payment.waiting(gate.reasons, at_s=now_s)
        enter_match_case(uow, bank, operator, intent, gate.reasons)
        enter_hit_cases(uow, bank, operator, intent, gate.reasons)
        enter_risk_case(uow, bank, operator, intent, gate.grave)
        count_since(uow, intent)
    elif coming := _coming(uow, intent, at_s=now_s):
        known = (reason for reason in payment.reasons if reason.code.startswith("risk."))  # to who consented
        changed = payment.waiting((*coming, *known), at_s=now_s)
        count_since(uow, intent)
    else:
        uow.clearances.add(gate)
        count_since(uow, intent)
        book = intent.rail is Rail.BOOK
        changed = payment.to(PaymentState.FINAL if book else PaymentState.CLEARED, at_s=now_s, reasons=())
        if book:
            movements.post_held(uow, bank, payment, clearance_id=gate.id)
            take_payment(uow, intent, at_s=now_s)
    uow.payments.update(changed, was=PaymentState.HELD)
    return changed


def _coming(uow: UnitOfWork, intent: Intent, *, at_s: int) -> tuple[Reason, ...]:
    """Return what a payment in the books waits for beside its request; a collection does so before its nonce."""
    return under_way_reasons(uow, intent, at_s=at_s) if intent.rail is Rail.BOOK else ()
