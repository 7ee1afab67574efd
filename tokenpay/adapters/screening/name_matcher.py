"""Finds the listed names that a name may mean, scores each and says why."""

from collections.abc import Iterable, Iterator, Mapping

from tokenpay.adapters.screening.asked_word import AskedName
from tokenpay.adapters.screening.likeness import SAME_SCRIPTS
from tokenpay.adapters.screening.name_index import ListedName, indexes_by_kind
from tokenpay.adapters.screening.name_pairing import paired, paired_with_neighbours
from tokenpay.adapters.screening.name_reading import read_name
from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.compliance.name_hit import NAME_THRESHOLD, NameHit, likest
from tokenpay.errors import InvalidInput, UnreadableName

MOST_WORDS = 20
"""What has more is no name, and the work grows with the square of its words: people look at it."""


class NameMatcher:
    """Names of lists, indexed once, to be asked as often as one likes; the same question has the same answer.

    `unread` is how many of them have no word that could be looked up.
    """

    def __init__(self, lists: Mapping[str, Iterable[ListedParty]]) -> None:
        self._indexes = indexes_by_kind(lists)
        self.unread = sum(index.unread for index in self._indexes.values())

    def match(
        self, name: str, *, kind: ListedKind = ListedKind.UNKNOWN, threshold: int = NAME_THRESHOLD
    ) -> tuple[NameHit, ...]:
        """Return the entries that the name may mean, best first, each by its likest name.

        A name of a kind is compared with entries of that kind and of none; one of no kind, with all. Raises
        UnreadableName for a name that cannot be compared at all, which is another thing than no hit, and InvalidInput
        for one of more than `MOST_WORDS` words.
        """
        readings = read_name(name, kind)
        if not any(reading.can_be_found for reading in readings):
            raise UnreadableName("the name has no word that could be looked up in a list")
        if max(len(reading.words) for reading in readings) > MOST_WORDS:
            raise InvalidInput("the name has more words than can be compared", words=MOST_WORDS)
        return likest(self._hits(name, kind, threshold))

    def _hits(self, name: str, kind: ListedKind, threshold: int) -> Iterator[NameHit]:
        for of, index in self._indexes.items():
            if ListedKind.UNKNOWN not in (kind, of) and kind is not of:
                continue
            for query in read_name(name, of if kind is ListedKind.UNKNOWN else kind):
                asked = index.asked(query)
                for listed, joined in index.candidates(asked):
                    hit = _compared(asked, listed, threshold, joined=joined)
                    if hit is not None:
                        yield hit


def _compared(asked: AskedName, listed: ListedName, threshold: int, *, joined: bool) -> NameHit | None:
    pairing = paired(asked, listed.reading)
    score = pairing.score()
    if joined and score < SAME_SCRIPTS:
        other = paired_with_neighbours(asked, listed.reading)
        if other is not None and other.score() > score:
            pairing, score = other, other.score()
    if round(1_000 * score) < threshold:
        return None
    return NameHit(
        list_name=listed.list_name,
        entry_id=listed.entry_id,
        kind=listed.kind,
        listed=listed.text,
        score=round(1_000 * score),
        why=pairing.why(),
    )
