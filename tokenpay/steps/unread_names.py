"""How many names of a list cannot be compared with anybody's: known to the engine, and told to who reads its state."""

from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.store.unit_of_work import UnitOfWork

_FACT = "names_unread/"


def note_unread(uow: UnitOfWork, known: ScreeningList, count: int) -> None:
    """Write down how many names of this version of a list nobody can be compared with."""
    said = f"{known.version} {count}"
    if uow.facts.get(_FACT + known.name, "") != said:
        uow.facts.set(_FACT + known.name, said)


def unread_names(uow: UnitOfWork) -> dict[str, int]:
    """Return by the names of the lists in place how many of their names cannot be compared, where there are any."""
    found = {}
    for known in uow.lists.all():
        version, _, count = uow.facts.get(_FACT + known.name, "").partition(" ")
        if version == str(known.version) and count.isdecimal() and int(count):
            found[known.name] = int(count)
    return found
