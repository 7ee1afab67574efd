"""Whether the gate lets anything go at all: it is not asked again about what only waited while it would refuse it."""

from tokenpay.bank import Bank
from tokenpay.store.unit_of_work import UnitOfWork


def gate_is_open(uow: UnitOfWork, bank: Bank) -> bool:
    """Tell whether payments run and the bank is open."""
    return not uow.facts.get("stopped", "") and uow.policies.newest().hours.open_at(bank.clock.now_s())
