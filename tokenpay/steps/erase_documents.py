"""How documents of the Travel Rule go: sealed data and salt are taken away, and a record tells of each."""

from collections.abc import Iterable

from tokenpay.bank import Bank
from tokenpay.compliance.name_verdict import data_party
from tokenpay.compliance.travel_record import TravelRecord
from tokenpay.parties.operator import Operator
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def erase_outdated_documents(uow: UnitOfWork, bank: Bank, operator: Operator) -> list[TravelRecord]:
    """Erase the documents whose time of keeping is over, but those that an open case is about, or whose transfer is.

    Blocked money stands for as long as its case does, years perhaps: without the names nothing would hold it.
    """
    needed = {case.about for case in uow.cases.all()}
    outdated = uow.travel_rules.outdated(now_s=bank.clock.now_s())
    over = (each for each in outdated if needed.isdisjoint((each.subject, data_party(each).id)))
    return erase_documents(uow, bank, operator, over)


def erase_documents(
    uow: UnitOfWork, bank: Bank, operator: Operator, outdated: Iterable[TravelRecord]
) -> list[TravelRecord]:
    """Erase these documents and return their records as they stand now."""
    erased = []
    for each in outdated:
        uow.travel_rules.erase(each.id, at_s=bank.clock.now_s())
        uow.names.forget(data_party(each).id)  # a hit says which words of a name were alike
        record(uow, bank, operator, "travel_rule.erased", each.subject, {"record": each.id})
        erased.append(uow.travel_rules.get(each.id))
    return erased
