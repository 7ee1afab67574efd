"""How far apart two words are by ear, where at least one comes out of Arabic letters, whose romanisations are many.

Arabic letters leave short vowels out, and Latin letters do not agree on most of the others: جمال is Jamal, Gamal and
Djamal. So both words become sounds, and the distance counts what no system of romanisation explains: a consonant more,
less or other is 1, as is one changed about with the next; a long vowel that is not there is 0.6.
"""

import re
from functools import lru_cache

# A weak letter in upper case: a long vowel (A, W, Y), an ending that may be mute (T, E), a stop that may be (?).
_ABJAD = {
    letter: sound
    for letters, sound in (
        ("ب پ", "q"), ("ت ط", "t"), ("ث", "x"), ("ج", "j"), ("چ ژ", "c"), ("ح خ ه", "h"), ("د ض ظ ز", "d"), ("ذ", "z"),
        ("ر", "r"), ("س ش ص", "s"), ("ق ك ک", "k"), ("غ گ", "g"), ("ف", "f"), ("ل", "l"), ("م", "m"), ("ن", "n"),
        ("ا آ أ إ", "A"), ("و", "W"), ("ي ی", "Y"), ("ى", "E"), ("ة", "T"), ("ع ء ئ ؤ", "?"),
    )
    for letter in letters.split()
}  # fmt: skip
_LATIN = (
    (r"(.)\1+", r"\1"), ("sh|ch", "s"), ("kh", "h"), ("gh", "g"), ("ph|v$", "f"), ("dj", "j"), ("dh|zh", "d"),
    ("ou(?=[aei])", "w"), ("ck|q|c(?![eiy])", "k"), ("c", "s"), ("x", "ks"), ("th(?=s)", ""), ("th", "x"),
    ("[vw]", "w"), ("aw(?![aeiou])|au", "o"), ("y(?![aeiou])", "i"), ("i(?=[aou])", "y"),
)  # fmt: skip
_LATIN_SOUNDS = tuple((re.compile(pattern), to) for pattern, to in _LATIN)
_DOUBLE_E, _DOUBLE_O = re.compile("ee(?!w)"), re.compile("oo")
_SIGNS = re.compile("[^a-z]")
ARTICLE, _SERVANT = "ال", "عبد"
_S_AND_H = re.compile("[سص][حخه]")
"""Two letters that Latin ones cannot tell from `sh`."""
_LATIN_ARTICLE = re.compile("^[ae]l(?=.{3})")
_LATIN_SERVANT = re.compile(r"^abd(?:[aeu][ln]|[aeu](?=([dnrstz])\1))(?=[a-z]{2})|^abd[aeu][lr]?$")
_VOWELS = frozenset("aeiou")
_GLIDES = frozenset("aeiouwy")
_WEAK = {"A": "ae", "W": "wuo", "Y": "yie", "E": "aie", "T": "ae", "?": "aeiouwy", "H": "aeh"}
_MUTE = {"A": 0.5, "W": 0.6, "Y": 0.6, "E": 0.5, "T": 0.0, "?": 0.0, "H": 0.0}
_ONE_SOUND = frozenset(
    pair
    for one, others in (
        ("j", "g"), ("x", "tsz"), ("z", "dt"), ("c", "sj"), ("q", "bp"), ("e", "ai"), ("o", "u"), ("y", "i"),
    )
    for other in others
    for pair in ((one, other), (other, one))
)  # fmt: skip
_NEAR_SOUND = {
    pair: cost
    for one, other, cost in (
        ("g", "k", 0.3), ("a", "i", 0.5), ("a", "o", 0.5), ("t", "d", 0.4), ("h", "g", 0.7), ("h", "k", 0.7),
    )
    for pair in ((one, other), (other, one))
}  # fmt: skip
OTHER_VOWEL, SECOND_VOWEL, SHORT_VOWEL, _DOUBLED = 0.7, 0.5, 0.5, 0.3
FAR = 2.0
"""What is told of words that are farther apart than was asked."""


def is_abjad(text: str) -> bool:
    """Tell whether a word is written in Arabic letters, which leave short vowels out."""
    return any(letter in _ABJAD for letter in text)


@lru_cache(maxsize=1 << 16)
def sounds(text: str) -> str:
    """Return a word as its sounds, a letter each, without the article: weak letters of Arabic in upper case."""
    if is_abjad(text):
        text = "".join(letter for letter in text if letter in _ABJAD).replace(_SERVANT + ARTICLE, _SERVANT)
        text = text[2:] if text.startswith(ARTICLE) and len(text) > 4 else text
        heard = "".join(_ABJAD[letter] for letter in _S_AND_H.sub("س", text)).replace("YY", "Y")
        if text[-1:] == "ه" and len(text) > 2:
            heard = heard[:-1] + "H"
        return "?" + heard[1:] if heard[:1] == "A" else heard
    text = _SIGNS.sub("", text.lower())
    servant = _LATIN_SERVANT.match(text)
    if servant:
        return "abd" + _latin_sounds(text[servant.end() :])
    return _latin_sounds(text)


