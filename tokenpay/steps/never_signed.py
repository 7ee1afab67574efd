"""Payments that have a nonce and are never signed: the books are against it, or the signer. A supervisor ends them."""

from tokenpay.bank import Bank
from tokenpay.errors import SignedBefore
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

_GIVEN_UP = Reason(code="payment.given_up", message="a supervisor gave it up before it was signed")


def is_given_up(payment: Payment) -> bool:
    """Tell whether a supervisor has given up a payment, and its nonce is to be filled."""
    return payment.state is PaymentState.ASSIGNED and _GIVEN_UP in payment.reasons


def mark_signed_before(bank: Bank, payment_id: str, error: SignedBefore, *, by: Session) -> None:
    """Write down that the signer does not sign this payment where the books have it."""
    with bank.store.unit_of_work() as uow:
        authorize(uow, bank, by, Permission.RUN_ENGINE)
        payment = uow.payments.lock(payment_id)
        if payment.state is PaymentState.ASSIGNED:
            reason = Reason(code=error.code, message=error.message)
            uow.payments.update(payment.waiting((reason,), at_s=bank.clock.now_s()), was=payment.state)


def give_up(uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment) -> Payment:
    """Let the engine end a locked payment with its next turn, and fill its nonce."""
    given_up = payment.waiting((_GIVEN_UP,), at_s=bank.clock.now_s())
    uow.payments.update(given_up, was=payment.state)
    record(uow, bank, operator, "payment.waits", payment.id, {"reasons": [_GIVEN_UP.code]})
    return given_up
