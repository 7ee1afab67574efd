"""Whom a document of the Travel Rule names that is not the bank's own customer."""

from collections.abc import Collection
from unicodedata import normalize

from tokenpay.compliance.ivms101.document import Ivms101, Person
from tokenpay.compliance.travel_record import Way


def names_outside(document: Ivms101, way: Way, *, customers: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Return the names of each person and institution that is not ours: several names of one stand together.

    `customers` are the names of those of ours who pay or are paid: whom the document calls, on our side, by no other
    name is screened as a customer. A number says nothing of who that is: whoever wrote the document chose both. A
    name's second part stands first, as it is said.
    """
    if way is Way.OUT:
        here, there, firm = document.originator.persons, document.beneficiary.persons, document.beneficiary_vasp
    else:
        here, there, firm = document.beneficiary.persons, document.originator.persons, document.originating_vasp
    known = {_words(name) for name in customers}
    persons = [*there, *(person for person in here if not known.issuperset(map(_words, _names(person))))]
    firms = [*([] if firm is None else [firm]), *(step.vasp for step in document.transfer_path)]
    return tuple(dict.fromkeys(_names(person) for person in (*persons, *firms)))


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(normalize("NFKC", name).casefold().split()))


def _names(person: Person) -> tuple[str, ...]:
    if person.natural is not None:
        name = person.natural.name
        parts = (*name.names, *name.local_names, *name.phonetic_names)
        return tuple(dict.fromkeys(f"{part.secondary or ''} {part.primary}".strip() for part in parts))
    if person.legal is None:
        return ()
    legal = person.legal.name
    return tuple(dict.fromkeys(part.name for part in (*legal.names, *legal.local_names, *legal.phonetic_names)))
