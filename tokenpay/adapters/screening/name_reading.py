"""A name as its words: read by rigour, with what is needed to compare them however they are spelled."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from normality import ascii_text
from rapidfuzz.distance import OSA
from rigour.names import Name, NamePart, NamePartTag, NameTypeTag, analyze_names

from tokenpay.adapters.screening.name_words import FORMS, KOREAN_FAMILIES, PARTICLES, TITLES
from tokenpay.adapters.screening.sounding import (
    abjad_pattern,
    bones,
    hard_c,
    is_abjad,
    korean,
    loose,
    pinyin_of_wade,
    reduced,
    skeleton,
    strict,
)
from tokenpay.compliance.listed_party import ListedKind

TAGS = {
    ListedKind.PERSON: NameTypeTag.PER,
    ListedKind.ORGANISATION: NameTypeTag.ORG,
    ListedKind.VESSEL: NameTypeTag.OBJ,
    ListedKind.AIRCRAFT: NameTypeTag.OBJ,
    ListedKind.UNKNOWN: NameTypeTag.ENT,
}
_LETTERS_ALONE = frozenset({ListedKind.PERSON, ListedKind.UNKNOWN})
"""Kinds that are read without rigour's symbols for persons: to load those takes 16 s and 370 MB in every process."""
LEGAL_WEIGHT, PARTICLE_WEIGHT, INITIAL_WEIGHT, TITLE_WEIGHT = 0.03, 0.1, 0.3, 0.15
SHORT = 4
"""Of two neighbours in an organisation's name one is this short, where they are written as one word."""
_ARTICLES = frozenset({"al", "el", "ال"})
SYLLABLE = re.compile(
    "(?:[bcdfghjklmnprstvwxyz]|ch|sh|zh|hs|ts|tz|ph|th|tr|kh|ng|nh|gi|qu|q|kw|gw|hw)?[aeiouy]{1,3}(?:ng?|nh|ch|[kltpmrh])?"
)
SYLLABLES = re.compile(f"(?:{SYLLABLE.pattern}){{1,2}}")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_DOUBLE_SURNAMES = ("欧阳", "司马", "诸葛", "上官", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "歐陽")
# Characters that are read otherwise as a family name.
_OTHER_READINGS = {
    "覃": ("cin", "tan"), "曾": ("zeng",), "单": ("san",), "仇": ("ciu",), "解": ("xie",), "查": ("za",), "盖": ("ge",),
    "朴": ("piao",), "尉": ("iu",), "乐": ("ue",), "翟": ("zai",), "区": ("ou",),
}  # fmt: skip


# Korean family names that are not written as they sound.
_KOREAN_READINGS = {
    spelling: (names[0],)
    for names in (
        ("이", "lee", "yi", "rhee", "ri", "li"), ("임", "im", "lim", "rim"), ("류", "ryu", "yoo", "yu", "ryoo"),
        ("박", "park", "pak", "bak"), ("노", "noh", "roh", "no", "ro"), ("최", "choi", "choe"),
        ("정", "jung", "jeong", "chung"),
        ("안", "ahn", "an"), ("오", "oh", "o"), ("우", "woo", "wu", "u"), ("백", "baek", "paik", "paek"),
        ("허", "heo", "hur", "huh"), ("서", "seo", "suh", "so"), ("조", "cho", "jo"), ("손", "son", "sohn"),
    )
    for spelling in names
}  # fmt: skip


class Speech(Enum):
    """How a name is to be heard."""

    ANY = "any"
    SYLLABLES = "syllables"
    KOREAN = "korean"


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word of a name, compared by identity. `latin`: in lower Latin letters; `readings`: its strict keys.

    `own`: as it stands, where it is in Arabic letters or Hangul, which say less or other than Latin ones; else "".
    """

    latin: str
    strict: str
    loose: str
    readings: frozenset[str]
    weight: float
    own: str = ""

    @property
    def bones(self) -> str:
        return bones(self.strict)

    @property
    def shown(self) -> str:
        return self.own or self.latin

    def keys(self, *, asking: bool) -> frozenset[str]:
        """Return under what this word is kept, or under what is asked for words that sound like it.

        By its consonants alone a word is found out of the other kind of script only.
        """
        keys = {f"={reading}" for reading in self.readings} | {f"~{loose(reading)}" for reading in self.readings}
        if SYLLABLES.fullmatch(self.latin) and not is_abjad(self.own):
            keys.add(f"%{korean(self.latin)}")
        if self.weight <= 1:
            keys.add(f"{self._side(asking)}{self.skeleton}")
        return frozenset(keys)

    def gaps(self, *, asking: bool) -> frozenset[str]:
        """Return the spellings with one letter left out, or none: two words a slip apart have one of them in common."""
        texts = {self.own} if self.own else {self.latin, self.loose}
        gaps = set(texts)
        for text in texts:
            if len(text) > 3:
                gaps.update(text[:at] + text[at + 1 :] for at in range(len(text)))
        bare, side = self.skeleton, self._side(asking)
        if len(bare) > 2:
            gaps.update(f"{side}{bare[:at]}{bare[at + 1 :]}" for at in range(len(bare)))
            gaps.add(f"{side}{bare}")
        return frozenset(gaps)

    @property
    def skeleton(self) -> str:
        return skeleton(self.own if is_abjad(self.own) else self.latin)

    def _side(self, asking: bool) -> str:
        return "#" if is_abjad(self.own) is asking else "!"


@dataclass(frozen=True, slots=True)
class Unit:
    """Two words that stand side by side taken as one: the one at `at` and the next."""

    at: int
    word: Word


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a name in their order; neighbours taken as one; what speech it can be."""

    words: tuple[Word, ...]
    joined: tuple[Unit, ...]
    speech: Speech

    @property
    def can_be_found(self) -> bool:
        """Tell whether there is more than particles and legal forms, which call nobody up."""
        return any(word.weight > PARTICLE_WEIGHT for word in self.words)


