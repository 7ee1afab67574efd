"""Whom a document of the Travel Rule names that is not the bank's own customer."""

from collections.abc import Collection

from tokenpay.compliance.ivms101.document import Ivms101, Person
from tokenpay.compliance.travel_record import Way


def names_outside(document: Ivms101, way: Way, *, customers: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Return the names of each person and institution that is not ours: several names of one stand together.

    `customers` are the numbers of those of ours who pay; whom the document tells by one of them, or alone where one of
    ours pays, is screened as a customer. Who is paid here is, too. A name's second part stands first, as it is said.
    """
    if way is Way.OUT:
        payers = document.originator.persons
        alone = bool(customers) and len(payers) == 1
        ours = [person for person in payers if alone or person.customer_id in customers]
        persons = [*document.beneficiary.persons, *(person for person in payers if person not in ours)]
        firm = document.beneficiary_vasp
    else:
        persons = [*document.originator.persons]
        firm = document.originating_vasp
    firms = [*([] if firm is None else [firm]), *(step.vasp for step in document.transfer_path)]
    return tuple(dict.fromkeys(_names(person) for person in (*persons, *firms)))


def _names(person: Person) -> tuple[str, ...]:
    if person.natural is not None:
        name = person.natural.name
        parts = (*name.names, *name.local_names, *name.phonetic_names)
        return tuple(dict.fromkeys(f"{part.secondary or ''} {part.primary}".strip() for part in parts))
    if person.legal is None:
        return ()
    legal = person.legal.name
    return tuple(dict.fromkeys(part.name for part in (*legal.names, *legal.local_names, *legal.phonetic_names)))
