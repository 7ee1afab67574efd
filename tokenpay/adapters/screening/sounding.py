"""How a word of a name sounds, whoever spelled it: keys under which spellings of one name fall together.

The romanisations that have to meet: ISO 9, BGN/PCGN, ICAO Doc 9303 and national ones for Cyrillic; the many for Arabic;
Pinyin and Wade-Giles; the Revised Romanization and McCune-Reischauer for Korean.
"""

import re
from functools import cache, lru_cache

_SIGNS = re.compile("[^a-z0-9]")
# A longer group before a shorter one that it holds: `shch` before `sh`.
_SPELLINGS = (
    ("shch|tsch|sch|sh", "s"), ("tch|ch|ts|tz", "c"), ("dzh", "j"),
    ("zh", "z"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("dh", "d"), ("dj|jj", "g"), ("qu(?=[aeiou])", "kv"), ("ck|q", "k"), ("x", "ks"),
    ("(?<=[aeiou])w(?=[^aeiou])", "u"), ("w", "v"), ("(?<=[eo])f+$", "v"),
    ("ou|oo", "u"), ("ee(?!v)", "i"), ("[jy]", "i"), ("i+(?=[aeou])", ""), (r"(.)\1+", r"\1"), ("(?<=[aeiou])h$", ""),
    ("^abd[aeu][lr]$", "abd"), ("(?<=[a-z]{2})[aeu][ld]?dine?$", "din"),
    ("^abd(?:[aeu][ln]?|[aeu]r(?=r)|[aeu](?=[dnstz]))(?=[a-z]{3})", "abd"), ("^[ae]l(?=[a-z]{4})", ""),
)  # fmt: skip
_ABD = re.compile("^abd(?:[aeu][ln]?|[aeu]r(?=r)|[aeu](?=[dnstz]))(?=[a-z]{3})")
_STRICT = tuple((re.compile(pattern), to) for pattern, to in _SPELLINGS)
_DIPHTHONG = re.compile("[ae][i]")
_SOFT = re.compile("c(?=[ei])")
_VOWELS = str.maketrans("eo", "au")


@lru_cache(maxsize=1 << 16)
def strict(latin: str) -> str:
    """Return the key that systems of transliteration agree on: digraphs as one letter, doubles once, no signs."""
    text = _SIGNS.sub("", latin.lower())
    for pattern, to in _STRICT:
        text = pattern.sub(to, text)
    return text


@lru_cache(maxsize=1 << 16)
def loose(key: str) -> str:
    """Return a strict key with the vowels that speakers of Arabic and Persian do not tell apart in one form."""
    return _DIPHTHONG.sub("i", _SOFT.sub("s", key)).translate(_VOWELS)


_HARD_C = re.compile("c(?![ehiy])")


def hard_c(latin: str) -> tuple[str, ...]:
    """Return a word with `c` as it sounds in most languages, where it is not the letter ISO 9 writes for ц or ч."""
    return (_HARD_C.sub("k", latin),) if _HARD_C.search(latin) else ()


_BONES = str.maketrans("gkcztd", "hhsstt", "aeiouv")


@lru_cache(maxsize=1 << 16)
def bones(key: str) -> str:
    """Return the coarse consonants of a strict key: names that differ in vowels alone are mostly one, by ear."""
    return re.sub(r"(.)\1+", r"\1", _SOFT.sub("s", key).translate(_BONES))


# Arabic and Persian letters by the consonant they stand for; a long vowel in upper case; what may be silent as "?".
_ABJAD = {
    letter: sound
    for letters, sound in (
        ("ب پ", "b"), ("ت ط", "t"), ("ث", "x"), ("ج چ ژ", "j"), ("ح خ ه", "h"), ("د ذ ض ظ ز", "d"),
        ("ر", "r"), ("س ش ص", "s"),
        ("غ ق ك ک گ", "k"), ("ف", "f"), ("ل", "l"), ("م", "m"), ("ن", "n"), ("ا آ أ إ", "A"), ("و ؤ", "U"),
        ("ي ی ئ", "I"), ("ى", "E"), ("ة", "T"), ("ع ء", "?"),
    )
    for letter in letters.split()
}  # fmt: skip
_LONG = {"A": "[ae]{1,2}", "U": "[uo]{1,2}[aei]?", "I": "[aeo]?[ie]{1,2}a?", "E": "[aie]{1,2}", "T": "[ae]?"}
_EITHER = {"j": "[jk]", "x": "[ts]"}
_OPTIONAL = {"?": "[aeiou]{0,2}"}
_ABJAD_LETTERS = frozenset(_ABJAD)
_CONSONANTS = (
    ("sh|ch|th(?=s)", "s"), ("kh", "h"), ("gh|ck|q|g|c|x", "k"), ("dh|z|zh", "d"), ("th", "t"), ("dj", "j"),
    ("ph|v(?=$)", "f"), ("p", "b"), ("[wv]", "u"), ("y", "i"), (r"(.)\1+", r"\1"), ("(?<=[aeiou])h$", ""),
)  # fmt: skip
_REDUCED = tuple((re.compile(pattern), to) for pattern, to in _CONSONANTS)
_SKELETON = re.compile("[aeiou]")
_ALIKE = str.maketrans("jx", "kt")
_ARTICLE, _SERVANT = "ال", "عبد"


def is_abjad(text: str) -> bool:
    """Tell whether a word is written in Arabic letters, which leave short vowels out."""
    return any(letter in _ABJAD_LETTERS for letter in text)


@cache
def _without_article(text: str) -> str:
    text = "".join(letter for letter in text if letter in _ABJAD_LETTERS)
    text = text.replace(_SERVANT + _ARTICLE, _SERVANT)
    return text[2:] if text.startswith(_ARTICLE) and len(text) > 4 else text


@lru_cache(maxsize=1 << 14)
def abjad_pattern(text: str) -> re.Pattern[str]:
    """Return what matches the `reduced` spellings that a word in Arabic letters may have."""
    letters = _without_article(text)
    sounds, built = [_ABJAD[letter] for letter in letters], []
    if letters.startswith(_SERVANT) and len(letters) > 4:  # Abdul, Abdel, Abd al-, Abder before an r
        sounds, built = sounds[3:], ["abd(?:[aeu][ldnrstz]?)?"]
    for at, sound in enumerate(sounds):
        if sound in _LONG and (at or sound == "A"):
            built.append(_LONG[sound] if at else "[aeiou]?" if sounds[1:2] and sounds[1] in _LONG else "[aeiou]{1,2}")
        elif sound in _LONG:
            built.append(r"[uio]?[aeiou]{0,2}")
        else:
            built.append(_OPTIONAL.get(sound, sound))
        if sound == "h" and (at + 1 == len(sounds) or sounds[at - 1 : at] == ["s"]):
            built[-1] = "h?"
        if sound in _EITHER:
            built[-1] = _EITHER[sound]
        if sound == "d" and at + 1 == len(sounds):
            built[-1] = "[dt]"
        if at + 1 < len(sounds) and sound not in _LONG and sounds[at + 1] not in _LONG:
            built.append("[aeiou]{0,2}" if sound == "?" or sounds[at + 1] == "?" else "(?:[aeiou]|ou|oo|aa)?")
    return re.compile("(?:[ae]l)?" + "".join(built) + ("[ae]?" if sounds and sounds[-1] == "?" else "e?"))


@lru_cache(maxsize=1 << 16)
def reduced(latin: str) -> str:
    """Return a Latin word by the consonants that Arabic letters tell apart, its vowels as they are written."""
    text = re.sub("^[ae]l(?=[^aeiou]..)", "", _SIGNS.sub("", latin.lower()))
    text = _ABD.sub("abd", text)
    for pattern, to in _REDUCED:
        text = pattern.sub(to, text)
    return text


@lru_cache(maxsize=1 << 16)
def skeleton(text: str) -> str:
    """Return the consonants alone of a word in Arabic letters, or of a reduced Latin one."""
    if is_abjad(text):
        sounds = "".join(_ABJAD[letter] for letter in _without_article(text) if _ABJAD[letter].islower())
        return re.sub(r"(.)\1+", r"\1", sounds.removesuffix("h").translate(_ALIKE))
    return re.sub(r"(.)\1+", r"\1", _SKELETON.sub("", reduced(text)).translate(_ALIKE))


_KOREAN = (("sh", "s"), ("ch|j", "c"), ("g", "k"), ("d", "t"), ("b", "p"), ("r", "l"))
_KOREAN_SOUNDS = tuple((re.compile(pattern), to) for pattern, to in _KOREAN)
_KOREAN_VOWELS = re.compile("[aeiouwy]+(?:h(?![aeiouwy]))?")


@lru_cache(maxsize=1 << 16)
def korean(latin: str) -> str:
    """Return the key on which romanisations of Korean agree."""
    text = _SIGNS.sub("", latin.lower())
    for pattern, to in _KOREAN_SOUNDS:
        text = pattern.sub(to, text)
    return re.sub(r"(.)\1+", r"\1", _KOREAN_VOWELS.sub(_korean_vowel, text))


def _korean_vowel(run: re.Match[str]) -> str:
    vowels = run[0].rstrip("h")
    if vowels in ("o", "yo"):
        return "o"
    if "u" in vowels or "o" in vowels:
        return "u"
    if ("e" in vowels and vowels != "ee") or vowels in ("ai", "ae"):
        return "e"
    return "a" if "a" in vowels else "i"


_INITIALS = [
    "b",
    "p",
    "m",
    "f",
    "d",
    "t",
    "n",
    "l",
    "g",
    "k",
    "h",
    "j",
    "q",
    "x",
    "zh",
    "ch",
    "sh",
    "r",
    "z",
    "c",
    "s",
    "y",
    "w",
]
_FINALS = [
    "a",
    "ai",
    "an",
    "ang",
    "ao",
    "e",
    "ei",
    "en",
    "eng",
    "i",
    "ia",
    "ian",
    "iang",
    "iao",
    "ie",
    "in",
    "ing",
    "iong",
    "iu",
    "o",
    "ong",
    "ou",
    "u",
    "ua",
    "uai",
    "uan",
    "uang",
    "ue",
    "ui",
    "un",
    "uo",
]
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
