"""Data that travels with a transfer under the Travel Rule: attach it, read it, erase it when its time is over."""

from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.compliance.ivms101.document import Ivms101
from tokenpay.compliance.travel_record import TravelRecord
from tokenpay.errors import NotFound
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.attach_data import attach_data
from tokenpay.steps.authorize import authorize
from tokenpay.steps.erase_documents import erase_outdated_documents
from tokenpay.steps.record import record
from tokenpay.steps.seal_data import open_document


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelData:
    """A record, and the document that stands behind it: None once that was erased."""

    record: TravelRecord
    document: Ivms101 | None


def attach_travel_rule(bank: Bank, subject: str, document: Ivms101, *, by: Session, key: str) -> TravelRecord:
    """Attach IVMS101 data to a payment over a chain, or to a deposit, by its id, and seal it.

    A payment that was held for it goes through the gate again at once, or once payments run and the bank is open; a
    deposit that is not settled yet is credited when it is, and money that stands under a case may be paid out of it.
    What is attached later replaces what stood, and undoes no hit on whom that names. Raises InvalidTravelRule where the
    document does not tell of this transfer or is too long to be kept, InvalidInput where there is much of it already,
    NotFound, WrongState for a payment that ended unpaid, KeyReused, SignerUnavailable where the bank has no data key
    yet.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.PAY)
        return attach_data(uow, bank, operator, subject, document, key=key)


def get_travel_rule(bank: Bank, subject: str, *, by: Session) -> TravelData:
    """Return the data that stands for a payment or deposit; who read it is recorded.

    Raises NotFound where none was attached, SignerUnavailable on a machine without the bank's keys, IntegrityError
    where it was changed.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        standing = uow.travel_rules.newest(subject)
        if standing is None:
            raise NotFound("no data was attached to this transfer")
        kept = uow.travel_rules.sealed(standing.id)
        document = None if kept is None else open_document(bank, standing, kept[1])
        record(uow, bank, operator, "travel_rule.read", subject, {"record": standing.id})
    return TravelData(record=standing, document=document)


def erase_travel_rule(bank: Bank, *, by: Session) -> list[TravelRecord]:
    """Erase every document whose time of keeping is over, and return their records as they stand now.

    What an open case is about, or about whose transfer it is, waits until the case is closed.

    That there was one, whose institution it named, and a digest that nobody can undo without the salt stay.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        return erase_outdated_documents(uow, bank, operator)
