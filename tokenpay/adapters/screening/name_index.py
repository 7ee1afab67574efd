"""The lists' names by the words in them: who shares enough words with a name to be worth a comparison."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from tokenpay.adapters.screening.likeness import likeness, same_sound
from tokenpay.adapters.screening.name_reading import (
    LEGAL_WEIGHT,
    PARTICLE_WEIGHT,
    Reading,
    Speech,
    Word,
    read_name,
)
from tokenpay.compliance.listed_party import ListedKind, ListedParty

WORTH = 0.69
"""How alike two words are at least for one to call up the other."""
KNOWN = 3
"""In how many names a word stands for the lists to know it as a name: what differs from it is no slip then."""
ACROSS = 0.6
SHORT_UNIT = 12
"""How many letters two neighbours have at most that may be one word with a slip, as given names of East Asia are."""
_FOUND_CACHED = 1 << 15


@dataclass(frozen=True, slots=True)
class ListedName:
    """One reading of one name of one entry."""

    list_name: str
    entry_id: str
    kind: ListedKind
    text: str
    reading: Reading


class NameIndex:
    """Names of one kind. Words are kept once; each knows the names that it stands in. `unread` names find nobody."""

    def __init__(self, parties: Iterable[tuple[str, ListedParty]]) -> None:
        self.unread = 0
        self._names: list[ListedName] = []
        self._bearers: dict[Word, list[int]] = {}
        for list_name, party in parties:
            for text in party.names:
                readings = read_name(text, party.kind)
                self.unread += not any(reading.can_be_found for reading in readings)
                for reading in readings:
                    number = len(self._names)
                    self._names.append(ListedName(list_name, party.id, party.kind, text, reading))
                    for word in {*reading.words, *(unit.word for unit in reading.joined)}:
                        if word.weight > PARTICLE_WEIGHT:
                            self._bearers.setdefault(word, []).append(number)
        self._single = {word for name in self._names for word in name.reading.words if word in self._bearers}
        self.known = frozenset(word.shown for word in self._single if len(self._bearers[word]) >= KNOWN)
        self._by_key: dict[str, list[Word]] = {}
        self._by_gap: dict[str, list[Word]] = {}
        for word in self._bearers:
            for key in word.keys(asking=False):
                self._by_key.setdefault(key, []).append(word)
        for word in self._single:
            for gap in word.gaps(asking=False):
                self._by_gap.setdefault(gap, []).append(word)
        self._alike = lru_cache(maxsize=_FOUND_CACHED)(self._alike_to)

    def __len__(self) -> int:
        return len(self._names)

    def candidates(self, query: Reading) -> list[tuple[ListedName, bool]]:
        """Return the names that share two words with the query, or its only one, in the order of the lists.

        With each: whether two neighbours of either name may stand for a word of the other.
        """
        places = [self._alike(word, True) for word in query.words if word.weight > PARTICLE_WEIGHT]
        units = [self._alike(unit.word, len(unit.word.latin) <= SHORT_UNIT) for unit in query.joined]
        joined = frozenset().union(*(found.as_one for found in places), *(found.of for found in units))
        bearers = [found.of for found in (*places, *units)]
        numbers: set[int] = set()
        for one, other in combinations(bearers, 2):
            numbers |= one & other
        if sum(word.weight > LEGAL_WEIGHT for word in query.words) <= 1:
            numbers = numbers.union(*bearers)
        return [(self._names[number], number in joined) for number in sorted(numbers)]

    def _alike_to(self, word: Word, slips: bool) -> "_Bearers":
        words = {other for key in word.keys(asking=True) for other in self._by_key.get(key, ())}
        for gap in word.gaps(asking=True) if slips else ():
            words.update(self._by_gap.get(gap, ()))
        single: set[int] = set()
        as_one: set[int] = set()
        for other in words:
            enough, speech = (ACROSS, Speech.KOREAN) if word.own or other.own else (WORTH, Speech.ANY)
            if likeness(word, other, speech) >= enough or same_sound(word, other, Speech.KOREAN):
                (single if other in self._single else as_one).update(self._bearers[other])
        return _Bearers(frozenset(single | as_one), frozenset(as_one))


@dataclass(frozen=True, slots=True)
class _Bearers:
    """The numbers of the names that have a word alike to one; and of those that have it in two words."""

    of: frozenset[int]
    as_one: frozenset[int]


def indexes_by_kind(lists: Mapping[str, Iterable[ListedParty]]) -> dict[ListedKind, NameIndex]:
    """Return an index for each kind that the lists name somebody of."""
    by_kind: dict[ListedKind, list[tuple[str, ListedParty]]] = {}
    for list_name in sorted(lists):
        for party in lists[list_name]:
            by_kind.setdefault(party.kind, []).append((list_name, party))
    return {kind: NameIndex(parties) for kind, parties in by_kind.items()}
