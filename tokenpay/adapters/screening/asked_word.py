"""The words of the name that is asked for, beside what the lists know: names of their own, or slips for such."""

from collections.abc import Callable
from dataclasses import dataclass

from tokenpay.adapters.screening.likeness import SAME, likeness, same_sound, slip
from tokenpay.adapters.screening.name_reading import Reading, Speech, Unit
from tokenpay.adapters.screening.name_word import INITIAL_WEIGHT, Word

ANOTHER_NAME = 0.4
"""What is alike counts so much where the lists know the asked word as another name: a slip seldom makes a name."""
ONE_NAME = 0.905
"""From how alike on a word in Arabic letters and one in Latin ones may be one name, though they sound not the same."""
SPELLED = 0.8
"""How alike words with the same consonants are to be one name, where the lists cannot tell what is read from Arabic."""
ARTICLE = 3
"""How many letters an article has at most, mistyped."""


@dataclass(frozen=True, slots=True, eq=False)
class AskedWord:
    """`known`: the lists have it as a name; `syllables`: all of its syllables stand in East Asian names of the lists.

    `meant`: the listed words that it may be a slip of the keyboard for, in the letters in which it was typed, each with
    how alike; none where it is known. `heard`: gives the listed words of other letters that a word may be read out of;
    None where the lists hold too few to tell.
    """

    word: Word
    known: bool
    syllables: bool
    meant: tuple[tuple[Word, float], ...]
    heard: Callable[[Word], frozenset[Word]] | None

    @property
    def weight_alone(self) -> float:
        """What it weighs where it stands for nothing: few letters that are no name may be a mistyped article."""
        weight = self.word.weight
        return min(weight, INITIAL_WEIGHT) if len(self.word.shown) <= ARTICLE and not self.known else weight

    def alike(self, other: Word, speech: Speech) -> float:
        """Return how alike a listed word is, from 0 to 1, by what the lists know."""
        alike = likeness(self.word, other, speech)
        if alike == SAME:
            return alike
        if self.meant:
            alike = max(alike, self.slipped(other, speech))
        if speech is not Speech.ANY and not (self.known or self.syllables):
            alike = max(alike, slip(self.word, other))
        if self.known and alike > 0 and self.word.weight == 1 and not self._one_name(other, speech, alike):
            return alike * ANOTHER_NAME
        return alike

    def slipped(self, other: Word, speech: Speech) -> float:
        """Return how alike a listed word is that sounds like one which this is a slip for, else 0."""
        return max((near * same_sound(word, other, speech) for word, near in self.meant), default=0.0)

    def _one_name(self, other: Word, speech: Speech, alike: float) -> bool:
        """Tell whether two words are spellings of one: vowels are free only in what is read out of other letters."""
        if self.word.own or other.own:
            return alike >= ONE_NAME
        if speech is not Speech.ANY:
            return same_sound(self.word, other, speech) > 0
        if not self.word.readings.isdisjoint(other.readings):
            return True
        if self.heard is None:
            return alike >= SPELLED and self.word.bones == other.bones
        return not self.heard(self.word).isdisjoint(self.heard(other))


@dataclass(frozen=True, slots=True, eq=False)
class AskedName:
    """A reading of the name that is asked for, its words, and its neighbours taken as one."""

    reading: Reading
    words: tuple[AskedWord, ...]
    units: tuple[tuple[Unit, AskedWord], ...]

    def knows(self, unit: Unit) -> bool:
        """Tell whether every word of a unit is a name that the lists know."""
        return all(self.words[at].known for at in unit.places)
