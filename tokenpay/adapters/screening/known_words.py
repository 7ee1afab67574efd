"""What the lists know of words: which are names, which sound alike, and for which another word may be a slip."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from tokenpay.adapters.screening.asked_word import AskedName, AskedWord
from tokenpay.adapters.screening.likeness import likeness, same_sound, slip
from tokenpay.adapters.screening.name_reading import Reading, Speech
from tokenpay.adapters.screening.name_word import Word
from tokenpay.adapters.screening.syllables import halves

KNOWN = 3
"""In how many names a word stands for the lists to know it as a name: what differs from it is no slip then."""
ENOUGH = 100
"""How many words in Arabic letters, or East Asian syllables, the lists hold at least for them to tell what is none."""
HEARD = 0.91
"""How alike a word is to one in Arabic letters, at least, to be read out of it."""
WORTH, ACROSS = 0.69, 0.6
"""How alike two words are at least for one to call up the other; and two of different letters."""
_CACHED = 1 << 16


class KnownWords:
    """The words of one index, by their keys and by the spellings with a letter left out."""

    def __init__(self, bearers: Mapping[Word, Sequence[int]], readings: Sequence[Reading]) -> None:
        self.single = {word for reading in readings for word in reading.words if word in bearers}
        self._known = frozenset(word.shown for word in self.single if len(bearers[word]) >= KNOWN)
        self._syllables = _syllables(readings)
        self._tells_arabic = sum(word.abjad for word in self.single) >= ENOUGH
        self._by_key: dict[str, list[Word]] = {}
        self._by_key_read: dict[str, list[Word]] = {}
        self._by_gap: dict[str, list[Word]] = {}
        for word in bearers:
            for key in word.keys(asking=False):
                self._by_key.setdefault(key, []).append(word)
                if _may_be_read(word):
                    self._by_key_read.setdefault(key, []).append(word)
        for word in self.single:
            for gap in word.gaps(asking=False):
                self._by_gap.setdefault(gap, []).append(word)
        self._asked_word = lru_cache(maxsize=_CACHED)(self._make_asked_word)
        self._heard = lru_cache(maxsize=_CACHED)(self._find_heard)

    def asked(self, query: Reading) -> AskedName:
        """Return a name that is asked for with what is known of its words."""
        units = tuple((unit, self._asked_word(unit.word)) for unit in query.joined)
        return AskedName(query, tuple(map(self._asked_word, query.words)), units)

    def alike(self, asked: AskedWord, *, slips: bool) -> set[Word]:
        """Return the words that one calls up: alike by a key, a slip apart, or sounding like what it is a slip for."""
        word = asked.word
        words = self._sharing_key(word)
        for gap in word.gaps(asking=True) if slips else ():
            words.update(self._by_gap.get(gap, ()))
        found = {other for other in words if _worth(word, other)}
        for meant, _ in asked.meant:
            found.update(other for other in self._sharing_key(meant) if same_sound(meant, other, Speech.ANY))
        return found

    def _make_asked_word(self, word: Word) -> AskedWord:
        known = word.shown in self._known or not self._known.isdisjoint(word.spoken)
        enough = len(self._syllables) >= ENOUGH
        return AskedWord(
            word=word,
            known=known,
            syllables=not enough or any(self._syllables.issuperset(cut) for cut in halves(word.latin)),
            meant=() if known or word.weight < 1 else self._meant(word),
            heard=self._heard if self._tells_arabic else None,
        )

    def _meant(self, word: Word) -> tuple[tuple[Word, float], ...]:
        others = {other for gap in word.gaps(asking=False) for other in self._by_gap.get(gap, ())}
        near = ((other, slip(word, other)) for other in others if other.shown in self._known)
        return tuple(sorted((each for each in near if each[1]), key=lambda each: each[0].shown))

    def _find_heard(self, word: Word) -> frozenset[Word]:
        others = {other for key in word.keys(asking=True) for other in self._by_key_read.get(key, ())}
        return frozenset(other for other in others if _may_be_read_out_of(word, other))

    def _sharing_key(self, word: Word) -> set[Word]:
        return {other for key in word.keys(asking=True) for other in self._by_key.get(key, ())}


def _may_be_read(word: Word) -> bool:
    """Tell whether a word is one of several spellings: in Arabic letters, or of letters with several readings."""
    return word.abjad or len(word.readings) > 1


def _may_be_read_out_of(word: Word, other: Word) -> bool:
    if other.abjad:
        return likeness(word, other, Speech.ANY) >= HEARD
    return not other.readings.isdisjoint(word.readings)


def _worth(word: Word, other: Word) -> bool:
    enough, speech = (ACROSS, Speech.KOREAN) if word.own or other.own else (WORTH, Speech.ANY)
    return likeness(word, other, speech) >= enough or same_sound(word, other, Speech.KOREAN) > 0


def _syllables(readings: Iterable[Reading]) -> frozenset[str]:
    words = [word.latin for reading in readings if reading.speech is not Speech.ANY for word in reading.words]
    counted = Counter([*words, *(half for word in words for cut in halves(word) for half in cut)])
    return frozenset(each for each, count in counted.items() if count >= KNOWN)
