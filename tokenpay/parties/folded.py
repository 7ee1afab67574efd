"""A name as it is looked for: whoever types it may leave out what their keyboard does not have.

This is for finding alone. Whether two names are one person is what screening asks, by rules of its own.
"""

import unicodedata

# Letters that Unicode does not take apart into a plain one and its mark, and the apostrophes beside the keyboard's.
_PLAIN = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'",
})  # fmt: skip
_IN_TWO = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
"""Letters that a machine-readable passport, and whoever lacks the key, writes with two: ICAO Doc 9303, part 3."""


def folded(text: str) -> str:
    """Return a text in small letters without accents: `Müller`, `Muller` and `MÜLLER` are one."""
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.casefold().translate(_PLAIN)


def spellings(word: str) -> set[str]:
    """Return how a word may stand in a name, folded: `Müller` may be `mueller`, and `Mueller` may be `muller`."""
    plain, typed = folded(word), unicodedata.normalize("NFC", word).lower()
    in_one = plain
    for letter, two in _IN_TWO.items():
        typed = typed.replace(letter, two)
        in_one = in_one.replace(two, folded(letter))
    return {plain, folded(typed), in_one}
