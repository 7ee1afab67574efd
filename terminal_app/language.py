"""The words on the screen: each goes through `_`, so that a catalogue can put another language's in their place.

The language is chosen once, before any screen is imported: their words are constants.
"""

import gettext
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tokenpay as tp

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language, and how it writes numbers and moments on screens and on paper."""

    code: str
    name: str
    written: tp.Language

    @property
    def decimal(self) -> str:
        return self.written.decimal


LANGUAGES = {
    "en": Language(code="en", name="English", written=tp.Language.ENGLISH),
    "ru": Language(code="ru", name="русский", written=tp.Language.RUSSIAN),
    "be": Language(code="be", name="беларуская", written=tp.Language.BELARUSIAN),
}


class Words(str):
    """Text that is in the screen's language already, unlike a message of the library."""

    __slots__ = ()

    def format(self, *values: object, **named: object) -> "Words":
        return Words(super().format(*values, **named))


def of_environment(environment: Mapping[str, str]) -> str:
    """Return the language that the first of LANGUAGE, LC_ALL, LC_MESSAGES and LANG asks for; English otherwise."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            asked = (place.partition("_")[0].partition(".")[0].lower() for place in environment[name].split(":"))
            return next((code for code in asked if code in LANGUAGES), "en")
    return "en"


class _Chosen:
    def __init__(self, code: str) -> None:
        self.language = LANGUAGES[code]
        self.catalogue: gettext.NullTranslations = gettext.NullTranslations()
        if code != "en":
            self.catalogue = gettext.translation(DOMAIN, FOLDER, [code])


_chosen = _Chosen(of_environment(os.environ))


def choose(code: str) -> None:
    """Speak one of LANGUAGES from here on; what was imported before keeps its words."""
    global _chosen
    _chosen = _Chosen(code)


def spoken() -> Language:
    """Return the language of the screen."""
    return _chosen.language


def _(text: str) -> str:
    return Words(_chosen.catalogue.gettext(text))


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a counted phrase that goes with `number`, which still has to be put in."""
    return Words(_chosen.catalogue.ngettext(one, many, number))


def N_(text: str) -> str:
    """Mark a text for the catalogues that is translated later."""
    return text
