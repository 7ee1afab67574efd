"""What every change leaves behind: a line in the branch's audit stream and an event for those who follow."""

from collections.abc import Mapping

from tokenpay.bank import Bank
from tokenpay.parties.operator import Operator
from tokenpay.primitives.canonical import Value
from tokenpay.store.unit_of_work import UnitOfWork


def record(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    action: str,
    subject: str,
    details: Mapping[str, Value] | None = None,
    *,
    stream: str = "",
    whatever_the_clock: bool = False,
) -> None:
    """Write the event of one change at once, and its audit record as the last step of the unit of work.

    The record goes to the operator's branch unless another `stream` is named.
    `details` carries no personal data: streams cannot forget. Raises Halted where the clock cannot be believed;
    who signs in, stops or freezes does so `whatever_the_clock` says.
    """
    now_s = bank.clock.now_s()
    uow.outbox.add(action, subject, at_s=now_s, content=details)
    uow.at_last(
        lambda: uow.audit.append(
            stream or operator.branch,
            at_s=now_s,
            actor=operator.id,
            action=action,
            subject=subject,
            details=details or {},
            whatever_the_clock=whatever_the_clock,
        )
    )
