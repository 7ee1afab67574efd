"""The words on the screen: each goes through `_`, so that a catalogue can put another language's in their place."""

import gettext
from pathlib import Path

_CATALOGUE = gettext.translation("terminal_app", Path(__file__).parent / "locale", fallback=True)
"""The language is chosen when the process starts, from the environment, as gettext does it."""


def _(text: str) -> str:
    return _CATALOGUE.gettext(text)
