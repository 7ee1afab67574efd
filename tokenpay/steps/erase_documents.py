"""How documents of the Travel Rule go: sealed data and salt are taken away, and a record tells of each."""

from collections.abc import Iterable

from tokenpay.bank import Bank
from tokenpay.compliance.travel_record import TravelRecord
from tokenpay.parties.operator import Operator
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def erase_documents(
    uow: UnitOfWork, bank: Bank, operator: Operator, outdated: Iterable[TravelRecord]
) -> list[TravelRecord]:
    """Erase these documents, whose time of keeping is over, and return their records as they stand now."""
    erased = []
    for each in outdated:
        uow.travel_rules.erase(each.id, at_s=bank.clock.now_s())
        uow.names.forget(f"travel_rule/{each.id}")  # a hit says which words of a name were alike
        record(uow, bank, operator, "travel_rule.erased", each.subject, {"record": each.id})
        erased.append(uow.travel_rules.get(each.id))
    return erased
