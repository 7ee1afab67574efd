"""How a word of a name sounds, whoever spelled it: keys under which spellings of one name fall together.

The romanisations that have to meet: ISO 9, BGN/PCGN, ICAO Doc 9303 and national ones for Cyrillic; the many for Arabic,
as far as they are a matter of vowels (by_ear knows the rest). East Asian names are heard by syllables (syllables).
"""

import re
from functools import lru_cache

_SIGNS = re.compile("[^a-z0-9]")
# A longer group before a shorter one that it holds: `shch` before `sh`.
_SPELLINGS = (
    (r"^abd(?:[aeu][ln]|[aeu](?=([dnrstz])\1))(?=[a-z]{3})", "abd"),
    ("shch|tsch|sch|sh", "s"), ("tch|ch|ts|tz", "c"), ("dzh", "j"),
    ("zh", "z"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("dh", "d"), ("dj|jj", "g"), ("qu(?=[aeiou])", "kv"), ("ck|q", "k"), ("x", "ks"),
    ("(?<=[aeiou])w(?=[^aeiou])", "u"), ("w", "v"),
    ("ou|oo", "u"), ("ee(?!v)", "i"), ("[jy]", "i"), ("i+(?=[aeou])", ""), (r"(.)\1+", r"\1"), ("(?<=[aeiou])h$", ""),
    ("^abd[aeu][lr]$", "abd"), ("(?<=[a-z]{2})[aeu][ld]?dine?$", "din"),
)  # fmt: skip
_STRICT = tuple((re.compile(pattern), to) for pattern, to in _SPELLINGS)
_ARTICLE, _DIPHTHONG = re.compile("^[ae]l(?=[a-z]{4})"), re.compile("[ae][i]")
_VOWELS = str.maketrans("eo", "au")


@lru_cache(maxsize=1 << 16)
def strict(latin: str, *, article: bool = True) -> str:
    """Return the key that systems of transliteration agree on: digraphs as one letter, doubles once, no signs.

    `article`: what begins with the Arabic article is kept without it.
    """
    text = _SIGNS.sub("", latin.lower())
    for pattern, to in _STRICT:
        text = pattern.sub(to, text)
    return _ARTICLE.sub("", text) if article else text


@lru_cache(maxsize=1 << 16)
def loose(key: str) -> str:
    """Return a strict key with the vowels that speakers of Arabic and Persian do not tell apart in one form."""
    return key[:1] + _DIPHTHONG.sub("i", key[1:]).translate(_VOWELS)


_HARD_C, _SOUNDED_C = re.compile("c(?![ehiy])"), re.compile("c(?=[eiy])")


def spoken_c(latin: str) -> tuple[str, ...]:
    """Return a word with `c` as it sounds in most languages, where it is not the letter ISO 9 writes for ц or ч."""
    if "c" not in latin:
        return ()
    hard = _HARD_C.sub("k", latin)
    return (hard, _SOUNDED_C.sub("s", hard))


_BONES = str.maketrans("gkcztd", "hhsstt", "aeiouv")


@lru_cache(maxsize=1 << 16)
def bones(key: str) -> str:
    """Return the coarse consonants of a strict key: names that differ in vowels alone are mostly one, by ear."""
    return re.sub(r"(.)\1+", r"\1", key.translate(_BONES))
