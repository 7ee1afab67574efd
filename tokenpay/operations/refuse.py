"""A second person's no to a held payment."""

from tokenpay.bank import Bank
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.steps.authorize import authorize
from tokenpay.steps.end_unpaid import end_unpaid
from tokenpay.steps.shift_payment import check_not_counted_by


def refuse(bank: Bank, payment_id: str, *, reason: str, by: Session) -> Payment:
    """End a held payment and give its funds back; refusing again returns it as it is.

    Its maker may, where they may approve; but what a count found is not refused by who counted. Raises InvalidInput for
    a reason that is not 1 to 140 visible characters, NotFound, NotPermitted, WrongState.
    """
    reason = checked_reason(reason)
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.APPROVE)
        payment = uow.payments.lock(payment_id)
        if payment.state is PaymentState.REFUSED:
            return payment
        if payment.state is not PaymentState.HELD:
            raise WrongState(f"the payment is {payment.state}", payment=payment_id)
        check_not_counted_by(payment.intent, operator)
        refused = payment.to(
            PaymentState.REFUSED,
            at_s=now_s,
            reasons=(*payment.reasons, Reason(code="approval.refused", message=reason)),
        )
        end_unpaid(uow, bank, operator, payment, refused, {"reasons": ["approval.refused"]})
        return refused
