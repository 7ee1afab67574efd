"""Finds the listed names that a name may mean, scores each and says why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from tokenpay.adapters.screening.likeness import SAME, SAME_SCRIPTS, likeness, same_sound
from tokenpay.adapters.screening.name_index import ListedName, indexes_by_kind
from tokenpay.adapters.screening.name_reading import (
    INITIAL_WEIGHT,
    LEGAL_WEIGHT,
    Reading,
    Speech,
    Unit,
    Word,
    read_name,
)
from tokenpay.adapters.screening.syllables import tongues
from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.compliance.name_hit import NAME_THRESHOLD, NameHit, likest
from tokenpay.errors import InvalidInput, UnreadableName

EXTRA = 0.1
"""What a word that only one of two names has counts, of what it counts where each has another in its place."""
LEAST_EXTRA = 0.3
LEAST_ALIKE = 1.2
"""How much two names share at least where either has more: one word in common says nothing."""
ANOTHER_NAME, NO_SLIP, SPELLED = 0.6, 0.905, 0.8
"""What is less alike than `NO_SLIP` counts less where the word is another name; not where the vowels alone differ."""
ALIKE_JOINED, SLIP_JOINED = 0.95, 0.9
"""How alike two neighbours and one word are at least; and where that is a name of East Asian syllables."""
MOST_WORDS = 20
"""What has more is no name, and the work grows with the square of its words: people look at it."""
_NONE: frozenset[int] = frozenset()


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
                known = tuple(word.shown in index.known for word in query.words)
                for listed, joined in index.candidates(query):
                    hit = _compared(query, listed, threshold, known, joined=joined)
                    if hit is not None:
                        yield hit


@dataclass(slots=True)
class _Pairing:
    """Which words of two names stand for each other and how alike, and the places of those that stand for none."""

    query: Reading
    listed: Reading
    pairs: list[tuple[Word, Word, float]]
    left: list[int]
    missing: list[int]

    def score(self) -> float:
        """Return what is alike of what there is: a word of one name alone weighs little, another in its place much."""
        weight = alike = good = 0.0
        for one, other, found in self.pairs:
            each = (one.weight + other.weight) / 2
            weight += each
            alike += each * found
            good += each if found > 0.5 else 0.0
        here = sum(self.query.words[at].weight for at in self.left)
        there = sum(self.listed.words[at].weight for at in self.missing)
        if good < LEAST_ALIKE and max(here, there) > INITIAL_WEIGHT:
            return 0.0
        rest = min(LEAST_EXTRA, EXTRA * abs(here - there))
        return alike / (weight + min(here, there) + rest) if weight else 0.0


def _compared(
    query: Reading, listed: ListedName, threshold: int, known: tuple[bool, ...], *, joined: bool
) -> NameHit | None:
    pairing = _paired(query, listed.reading, known)
    score = pairing.score()
    if joined and score < SAME_SCRIPTS:
        other = _with_neighbours(query, listed.reading, known)
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
        why=_why(pairing),
    )


def _paired(
    query: Reading,
    listed: Reading,
    known: tuple[bool, ...],
    here: frozenset[int] = _NONE,
    there: frozenset[int] = _NONE,
) -> _Pairing:
    """Pair the likest words first, leaving out the places already taken here and there.

    A word that the lists know as another name (`known`) is hardly a slip of the keyboard.
    """
    speech = _speech(query, listed)
    found = []
    left = [at for at in range(len(query.words)) if at not in here]
    missing = [at for at in range(len(listed.words)) if at not in there]
    for at in left:
        for other in missing:
            one, two = query.words[at], listed.words[other]
            if LEGAL_WEIGHT in (one.weight, two.weight) and one.weight != two.weight:
                continue
            alike = likeness(one, two, speech)
            if known[at] and 0 < alike < NO_SLIP and one.weight == 1 and (alike < SPELLED or one.bones != two.bones):
                alike *= ANOTHER_NAME
            if alike > 0:
                found.append((-alike, at, other))
    found.sort()
    pairs = []
    for alike, at, other in found:
        if at in left and other in missing:
            left.remove(at)
            missing.remove(other)
            pairs.append((query.words[at], listed.words[other], -alike))
    return _Pairing(query, listed, pairs, left, missing)


def _speech(one: Reading, other: Reading) -> Speech:
    if one.speech is other.speech or Speech.ANY in (one.speech, other.speech):
        return one.speech if one.speech is other.speech else Speech.ANY
    return Speech.SYLLABLES


def _with_neighbours(query: Reading, listed: Reading, known: tuple[bool, ...]) -> _Pairing | None:
    """Pair two neighbours of one name with one word of the other, or two, where they sound alike, and then the rest."""
    here: set[int] = set()
    there: set[int] = set()
    pairs, speech = [], _speech(query, listed)
    words = [Unit(at, 1, word) for at, word in enumerate(query.words)]
    others = [Unit(at, 1, word) for at, word in enumerate(listed.words)]
    for ones, twos in ((query.joined, others), (words, listed.joined), (query.joined, listed.joined)):
        for one, other in product(ones, twos):
            if abs(len(one.word.skeleton) - len(other.word.skeleton)) > 1:
                continue
            if not (here.isdisjoint(one.places) and there.isdisjoint(other.places)):
                continue
            if one.length == other.length and one.word.latin != other.word.latin:
                continue
            alike = same_sound(one.word, other.word, speech)
            if not alike and tongues((other if one.length > 1 else one).word.latin):
                alike = likeness(one.word, other.word, Speech.SYLLABLES)
            if alike >= ALIKE_JOINED or (alike >= SLIP_JOINED and not (one.word.own or other.word.own)):
                here.update(one.places)
                there.update(other.places)
                pairs.append((one.word, other.word, alike))
    if not pairs:
        return None
    rest = _paired(query, listed, known, frozenset(here), frozenset(there))
    rest.pairs += pairs
    return rest


def _why(pairing: _Pairing) -> tuple[str, ...]:
    said = []
    for one, other, alike in pairing.pairs:
        how = "same" if alike == SAME else "same sound" if alike >= SAME_SCRIPTS else f"alike {alike:.2f}"
        said.append(f"{one.shown} = {other.shown}: {how}")
    said += [f"{pairing.query.words[at].shown}: not listed" for at in pairing.left]
    said += [f"{pairing.listed.words[at].shown}: listed only" for at in pairing.missing]
    return tuple(said)
