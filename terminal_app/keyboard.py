"""Keys by their place: a Cyrillic layout that is switched on does not matter to letters that name a place or a code."""

_CYRILLIC = "йцукенгшщзфывапролдячсмить"
_LATIN = "qwertyuiopasdfghjklzxcvbnm"
_PLACES = str.maketrans(_CYRILLIC + "ў\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}", _LATIN + "ob")
"""Two letters are the Belarusian layout's own."""

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""From the home row outwards."""


def latin(text: str) -> str:
    """Return what the same keys type on a Latin layout."""
    return text.translate(_PLACES)
