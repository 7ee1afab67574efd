"""The end of a payment that nobody was paid by: refused, cancelled or expired before anything left."""

from collections.abc import Mapping

from tokenpay.bank import Bank
from tokenpay.parties.operator import Operator
from tokenpay.payments.payment import Payment
from tokenpay.primitives.canonical import Value
from tokenpay.steps import movements
from tokenpay.steps.record import record
from tokenpay.steps.shift_payment import end_count, lock_shift
from tokenpay.store.unit_of_work import UnitOfWork


def end_unpaid(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    payment: Payment,
    ended: Payment,
    details: Mapping[str, Value] | None = None,
) -> None:
    """Give back what a locked payment had reserved, and write and record its end."""
    lock_shift(uow, payment.intent)
    movements.give_back(uow, payment)
    uow.payments.update(ended, was=payment.state)
    record(uow, bank, operator, f"payment.{ended.state}", payment.id, details)
    end_count(uow, bank, operator, payment.intent)
