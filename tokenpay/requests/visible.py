"""Whether a person sees all of a text, in the order in which it is stored."""

import re

# Characters that are drawn as nothing though Unicode calls them letters, marks or symbols
# (Default_Ignorable_Code_Point outside category Cf, and the blank Braille pattern).
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def is_visible(text: str) -> bool:
    """Return whether `text` has no control, zero-width, direction-changing or blank characters but the space."""
    return text.isprintable() and _BLANK.search(text) is None
