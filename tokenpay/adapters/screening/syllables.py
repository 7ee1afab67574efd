"""Names made of East Asian syllables: what is one at all, and keys on which romanisations of it fall together.

Pinyin and Wade-Giles; the Revised Romanization and McCune-Reischauer for Korean; Vietnamese without its marks.
"""

import re
from functools import cache, lru_cache

_SIGNS = re.compile("[^a-z0-9]")
_KOREAN = (
    ("[^a-z]", ""), ("sh", "s"), ("ch|j", "c"), ("g", "k"), ("d", "t"), ("b", "p"), ("r", "l"),
    ("(?<=[aeiou])h(?![aeiouwy])", ""),
)  # fmt: skip
_KOREAN_SOUNDS = tuple((re.compile(pattern), to) for pattern, to in _KOREAN)
# A vowel of Korean by its romanisations, the longer first, and the class in which they fall together.
_KOREAN_VOWELS = {
    spelling: vowel
    for vowel, spellings in (
        ("yu", "yeo you yoo yu yuo"), ("ya", "ya"), ("yo", "yo"), ("wa", "wa oa"), ("e", "yae ye ae ai ea e we wae"),
        ("i", "eui ui ee yi wi i"), ("u", "eo eu oo ou woo wo wu u"), ("a", "a"), ("o", "o"), ("oi", "oe oi"),
    )
    for spelling in spellings.split()
}  # fmt: skip
_KOREAN_VOWEL = re.compile("|".join(sorted(_KOREAN_VOWELS, key=len, reverse=True)))
_DOUBLED = re.compile(r"([^aeiou])\1+")


@lru_cache(maxsize=1 << 16)
def korean(latin: str) -> str:
    """Return the key on which romanisations of Korean agree."""
    text = latin.lower()
    for pattern, to in _KOREAN_SOUNDS:
        text = pattern.sub(to, text)
    return _DOUBLED.sub(r"\1", _KOREAN_VOWEL.sub(lambda found: _KOREAN_VOWELS[found[0]], text))


_KOREAN_SYLLABLE = (
    f"(?:[kptjs]{{2}}|ch|sh|[kgndtrlmbpsjhyw])?(?:{_KOREAN_VOWEL.pattern})(?:ng|[kgnlrmpbth](?![aeiouwy]))?"
)


def is_korean(latin: str) -> bool:
    """Tell whether a word is one syllable of Korean or two."""
    return "korean" in tongues(latin)


_INITIALS = [
    "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s", "y",
    "w",
]  # fmt: skip
_FINALS = [
    "a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "i", "ia", "ian", "iang", "iao", "ie", "in", "ing", "iong",
    "iu", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "ue", "ui", "un", "uo",
]  # fmt: skip
_WADE_INITIALS = {
    "b": "p", "p": "p", "d": "t", "t": "t", "g": "k", "k": "k", "j": "ch", "q": "ch", "x": "hs", "zh": "ch",
    "z": "ts", "c": "ts", "r": "j",
}  # fmt: skip
_WADE_FINALS = {"ian": "ien", "ong": "ung", "uo": "o", "ie": "ieh", "ue": "ueh", "iong": "iung"}
_WADE_WHOLE = {
    "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tzu", "si": "ssu", "you": "yu",
    "yan": "yen", "ye": "yeh", "yue": "yueh", "yong": "yung", "ge": "ko", "ke": "ko", "he": "ho", "guo": "kuo",
    "kuo": "kuo", "huo": "huo", "shuo": "shuo", "gui": "kuei", "kui": "kuei", "yi": "i", "er": "erh",
}  # fmt: skip


@cache
def _pinyin_by_wade() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for initial in _INITIALS:
        for final in _FINALS:
            syllable = initial + final
            wade = _WADE_INITIALS.get(initial, initial) + _WADE_FINALS.get(final, final)
            found.setdefault(_WADE_WHOLE.get(syllable, wade), set()).add(syllable)
    return {wade: tuple(sorted(pinyins)) for wade, pinyins in found.items()}


def pinyin_of_wade(latin: str) -> tuple[str, ...]:
    """Return the syllables of Pinyin that a word may be, if it is Wade-Giles without its signs."""
    return _pinyin_by_wade().get(_SIGNS.sub("", latin.lower()), ())


def _longest_first(texts: list[str]) -> str:
    return "|".join(sorted(texts, key=len, reverse=True))


_PINYIN = f"(?:(?:{_longest_first(_INITIALS)})(?:{_longest_first(_FINALS)})|ang|eng|a[ino]|e[inr]|ou|[aeo])"
_VIETNAMESE = (
    "(?:ngh|ng|nh|gh|gi|ch|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    "(?:a[iouy]?|e[ou]?|i(?:eu?|a|u)?|o(?:a[iy]?|e|i)?|u(?:a|e|i|o[iu]?|u|y(?:e(?=[nt])|a|u)?)?|y(?:eu?)?)"
    "(?:ch|ng|nh|[cmnpt])?"
)
_TONGUES = {
    (tongue, most): re.compile(f"(?:{syllable}){{1,{most}}}")
    for tongue, syllable in (("chinese", _PINYIN), ("korean", _KOREAN_SYLLABLE), ("vietnamese", _VIETNAMESE))
    for most in (1, 2)
    if most == 1 or tongue != "vietnamese"  # whose syllables are words
}


@lru_cache(maxsize=1 << 16)
def tongues(latin: str, *, most: int = 2) -> frozenset[str]:
    """Return of which languages a word is one syllable, or up to `most` of them."""
    found = {tongue for (tongue, number), pattern in _TONGUES.items() if number <= most and pattern.fullmatch(latin)}
    return frozenset(found | {"chinese"} if latin in _pinyin_by_wade() else found)


@lru_cache(maxsize=1 << 16)
def halves(latin: str) -> tuple[tuple[str, str], ...]:
    """Return the ways in which a word is two syllables."""
    cuts = ((latin[:at], latin[at:]) for at in range(1, len(latin)))
    return tuple(cut for cut in cuts if all(tongues(half, most=1) for half in cut))