def read_name(text: str, kind: ListedKind) -> tuple[Reading, ...]:
    """Return how a name can be read: none for one without a letter, mostly one, more where it holds several names."""
    names = sorted(
        analyze_names(TAGS[kind], [text], phonetics=False, numerics=False, symbols=kind not in _LETTERS_ALONE),
        key=lambda name: name.form,
    )
    return tuple(reading for name in names if (reading := _reading(name, kind)).words)


def _reading(name: Name, kind: ListedKind) -> Reading:
    words: list[Word] = []
    particles = len(name.parts) > 2
    for part in name.parts:
        if kind is ListedKind.PERSON and part.form in _ARTICLES and particles:
            continue
        words += _words_of(part, kind, particles and part is not name.parts[-1])
    units = tuple(
        Unit(at, _joined(first, second))
        for at, (first, second) in enumerate(pairwise(words))
        if first.weight > LEGAL_WEIGHT and second.weight > LEGAL_WEIGHT
        if kind is not ListedKind.ORGANISATION or min(len(first.latin), len(second.latin)) <= SHORT
    )
    return Reading(tuple(words), units, _speech(words))


def _speech(words: list[Word]) -> Speech:
    """Korean and other East Asian names: a family name of one syllable and a given one of one or two."""
    if not 2 <= len(words) <= 3 or any(is_abjad(word.own) for word in words):
        return Speech.ANY
    if not all(SYLLABLES.fullmatch(word.latin) for word in words):
        return Speech.ANY
    if any(word.own or word.latin in KOREAN_FAMILIES for word in words):
        return Speech.KOREAN
    return Speech.SYLLABLES if any(SYLLABLE.fullmatch(word.latin) for word in words) else Speech.ANY


def _words_of(part: NamePart, kind: ListedKind, particles: bool) -> list[Word]:
    form = part.form
    if _HAN.search(form):
        return [_word(piece, "".join(map(_pinyin, piece)), 1.0) for piece in _cut(form, kind)]
    if _HANGUL.search(form) and kind is ListedKind.PERSON and 2 <= len(form) <= 4:
        pieces = (form[:1], form[1:])
        return [_word(each, "".join(map(_roman, each)), 1.0, own=each) for each in pieces]
    latin = part.ascii or ascii_text(form) or ""
    latin = re.sub("[^a-z0-9]", "", latin.lower())
    if part.tag == NamePartTag.LEGAL or (latin in FORMS and kind is not ListedKind.PERSON):
        weight = LEGAL_WEIGHT
    elif form in TITLES and kind is not ListedKind.ORGANISATION:
        weight = TITLE_WEIGHT
    elif form in PARTICLES and particles:
        weight = PARTICLE_WEIGHT
    elif len(form) == 1:
        weight = LEGAL_WEIGHT if kind is ListedKind.ORGANISATION else INITIAL_WEIGHT
    else:
        weight = 1.0
    if is_abjad(form):
        return [_word(form, latin, weight, own=form)]
    return [_word(form, latin, weight)] if latin else []


def _cut(han: str, kind: ListedKind) -> list[str]:
    """A person's family name is one character, seldom two, the given name the rest; else each stands for itself."""
    if kind is ListedKind.PERSON and 2 <= len(han) <= 4:
        length = 2 if han.startswith(_DOUBLE_SURNAMES) and len(han) > 2 else 1
        return [han[:length], han[length:]]
    return list(han)


@lru_cache(maxsize=1 << 14)
def _pinyin(character: str) -> str:
    return re.sub("[^a-z]", "", (ascii_text(character) or "").lower())


