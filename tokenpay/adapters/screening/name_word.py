"""A word of a name, with the keys under which it is found however it is spelled."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from normality import ascii_text

from tokenpay.adapters.screening.by_ear import coarse, is_abjad, skeleton, without_article
from tokenpay.adapters.screening.sounding import bones, loose, spoken_c, strict
from tokenpay.adapters.screening.syllables import korean, pinyin_of_wade, tongues

LEGAL_WEIGHT, PARTICLE_WEIGHT, INITIAL_WEIGHT, TITLE_WEIGHT = 0.03, 0.1, 0.3, 0.15
SERVANT = "عبد"
"""With an article and a name of God it is one name."""
_VOWEL_W = re.compile("(?<=[aeiou])w(?![aeiou])")
"""Crown is Кроун or Кровн, and `ў` is w or u in Latin letters."""
_ENDS_IN_FF = re.compile("(?<=[eo])f+$")
"""Petroff is Petrov."""
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
        key = korean(self.latin) if not self.abjad and (asking or self.own) else ""
        if 3 < len(key) <= 12:
            gaps.update((f"%{key}", *(f"%{key[:at]}{key[at + 1 :]}" for at in range(len(key)))))
        bare, side = self.skeleton, self._side(asking)
        if len(bare) > 2:
            gaps.update(f"{side}{bare[:at]}{bare[at + 1 :]}" for at in range(len(bare)))
            gaps.add(f"{side}{bare}")
        return frozenset(gaps)

    def _side(self, asking: bool) -> str:
        return "#" if self.abjad is asking else "!"


@lru_cache(maxsize=1 << 14)
def pinyin(character: str) -> str:
    return re.sub("[^a-z]", "", (ascii_text(character) or "").lower())


@lru_cache(maxsize=1 << 16)
def make_word(form: str, latin: str, weight: float, own: str = "") -> Word:
    key = strict(latin)
    others = {*_han_readings(form), *_KOREAN_READINGS.get(own or latin, ())}
    spoken = frozenset({latin, *pinyin_of_wade(latin), *others})
    readings = set(map(strict, others))
    if not own:
        readings |= {key, *map(strict, (*pinyin_of_wade(latin), *_cyrillic(form, latin)))}
        for each in (latin, *spoken_c(latin)):
            readings |= {strict(each), strict(_VOWEL_W.sub("u", each)), strict(_VOWEL_W.sub("v", each))}
        readings.add(strict(_ENDS_IN_FF.sub("v", latin)))
    abjad = is_abjad(own)
    bare = skeleton(own if abjad else latin)
    return Word(latin or form, key, loose(key), frozenset(readings), spoken, weight, bare, own, abjad)


def _han_readings(form: str) -> set[str]:
    """Return how a word in Han may be read where one of its characters has several readings."""
    if not any(character in _OTHER_READINGS for character in form):
        return set()
    each = [{pinyin(character), *_OTHER_READINGS.get(character, "").split()} for character in form]
    return set(map("".join, product(*each)))


def _cyrillic(form: str, latin: str) -> tuple[str, ...]:
    """Return other spellings of two letters: `ё` is written `e` too, and `ë` or `yo` in Latin; `г` is g or h."""
    if "г" in form:
        return (latin.replace("g", "h"), *_cyrillic(form.replace("г", ""), latin))
    if "ё" in form:
        return (latin.replace("yo", "e"),)
    return (latin.replace("e", "yo"),) if "ë" in form and latin.count("e") == 1 else ()


@lru_cache(maxsize=1 << 16)
def joined(first: Word, second: Word, most: float = 2.0) -> Word:
    latin, own = (
        first.latin + second.latin,
        first.own + second.own.removeprefix("" if first.own == SERVANT else "ال") if first.own and second.own else "",
    )
    key = strict(latin, article=False)
    spoken = frozenset(
        one + two
        for one in (first.latin, *pinyin_of_wade(first.latin))
        for two in (second.latin, *pinyin_of_wade(second.latin))
    )
    readings = frozenset({key, *(strict(each, article=False) for each in spoken)}) if not own else frozenset()
    abjad, weight = is_abjad(own), min(most, first.weight + second.weight)
    bare = skeleton(own if abjad else latin)
    return Word(latin, key, loose(key), readings, spoken, weight, bare, own, abjad)
