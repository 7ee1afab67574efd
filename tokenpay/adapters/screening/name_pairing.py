"""Which words of two names stand for each other, how alike they are, and what that makes of the names."""

from dataclasses import dataclass
from itertools import product

from tokenpay.adapters.screening.asked_word import AskedName, AskedWord
from tokenpay.adapters.screening.likeness import SAME, SAME_SCRIPTS, likeness, same_sound
from tokenpay.adapters.screening.name_reading import Reading, Speech, Unit
from tokenpay.adapters.screening.name_word import INITIAL_WEIGHT, LEGAL_WEIGHT, Word
from tokenpay.adapters.screening.syllables import is_korean, tongues

EXTRA, SECOND_EXTRA = 0.1, 0.15
"""What a word that only one of two names has counts, of what it counts where each has another in its place; and how
much more all count that come after the first."""
LEAST_ALIKE = 1.2
"""How much two names share at least where either has more: one word in common says nothing."""
ALIKE_JOINED, SLIP_JOINED, SLIPPED_JOINED = 0.95, 0.9, 0.75
"""How alike two neighbours and one word are at least; where that is a name of East Asian syllables; and where the lists
do not know both neighbours as names, which one slip of the keyboard parts from a word that they know."""
_NONE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Pairing:
    """Which words of two names stand for each other and how alike, and the places of those that stand for none."""

    asked: AskedName
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
        here = sum(self.asked.words[at].weight_alone for at in self.left)
        there = sum(self.listed.words[at].weight for at in self.missing)
        if good < LEAST_ALIKE and max(here, there) > INITIAL_WEIGHT:
            return 0.0
        more = abs(here - there)
        rest = EXTRA * more + SECOND_EXTRA * max(0.0, more - 1)
        return alike / (weight + min(here, there) + rest) if weight else 0.0

    def why(self) -> tuple[str, ...]:
        """Return what each word was taken for, in words."""
        said = []
        for one, other, alike in self.pairs:
            how = "same" if alike == SAME else "same sound" if alike >= SAME_SCRIPTS else f"alike {alike:.2f}"
            said.append(f"{one.shown} = {other.shown}: {how}")
        said += [f"{self.asked.words[at].word.shown}: not listed" for at in self.left]
        said += [f"{self.listed.words[at].shown}: listed only" for at in self.missing]
        return tuple(said)


def paired(asked: AskedName, listed: Reading, here: frozenset[int] = _NONE, there: frozenset[int] = _NONE) -> Pairing:
    """Pair the likest words first, leaving out the places already taken here and there."""
    speech = _speech(asked.reading, listed)
    left = [at for at in range(len(asked.words)) if at not in here]
    missing = [at for at in range(len(listed.words)) if at not in there]
    found = []
    for at, place in product(left, missing):
        one, other = asked.words[at], listed.words[place]
        if LEGAL_WEIGHT in (one.word.weight, other.weight) and one.word.weight != other.weight:
            continue
        alike = one.alike(other, speech)
        if alike > 0:
            found.append((-alike, at, place))
    pairs = []
    for alike, at, place in sorted(found):
        if at in left and place in missing:
            left.remove(at)
            missing.remove(place)
            pairs.append((asked.words[at].word, listed.words[place], -alike))
    return Pairing(asked, listed, pairs, left, missing)


def paired_with_neighbours(asked: AskedName, listed: Reading) -> Pairing | None:
    """Pair two neighbours of one name with one word of the other, or two, where they sound alike, and then the rest."""
    speech = _speech(asked.reading, listed)
    words = [(Unit(at, 1, word.word), word) for at, word in enumerate(asked.words)]
    others = [Unit(at, 1, word) for at, word in enumerate(listed.words)]
    found = []
    for ones, twos in ((asked.units, others), (words, listed.joined), (asked.units, listed.joined)):
        for (one, word), other in product(ones, twos):
            if one.length == other.length and one.word.latin != other.word.latin:
                continue
            if abs(len(one.word.skeleton) - len(other.word.skeleton)) > 1:
                continue
            alike = _joined_alike(one, other, speech)
            if not alike and one.length > 1 and not asked.knows(one):
                alike = _slipped(word, other.word, speech)
            if alike:
                found.append((-alike, one.at, other.at, one, other))
    here: set[int] = set()
    there: set[int] = set()
    pairs = []
    for alike, _, _, one, other in sorted(found, key=lambda each: each[:3]):
        if here.isdisjoint(one.places) and there.isdisjoint(other.places):
            here.update(one.places)
            there.update(other.places)
            pairs.append((one.word, other.word, -alike))
    if not pairs:
        return None
    rest = paired(asked, listed, frozenset(here), frozenset(there))
    rest.pairs += pairs
    return rest


def _joined_alike(one: Unit, other: Unit, speech: Speech) -> float:
    """Return how alike neighbours and a word are that are alike enough, else 0."""
    alike = same_sound(one.word, other.word, speech)
    if not alike and tongues((other if one.length > 1 else one).word.latin):
        alike = likeness(one.word, other.word, Speech.SYLLABLES)
    least = ALIKE_JOINED if one.word.own or other.word.own else SLIP_JOINED
    return alike if alike >= least else 0.0


def _slipped(one: AskedWord, other: Word, speech: Speech) -> float:
    alike = one.slipped(other, speech)
    if not alike and other.own and not other.abjad:
        alike = likeness(one.word, other, Speech.KOREAN)
    return alike if alike >= SLIPPED_JOINED else 0.0


def _speech(one: Reading, other: Reading) -> Speech:
    if one.speech is other.speech or Speech.ANY in (one.speech, other.speech):
        return one.speech if one.speech is other.speech else Speech.ANY
    return Speech.KOREAN if all(is_korean(word.latin) for word in (*one.words, *other.words)) else Speech.SYLLABLES
