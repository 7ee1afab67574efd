"""A name as its words, read by rigour: what they weigh, which are one, and what speech they can be."""

import re
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from normality import ascii_text
from rigour.names import Name, NamePart, NamePartTag, NameTypeTag, analyze_names

from tokenpay.adapters.screening.by_ear import is_abjad
from tokenpay.adapters.screening.name_word import (
    INITIAL_WEIGHT,
    LEGAL_WEIGHT,
    PARTICLE_WEIGHT,
    SERVANT,
    TITLE_WEIGHT,
    Word,
    joined,
    make_word,
    pinyin,
)
from tokenpay.adapters.screening.name_words import FORMS, KOREAN_FAMILIES, PARTICLES, TITLES
from tokenpay.adapters.screening.syllables import is_korean, tongues
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
SHORT = 4
"""Of two neighbours in an organisation's name one is this short, where they are written as one word."""
_ARTICLES = frozenset({"al", "el", "ال"})
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_DOUBLE_SURNAMES = ("欧阳", "司马", "诸葛", "上官", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "歐陽")
_OF_FAITH = "الدين"
_LATIN_SERVANT, _LATIN_OF_FAITH = re.compile("abd(?:[aeu][a-z]?)?"), re.compile("(?:[aeu]l?|[aeu]d)?d(?:i|ee)ne?")


class Speech(IntEnum):
    """How a name is to be heard."""

    ANY = 0
    SYLLABLES = 1
    KOREAN = 2


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
    words = _compounds(words)
    if _speech(words) is not Speech.ANY:  # where Du, Do and U are names like any other
        words = [make_word(word.latin, word.latin, 1.0) if word.weight < 1 and not word.own else word for word in words]
    units = tuple(
        Unit(at, 2, joined(first, second))
        for at, (first, second) in enumerate(pairwise(words))
        if first.weight > LEGAL_WEIGHT and second.weight > LEGAL_WEIGHT
        if kind is not ListedKind.ORGANISATION or min(len(first.latin), len(second.latin)) <= SHORT
    )
    return Reading(tuple(words), units, _speech(words))


def _compounds(words: list[Word]) -> list[Word]:
    """Take Arabic names of two words as one, Abd al-Aziz and Nur al-Din, where a name of two or more is left."""
    folded: list[Word] = []
    for word in words:
        before = folded[-1] if folded else None
        if before is not None and word.weight == before.weight == 1 and _is_compound(before, word):
            folded[-1] = joined(before, word, 1.0)
        else:
            folded.append(word)
    return folded if sum(word.weight == 1 for word in folded) > 1 else words


def _is_compound(first: Word, second: Word) -> bool:
    if first.own or second.own:
        return first.own == SERVANT or second.own == _OF_FAITH
    of_faith = len(first.latin) > 2 and _LATIN_OF_FAITH.fullmatch(second.latin)
    return bool(of_faith or _LATIN_SERVANT.fullmatch(first.latin))


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
        return [make_word(piece, "".join(map(pinyin, piece)), 1.0) for piece in _cut(form, kind)]
    if _HANGUL.search(form) and kind is ListedKind.PERSON and 2 <= len(form) <= 4:
        pieces = (form[:1], form[1:])
        return [make_word(each, "".join(map(pinyin, each)), 1.0, own=each) for each in pieces]
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
        return [make_word(form, latin, weight, own=form)]
    return [make_word(form, latin, weight)] if latin else []


def _cut(han: str, kind: ListedKind) -> list[str]:
    """A person's family name is one character, seldom two, the given name the rest; else each stands for itself."""
    if kind is ListedKind.PERSON and 2 <= len(han) <= 4:
        length = 2 if han.startswith(_DOUBLE_SURNAMES) and len(han) > 2 else 1
        return [han[:length], han[length:]]
    return list(han)