def _latin_sounds(text: str) -> str:
    if _LATIN_ARTICLE.match(text) and text[2] not in _VOWELS:
        text = text[2:]
    text = _DOUBLE_O.sub("u", _DOUBLE_E.sub("i", text))
    for pattern, to in _LATIN_SOUNDS:
        text = pattern.sub(to, text)
    return text


@lru_cache(maxsize=1 << 16)
def skeleton(text: str) -> str:
    """Return the strong consonants alone, those that some system writes alike as one: words of one name share it."""
    strong = "".join(each for each in sounds(text) if each not in "aeiouwyAWYETH?")
    return _TWICE.sub(r"\1", strong.translate(_ALIKE)).removesuffix("h")


def coarse(latin: str) -> str:
    """Return a key that Latin words have in common which are one word of Arabic letters."""
    return sounds(latin).translate(_ALIKE).translate(_VOWELS_ALIKE).removesuffix("h")


def without_article(latin: str) -> str:
    """Return what is left where a word may begin with the article before a vowel: Alanazi is al-Anazi."""
    return latin[2:] if _LATIN_ARTICLE.match(latin) and latin[2] in _VOWELS else latin


_ALIKE, _VOWELS_ALIKE = str.maketrans("jgxzdcqp", "kktttsbb"), str.maketrans("eiyo", "aaau")
_TWICE = re.compile(r"(.)\1+")


def apart(one: str, other: str, *, native: bool, most: float) -> float:
    """Return how far apart two words are that `sounds` made, FAR where it is more than `most`.

    `native`: the first is out of Arabic letters.
    """
    lost = [_mute(one, at) if native else _more(one, at) for at in range(len(one))]
    more = [_free(other, at) if native else _more(other, at) for at in range(len(other))]
    before: list[float] = []
    row = [0.0]
    for cost in more:
        row.append(row[-1] + cost)
    for at, sound in enumerate(one):
        earlier, before, row = before, row, [row[0] + lost[at]]
        for place, heard in enumerate(other):
            least = min(before[place + 1] + lost[at], row[place] + more[place], before[place] + _other(sound, heard))
            if at and place and sound == other[place - 1] != heard == one[at - 1]:
                least = min(least, earlier[place - 1] + 1.0)
            row.append(least)
        if min(row) > most:
            return FAR
    return row[-1] if row[-1] <= most else FAR


@lru_cache(maxsize=1 << 12)
def _other(sound: str, heard: str) -> float:
    """Return the cost of one sound for another."""
    if sound == heard or heard in _WEAK.get(sound, "") or (sound, heard) in _ONE_SOUND:
        return 0.0
    if heard in _VOWELS:
        return OTHER_VOWEL if sound in _VOWELS or sound in _WEAK else 1.5
    if sound in _WEAK or sound in _VOWELS:
        return 1.5
    return _NEAR_SOUND.get((sound, heard), 1.0)


def _mute(native: str, at: int) -> float:
    """Return the cost of a sound of Arabic letters that is not heard: a mute ending or stop costs nothing."""
    if native[at] == "h" and at + 1 == len(native):
        return 0.0
    if at and native[at] == native[at - 1]:
        return min(_DOUBLED, _MUTE.get(native[at], 1.0))
    return _MUTE.get(native[at], 1.0)


def _free(latin: str, at: int) -> float:
    """Return the cost of a sound that Arabic letters do not have: nothing for a short vowel within the word."""
    if latin[at] not in _VOWELS:
        return 0.0 if latin[at] == "h" and at + 1 == len(latin) else 1.0
    if at == 0 or at + 1 == len(latin):
        return 0.0 if at and (latin[at] == "e" or latin[at - 1] == "h") else OTHER_VOWEL
    return SECOND_VOWEL if at and latin[at - 1] in _VOWELS and latin[at - 1 : at + 1] != "ou" else 0.0


def _more(latin: str, at: int) -> float:
    """Return the cost of a sound that only one of two Latin words has."""
    beside = latin[max(0, at - 1) : at + 2].replace(latin[at], "", 1)
    if latin[at] in "wy":
        return 0.3 if at and not _VOWELS.isdisjoint(beside) else 1.0
    if latin[at] not in _VOWELS:
        return 0.2 if latin[at] == "h" and at + 1 == len(latin) else 1.0
    if at > 1 and not _GLIDES.isdisjoint(beside):
        return 0.2
    if at + 1 == len(latin):
        return 0.4 if latin[at] == "e" else 1.0
    return SHORT_VOWEL if at else 1.0
