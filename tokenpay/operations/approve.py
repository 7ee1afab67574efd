"""A second person's consent to a held payment."""

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Part, give
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.policy import Answer
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Rail
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.clear import clear
from tokenpay.steps.enter_case import enter_match_case
from tokenpay.steps.record import record
from tokenpay.steps.request_payment import request_reasons, take_payment
from tokenpay.steps.shift_payment import end_count, shift_reasons


def approve(bank: Bank, payment_id: str, *, by: Session) -> Payment:
    """Sign a held payment's hash as its checker and take it through the gate again.

    Returns the payment final (book) or cleared; still held where something other than a person is
    missing; refused where the gate now says no. What a second person let go before is returned as it is,
    also when it failed on the chain since. Raises NotFound, NotPermitted when its maker asks, WrongState
    when it was never held, or ended before anything left: refused, cancelled or expired.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.APPROVE)
        payment = uow.payments.lock(payment_id)
        intent = payment.intent
        if intent.maker == operator.id:
            raise NotPermitted("nobody approves a payment that they made")
        given = uow.approvals.of(payment_id)
        checked = any(approval.part is Part.CHECKER for approval in given)
        if payment.state is not PaymentState.HELD:
            if checked and payment.state not in (PaymentState.REFUSED, PaymentState.CANCELLED, PaymentState.EXPIRED):
                return payment
            raise WrongState(f"the payment is {payment.state}", payment=payment_id)
        if not checked:  # one consent is enough: who comes second takes the payment through the gate with it
            approval = give(by, intent.hash(), part=Part.CHECKER, at_s=max(now_s, intent.created_at_s))
            uow.approvals.add(payment_id, approval)
            given = (*given, approval)
        closed = (*request_reasons(uow, intent, at_s=now_s), *shift_reasons(uow, intent))
        gate = clear(uow, bank, intent, approvals=given, counted=True)
        if closed or (not isinstance(gate, Clearance) and gate.answer is Answer.REFUSE):
            also = () if isinstance(gate, Clearance) else gate.reasons
            changed = payment.to(PaymentState.REFUSED, at_s=now_s, reasons=(*closed, *also))
            movements.give_back(uow, payment)
            enter_match_case(uow, bank, operator, intent, changed.reasons)
        elif not isinstance(gate, Clearance):
            changed = payment.waiting(gate.reasons, at_s=now_s)
        else:
            uow.clearances.add(gate)
            book = intent.rail is Rail.BOOK
            changed = payment.to(PaymentState.FINAL if book else PaymentState.CLEARED, at_s=now_s, reasons=())
            if book:
                movements.post_held(uow, bank, payment, clearance_id=gate.id)
                take_payment(uow, intent, at_s=now_s)
        uow.payments.update(changed, was=PaymentState.HELD)
        details = {"intent": intent.hash().hex(), "state": changed.state.value}
        record(uow, bank, operator, "payment.approved", payment_id, details)
        end_count(uow, bank, operator, intent)
        return changed
