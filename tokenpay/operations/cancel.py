"""Stop a payment that has not left."""

from tokenpay.bank import Bank
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import UNSENT, Payment, PaymentState
from tokenpay.steps.authorize import authorize
from tokenpay.steps.end_unpaid import end_unpaid
from tokenpay.steps.never_signed import give_up, is_given_up
from tokenpay.steps.shift_payment import check_not_counted_by


def cancel(bank: Bank, payment_id: str, *, by: Session) -> Payment:
    """Cancel a held or cleared payment and give its funds back; cancelling again returns it as it is.

    Its maker may, and who may approve; what a count found is not taken back by who counted. One that has its nonce and
    was not signed, whatever keeps it, is given up by who may approve: it is returned as it stands, and the engine's
    next turn fails it, gives its funds back and fills its nonce. Raises NotPermitted, and WrongState once it was
    signed: what has left is asked back, refunded or reversed, not cancelled.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.PAY)
        payment = uow.payments.lock(payment_id)
        if payment.intent.maker != operator.id and not operator.may(Permission.APPROVE):
            raise NotPermitted("a payment is cancelled by its maker or a supervisor")
        if payment.intent.purpose is Purpose.FILL:
            raise WrongState("a no-op takes the place of a nonce: it cannot be cancelled", payment=payment_id)
        if payment.state is PaymentState.CANCELLED or is_given_up(payment):
            return payment
        check_not_counted_by(payment.intent, operator)
        if payment.state is PaymentState.ASSIGNED and operator.may(Permission.APPROVE):
            return give_up(uow, bank, operator, payment)
        if payment.state not in UNSENT:
            raise WrongState(f"the payment is {payment.state} and cannot be cancelled", payment=payment_id)
        cancelled = payment.to(PaymentState.CANCELLED, at_s=now_s)
        end_unpaid(uow, bank, operator, payment, cancelled)
        return cancelled
