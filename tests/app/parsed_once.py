"""A style sheet is parsed once a process: two hundred tests start a program, and each would read all of them again."""

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse = Stylesheet._parse_rules
_PARSED: dict[object, list[RuleSet]] = {}


def remember() -> None:
    setattr(Stylesheet, "_parse_rules", _remembered)  # noqa: B010


def _remembered(sheet: Stylesheet, css: str, read_from: Any, *given: Any, **named: Any) -> list[RuleSet]:
    """What comes of a text, which depends on the theme's colours too, and on nothing else that is not given."""
    wanted = css, read_from, given, tuple(named.items()), tuple(sheet._variables.items())
    if wanted not in _PARSED:
        _PARSED[wanted] = _parse(sheet, css, read_from, *given, **named)
    return _PARSED[wanted]
