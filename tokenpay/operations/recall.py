"""Ask a payment back that has left and is in no block."""

from tokenpay.bank import Bank
from tokenpay.compliance.typed_reason import checked_reason
from tokenpay.errors import WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import LEAVING, Payment
from tokenpay.steps.asked_back import ask_back
from tokenpay.steps.authorize import authorize
from tokenpay.steps.overtaken import NONCE_TAKEN


def recall(bank: Bank, payment_id: str, *, reason: str, by: Session) -> Payment:
    """Ask a signed or sent payment back; asking again returns it as it stands. It may be paid all the same.

    The engine's next turn signs a no-op of the treasury at the payment's nonce, for a higher fee, and sends nothing
    else of it any more. Whichever of the two a final block has counts: the payment fails (`payment.recalled`), and its
    funds are given back but for the gas; or it is final, and a refund is all that is left. Raises InvalidInput for a
    reason that is not 1 to 140 visible characters, NotFound, and WrongState for a payment that is not on its way.
    """
    reason = checked_reason(reason)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.APPROVE)
        payment = uow.payments.lock(payment_id)
        if payment.recalled_by is not None:
            return payment
        if payment.intent.purpose is Purpose.FILL:
            raise WrongState("a no-op takes the place of a nonce: it cannot be asked back", payment=payment_id)
        if payment.state not in LEAVING:
            raise WrongState(f"the payment is {payment.state} and cannot be asked back", payment=payment_id)
        if NONCE_TAKEN in payment.reasons:
            raise WrongState("another transaction has its nonce: `chain overtaken` ends it", payment=payment_id)
        return ask_back(uow, bank, operator, payment, texts={"reason": reason})
