"""What was paid back of a payment, or is about to be: by refunds, or by its reversal."""

from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import UNPAID, Payment, PaymentState
from tokenpay.store.unit_of_work import UnitOfWork


def paid_back(uow: UnitOfWork, payment_id: str) -> list[Payment]:
    """Return what goes back of a locked payment; what two people reversed of it went forth again, and is none of it."""
    related = uow.payments.find(related=payment_id, whole=False)
    return [payment for payment in related if payment.state not in UNPAID and not _is_reversed(uow, payment)]


def _is_reversed(uow: UnitOfWork, payment: Payment) -> bool:
    related = uow.payments.find(related=payment.id, states=[PaymentState.FINAL], whole=False)
    return any(later.intent.purpose is Purpose.REVERSAL for later in related)
