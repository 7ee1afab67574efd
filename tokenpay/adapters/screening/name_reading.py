"""A name as its words: read by rigour, with the keys under which they are found however they are spelled."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise, product

from normality import ascii_text
from rigour.names import Name, NamePart, NamePartTag, NameTypeTag, analyze_names

from tokenpay.adapters.screening.by_ear import coarse, is_abjad, skeleton, without_article
from tokenpay.adapters.screening.name_words import FORMS, KOREAN_FAMILIES, PARTICLES, TITLES
from tokenpay.adapters.screening.sounding import bones, loose, spoken_c, strict
from tokenpay.adapters.screening.syllables import is_korean, korean, pinyin_of_wade, tongues
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
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_DOUBLE_SURNAMES = ("欧阳", "司马", "诸葛", "上官", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "歐陽")
# Characters with more than one reading in names, beside the one that ICU knows.
_OTHER_READINGS = {
    "覃": "qin tan", "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "朴": "piao",
    "尉": "yu", "乐": "le yue", "翟": "zhai di", "区": "ou", "纪": "ji", "任": "ren", "长": "chang zhang",
    "朝": "chao zhao", "重": "zhong chong", "行": "xing hang", "盛": "sheng cheng", "晟": "sheng cheng",
    "柏": "bai bo", "宁": "ning", "传": "chuan zhuan", "茜": "qian xi", "祭": "ji zhai", "华": "hua",
    "折": "she zhe", "隗": "wei kui",
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


class Speech(IntEnum):
    """How a name is to be heard."""

    ANY = 0
    SYLLABLES = 1
    KOREAN = 2


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word of a name, compared by identity. `latin`: in lower Latin letters; `readings`: its strict keys; `spoken`:
    its readings as syllables of East Asia.

    `own`: as it stands, where it is in Arabic letters or Hangul, which say less or other than Latin ones; else "".
    """

    latin: str
    strict: str
    loose: str
    readings: frozenset[str]
    spoken: frozenset[str]
    weight: float
    skeleton: str
    own: str = ""
    abjad: bool = False

    @property
    def bones(self) -> str:
        return bones(self.strict)

    @property
    def shown(self) -> str:
        return self.own or self.latin

    def keys(self, *, asking: bool) -> frozenset[str]:
        """Return under what this word is kept, or under what is asked for words that sound like it.

        By fewer than three consonants a word is found out of the other kind of script only.
        """
        keys = {f"={reading}" for reading in self.readings} | {f"~{loose(reading)}" for reading in self.readings}
        if tongues(self.latin) and not self.abjad:
            keys.add(f"%{korean(self.latin)}")
            keys.update(f"%{korean(reading)}" for reading in self.spoken)
        if self.weight <= 1 or len(self.skeleton) > 2:
            keys.add(f"{self._side(asking)}{self.skeleton}")
            if "ث" in self.own:
                keys.add(f"{self._side(asking)}{skeleton(self.own.replace('ث', 'س'))}")
            if not self.own:
                keys.add(f"&{coarse(self.latin)}")
                keys.add(f"{self._side(asking)}{skeleton(without_article(self.latin))}")
            if self.weight <= 1 and len(self.skeleton) > 2 and not self.own:
                keys.add(f"${self.skeleton}")
        return frozenset(keys)

    def gaps(self, *, asking: bool) -> frozenset[str]:
        """Return the spellings with one letter left out, or none: two words a slip apart have one of them in common."""
        texts = {self.own} if self.own else {self.latin, *map(loose, self.readings)}
        gaps = set(texts)
        for text in texts:
            if len(text) > 3:
                gaps.update(text[:at] + text[at + 1 :] for at in range(len(text)))
        bare, side = self.skeleton, self._side(asking)
        if len(bare) > 2:
            gaps.update(f"{side}{bare[:at]}{bare[at + 1 :]}" for at in range(len(bare)))
            gaps.add(f"{side}{bare}")
        return frozenset(gaps)

    def _side(self, asking: bool) -> str:
        return "#" if self.abjad is asking else "!"


@dataclass(frozen=True, slots=True)
class Unit:
    """`length` words that stand side by side from `at` on, taken as one."""

    at: int
    length: int
    word: Word

    @property
    def places(self) -> range:
        return range(self.at, self.at + self.length)


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
        Unit(at, 2, _joined(first, second))
        for at, (first, second) in enumerate(pairwise(words))
        if first.weight > LEGAL_WEIGHT and second.weight > LEGAL_WEIGHT
        if kind is not ListedKind.ORGANISATION or min(len(first.latin), len(second.latin)) <= SHORT
    )
    return Reading(tuple(words), units, _speech(words))


def _speech(words: list[Word]) -> Speech:
    """Korean and other East Asian names: a family name of one syllable and a given one of one or two."""
    if any(_HANGUL.match(word.own) for word in words):
        return Speech.KOREAN
    if not 2 <= len(words) <= 3 or any(word.own for word in words):
        return Speech.ANY
    if any(word.latin in KOREAN_FAMILIES for word in words) and all(
        word.latin in KOREAN_FAMILIES or is_korean(word.latin) for word in words
    ):
        return Speech.KOREAN
    if not all(tongues(word.latin) for word in words):
        return Speech.ANY
    return Speech.SYLLABLES if any(tongues(word.latin, most=1) for word in words) else Speech.ANY


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
    others = {*_han_readings(form), *_KOREAN_READINGS.get(own or latin, ())}
    spoken = frozenset({latin, *pinyin_of_wade(latin), *others})
    readings = set(map(strict, others))
    if not own:
        readings |= {key, *map(strict, (*pinyin_of_wade(latin), *spoken_c(latin), *_cyrillic(form, latin)))}
    abjad = is_abjad(own)
    bare = skeleton(own if abjad else latin)
    return Word(latin or form, key, loose(key), frozenset(readings), spoken, weight, bare, own, abjad)


def _han_readings(form: str) -> set[str]:
    """Return how a word in Han may be read where one of its characters has several readings."""
    if not any(character in _OTHER_READINGS for character in form):
        return set()
    each = [{_pinyin(character), *_OTHER_READINGS.get(character, "").split()} for character in form]
    return set(map("".join, product(*each)))


def _cyrillic(form: str, latin: str) -> tuple[str, ...]:
    """Return other spellings of two letters: `ё` is written `e` too, and `ë` or `yo` in Latin; `г` is g or h."""
    if "г" in form:
        return (latin.replace("g", "h"), *_cyrillic(form.replace("г", ""), latin))
    if "ё" in form:
        return (latin.replace("yo", "e"),)
    return (latin.replace("e", "yo"),) if "ë" in form and latin.count("e") == 1 else ()


@lru_cache(maxsize=1 << 16)
def _joined(first: Word, second: Word) -> Word:
    latin, own = (
        first.latin + second.latin,
        first.own + second.own.removeprefix("ال") if first.own and second.own else "",
    )
    key = strict(latin, article=False)
    spoken = frozenset(
        one + two
        for one in (first.latin, *pinyin_of_wade(first.latin))
        for two in (second.latin, *pinyin_of_wade(second.latin))
    )
    readings = frozenset({key, *(strict(each, article=False) for each in spoken)}) if not own else frozenset()
    abjad, weight = is_abjad(own), min(2.0, first.weight + second.weight)
    bare = skeleton(own if abjad else latin)
    return Word(latin, key, loose(key), readings, spoken, weight, bare, own, abjad)
