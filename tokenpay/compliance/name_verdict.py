"""What comparing somebody's names with the lists came to, and what that says once people have looked at it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from tokenpay.compliance.name_hit import NameHit
from tokenpay.compliance.screening import Screening, SilentList, Verdict
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.compliance.travel_record import TravelRecord
from tokenpay.primitives.canonical import canonical_bytes

_DOMAIN = "tokenpay/screened-name/1"


class Uncompared(StrEnum):
    """Why a name has no answer although every list speaks: it waits for the engine, or that could not compare it."""

    PENDING = "pending"
    NO_PROGRAM = "no_program"
    UNREADABLE = "unreadable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedParty:
    """Somebody whose name is known: `customer/<number>`, or `travel_rule/<record>` for those outside a document names.

    `mark` says which names were compared: of other names it is another.
    """

    id: str
    mark: str


def hit_key(hit: NameHit) -> tuple[str, str, str]:
    """Return what makes a hit the same one again: the list, its entry, and the entry's content."""
    return hit.list_name, hit.entry_id, hit.content


def customer_party(customer_id: str, name: str) -> NamedParty:
    """Return a customer as somebody to be screened by name."""
    mark = sha256(canonical_bytes([_DOMAIN, name])).hexdigest()
    return NamedParty(id=f"customer/{customer_id}", mark=mark)


def data_party(record: TravelRecord) -> NamedParty:
    """Return those whom a document names as somebody to be screened by name."""
    return NamedParty(id=f"travel_rule/{record.id}", mark=record.digest.hex())


@dataclass(frozen=True, slots=True, kw_only=True)
class NameVerdict:
    """What one version of one list says of a party's names, compared by `method`.

    `why` is empty where they were compared; else it is one of Uncompared.
    """

    party: NamedParty
    list_name: str
    list_version: int
    method: str
    hits: tuple[NameHit, ...] = ()
    why: str = ""
    compared_at_s: int = 0

    def of(self, party: NamedParty, known: ScreeningList) -> bool:
        """Tell whether this is the verdict on these names by the version of the list that is in place."""
        return self.party == party and (self.list_name, self.list_version) == (known.name, known.version)


def names_asked(
    lists: Sequence[ScreeningList], silent: Sequence[SilentList]
) -> tuple[tuple[ScreeningList, ...], tuple[SilentList, ...]]:
    """Return the lists that names are compared with, and those that must speak of names and cannot.

    A list without names says nothing of a name, and its silence counts for none; of one that was never loaded nobody
    knows what stands on it.
    """
    named = tuple(known for known in lists if known.names)
    names = {known.name for known in named}
    return named, tuple(each for each in silent if each.why == "missing" or each.name in names)


def screen_party(
    party: NamedParty,
    *,
    verdicts: Mapping[str, NameVerdict],
    released: Collection[tuple[str, str, str]],
    lists: Sequence[ScreeningList],
    silent: Sequence[SilentList],
    trouble: str = "",
) -> Screening:
    """Judge a party by the verdict of each list of `names_asked`, by its name.

    `released` are the hits that two people let go, each as (list, entry, the entry's content). One that they did not
    counts before anything else; a silent list, a verdict that is missing or none is never clear. `trouble` is what
    keeps the engine from comparing names, where something does.
    """
    against = tuple(sorted(known.label for known in lists))
    current = [
        (known, verdict) for known in lists if (verdict := verdicts.get(known.name)) and verdict.of(party, known)
    ]
    standing = [(hit, known) for known, verdict in current for hit in verdict.hits if hit_key(hit) not in released]
    if standing:
        hit, known = min(standing, key=lambda each: (-each[0].score, each[0].list_name, each[0].entry_id))
        return _said(party, Verdict.POSSIBLE_MATCH, known, against, entry_id=hit.entry_id)
    if silent:
        first = silent[0]
        return Screening(
            subject=party.id,
            verdict=Verdict.UNAVAILABLE,
            list_name=first.name,
            list_dated_s=first.dated_s,
            list_version=first.version,
            why=first.why.value,
            against=against,
        )
    heard = {known.name: verdict for known, verdict in current}
    for known in lists:
        why = heard[known.name].why if known.name in heard else trouble or Uncompared.PENDING.value
        if why:
            return _said(party, Verdict.UNAVAILABLE, known, against, why=why)
    newest = max(lists, key=lambda known: (known.dated_s, known.name))
    return _said(party, Verdict.CLEAR, newest, against)


def _said(
    party: NamedParty,
    verdict: Verdict,
    known: ScreeningList,
    against: tuple[str, ...],
    *,
    entry_id: str = "",
    why: str = "",
) -> Screening:
    return Screening(
        subject=party.id,
        verdict=verdict,
        list_name=known.name,
        list_dated_s=known.dated_s,
        list_version=known.version,
        entry_id=entry_id,
        why=why,
        against=against,
    )