@lru_cache(maxsize=1 << 14)
def _roman(syllable: str) -> str:
    return _pinyin(syllable) if _HANGUL.match(syllable) else ""


@lru_cache(maxsize=1 << 16)
def _word(form: str, latin: str, weight: float, own: str = "") -> Word:
    key = strict(latin)
    readings = {*_OTHER_READINGS.get(form, ()), *_KOREAN_READINGS.get(own or latin, ())}
    if not own:
        readings |= {key, *map(strict, (*pinyin_of_wade(latin), *hard_c(latin)))}
    return Word(latin or form, key, loose(key), frozenset(readings), weight, own)


@lru_cache(maxsize=1 << 16)
def _joined(first: Word, second: Word) -> Word:
    latin, own = (
        first.latin + second.latin,
        first.own + second.own.removeprefix("ال") if first.own and second.own else "",
    )
    key = strict(latin)
    pinyin = {
        strict(one + two)
        for one in (first.latin, *pinyin_of_wade(first.latin))
        for two in (second.latin, *pinyin_of_wade(second.latin))
    }
    readings = frozenset({key, *pinyin}) if not own else frozenset()
    return Word(latin, key, loose(key), readings, min(2.0, first.weight + second.weight), own)


SAME, SAME_SOUND, SAME_SCRIPTS = 1.0, 0.96, 0.95
_NEAR = {1: {3: 0.6, 4: 0.8, 5: 0.86}, 2: {6: 0.4, 7: 0.5, 8: 0.75}}
_LONGEST = {1: 0.9, 2: 0.8}
_OTHER_SYLLABLE, SURE = 0.4, 0.8


@lru_cache(maxsize=1 << 18)
def likeness(one: Word, other: Word, speech: Speech) -> float:
    """Return how alike two words are, 0 to 1: the same key, the same sound, a slip or two.

    In names made of East Asian syllables a letter more or less is another name.
    """
    if one is other or (one.strict == other.strict and bool(one.own) == bool(other.own)):
        return SAME
    if one.readings & other.readings and (speech is Speech.KOREAN or not (one.own or other.own)):
        return SAME_SOUND
    if one.own or other.own:
        return _across_scripts(one, other)
    if one.loose == other.loose and speech is Speech.ANY:
        return SAME_SOUND
    if speech is not Speech.ANY:
        return _syllables(one, other, speech)
    if INITIAL_WEIGHT in (one.weight, other.weight):
        return 0.9 if one.latin[:1] == other.latin[:1] or one.strict[:1] == other.strict[:1] else 0.0
    near = max(_near(one.latin, other.latin), _near(one.strict, other.strict), 0.8 * _near(one.loose, other.loose))
    if near < SURE and len(one.readings) + len(other.readings) > 2:
        near = max(near, *(_near(this, that) for this in one.readings for that in other.readings))
    return near


def _syllables(one: Word, other: Word, speech: Speech) -> float:
    if speech is Speech.KOREAN and korean(one.latin) == korean(other.latin):
        return SAME_SOUND
    near = max(_near(one.latin, other.latin), _near(one.strict, other.strict))
    two = not (SYLLABLE.fullmatch(one.latin) or SYLLABLE.fullmatch(other.latin))
    both = two and SYLLABLES.fullmatch(one.latin) and SYLLABLES.fullmatch(other.latin)
    return _OTHER_SYLLABLE * near if both else near


def _across_scripts(one: Word, other: Word) -> float:
    if one.own and other.own:
        return SAME if one.own == other.own else _near(one.own, other.own)
    native, latin = (one, other) if one.own else (other, one)
    if is_abjad(native.own):
        if abjad_pattern(native.own).fullmatch(reduced(latin.latin)):
            return SAME_SCRIPTS
        return _skeletons(skeleton(native.own), skeleton(latin.latin))
    same = korean(native.latin) == korean(latin.latin)
    return SAME_SCRIPTS if same else _OTHER_SYLLABLE * _near(korean(native.latin), korean(latin.latin))


def _skeletons(one: str, other: str) -> float:
    """Consonants alone: three of them that are the same, or four and a slip, are worth a look beside other words."""
    length, distance = max(len(one), len(other)), OSA.distance(one, other, score_cutoff=1)
    if distance == 0:
        return 0.85 if length > 2 else 0.5
    return 0.75 if distance == 1 and length > 3 else 0.6 if distance == 1 and length == 3 else 0.0


def _near(one: str, other: str) -> float:
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 0:
        return SAME_SOUND
    length = max(len(one), len(other))
    return 0.0 if distance > 2 else _NEAR[distance].get(length, _LONGEST[distance] if length > 5 else 0.0)
