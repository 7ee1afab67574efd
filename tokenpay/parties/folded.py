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


def folded(text: str) -> str:
    """Return a text in small letters without accents: `Müller`, `Muller` and `MÜLLER` are one."""
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.casefold().translate(_PLAIN)
