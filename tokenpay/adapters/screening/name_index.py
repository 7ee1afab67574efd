"""The lists' names by the words in them: who shares enough words with a name to be worth a comparison."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from tokenpay.adapters.screening.asked_word import AskedName, AskedWord
from tokenpay.adapters.screening.known_words import KnownWords
from tokenpay.adapters.screening.name_reading import Reading, read_name
from tokenpay.adapters.screening.name_word import LEGAL_WEIGHT, PARTICLE_WEIGHT, Word
from tokenpay.compliance.listed_party import ListedKind, ListedParty

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
        self._known = KnownWords(self._bearers, [name.reading for name in self._names])
        self._alike = lru_cache(maxsize=_FOUND_CACHED)(self._alike_to)

    def __len__(self) -> int:
        return len(self._names)

    def asked(self, query: Reading) -> AskedName:
        """Return a name that is asked for with what the lists know of its words."""
        return self._known.asked(query)

    def candidates(self, asked: AskedName) -> list[tuple[ListedName, bool]]:
        """Return the names that share two words with the one asked for, or its only one, in the order of the lists.

        With each: whether two neighbours of either name may stand for a word of the other.
        """
        places = [self._alike(each, True) for each in asked.words if each.word.weight > PARTICLE_WEIGHT]
        units = [self._alike(each, len(each.word.latin) <= SHORT_UNIT) for _, each in asked.units]
        joined = frozenset().union(*(found.as_one for found in places), *(found.of for found in units))
        bearers = [found.of for found in (*places, *units)]
        numbers: set[int] = set()
        for one, other in combinations(bearers, 2):
            numbers |= one & other
        if sum(each.word.weight > LEGAL_WEIGHT for each in asked.words) <= 1:
            numbers = numbers.union(*bearers)
        return [(self._names[number], number in joined) for number in sorted(numbers)]

    def _alike_to(self, asked: AskedWord, slips: bool) -> "_Bearers":
        single: set[int] = set()
        as_one: set[int] = set()
        for word in self._known.alike(asked, slips=slips):
            (single if word in self._known.single else as_one).update(self._bearers[word])
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
