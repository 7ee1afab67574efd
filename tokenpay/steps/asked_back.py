"""Payments that have left and are asked back: the treasury's no-op takes their nonce, if a block takes it first."""

from tokenpay.bank import Bank
from tokenpay.parties.operator import Operator
from tokenpay.payments.payment import LEAVING, RECALLED, Payment
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def is_asked_back(payment: Payment) -> bool:
    """Tell whether a supervisor has asked a payment back that may still come."""
    return payment.state in LEAVING and RECALLED in payment.reasons


def ask_back(uow: UnitOfWork, bank: Bank, operator: Operator, payment: Payment, *, reason: str) -> Payment:
    """Let the engine take the nonce of a locked payment with its next turn."""
    asked = payment.waiting((RECALLED,), at_s=bank.clock.now_s())
    uow.payments.update(asked, was=payment.state)
    record(uow, bank, operator, "payment.recalled", payment.id, texts={"reason": reason})
    return asked
