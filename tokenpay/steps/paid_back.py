"""What was paid back of a payment, or is about to be: by refunds, or by its reversal."""

from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import UNPAID, Payment, PaymentState
from tokenpay.store.unit_of_work import UnitOfWork

_BACK = (Purpose.REFUND, Purpose.REVERSAL)
"""What else is about a payment, such as a no-op in its nonce's place, gives nothing back."""


def paid_back(uow: UnitOfWork, payment_id: str) -> list[Payment]:
    """Return what goes back of a locked payment; what two people reversed of it went forth again, and is none of it."""
    related = uow.payments.find(related=payment_id, whole=False)
    back = [payment for payment in related if payment.intent.purpose in _BACK]
    return [payment for payment in back if payment.state not in UNPAID and not _is_reversed(uow, payment)]


def _is_reversed(uow: UnitOfWork, payment: Payment) -> bool:
    related = uow.payments.find(related=payment.id, states=[PaymentState.FINAL], whole=False)
    return any(later.intent.purpose is Purpose.REVERSAL for later in related)
