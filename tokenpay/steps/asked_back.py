"""Payments that have left and are asked back: the treasury's no-op takes their nonce, if a block takes it first."""

from collections.abc import Mapping
from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.parties.operator import Operator
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.payment import Payment, Reason
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import customers_of
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

RECALLED = Reason(code="payment.recalled", message="it was asked back, and nothing was paid")


def ask_back(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    payment: Payment,
    details: Mapping[str, Value] | None = None,
    *,
    texts: Mapping[str, str] | None = None,
) -> Payment:
    """Let the engine take the nonce of a locked payment that has left, and return the payment."""
    asked = replace(payment, recalled_by=operator.id)
    uow.payments.update(asked, was=payment.state)
    payer = next(iter(customers_of(payment.intent.debtor)), None)
    record(uow, bank, operator, "payment.recalled", payment.id, details, texts=texts, about=payer)
    return asked


def may_be_sent(payment: Payment, version: SignedPayment) -> bool:
    """Tell whether a version is still sent: of what was asked back, only what takes its nonce."""
    return payment.recalled_by is None or version.pays_nobody()
