"""What a test reads in English, in the language that the terminal speaks."""

import re
from collections.abc import Iterator
from functools import cache

from terminal_app.language import _, spoken
from tests.app.catalogues import kept, strings

_HOLE = re.compile(r"\{(\w+)\}")
_MARK = re.compile(r"[^\w\s(«]+ ")
_AMOUNT = re.compile(r"(?<=\d)\.(?=\d+\s[A-Z])")


def on_screen(text: str, seen: str) -> bool:
    """Whether the screen says what reads like this in English, as words of the terminal or as it stands."""
    return any(pattern.search(seen) for pattern in _patterns(text))


@cache
def _patterns(text: str) -> tuple[re.Pattern[str], ...]:
    as_it_stands = re.compile(re.escape(_AMOUNT.sub(spoken().decimal, text)))
    if spoken().code == "en":
        return (as_it_stands,)
    found = [as_it_stands, *map(re.compile, _translated(text))]
    mark = _MARK.match(text)
    if mark is not None:
        found += [re.compile(re.escape(mark[0]) + words) for words in _translated(text[mark.end() :])]
    return tuple(found)


def typed(number: str) -> str:
    """A number as the language writes it, without its unit."""
    return number.replace(".", spoken().decimal)


def english(words: str) -> set[str]:
    """Every English text that reads like this on the screen."""
    return {words} if spoken().code == "en" else _backwards().get(words, {words})


@cache
def _texts() -> tuple[tuple[str, str], ...]:
    """Each English form of every text, with a translation of it."""
    found = []
    for message in kept(spoken().code):
        for english_form in (message.id,) if isinstance(message.id, str) else message.id:
            found += [(english_form, translation) for translation in strings(message) if english_form]
    return tuple(found)


@cache
def _backwards() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text, translation in _texts():
        found.setdefault(translation, set()).add(text)
    return found


def _translated(part: str) -> Iterator[str]:
    """Patterns of what stands on the screen where a part of an English text would."""
    for text, translation in _texts():
        values = _values(tuple(_HOLE.split(text)), part)
        if values is None:  # a sentence may begin with a capital where its text does not
            values = _values(tuple(_HOLE.split(text)), part[:1].lower() + part[1:])
        if values is not None:
            filled = (
                _value_pattern(values.get(piece)) if at % 2 else re.escape(piece)
                for at, piece in enumerate(_HOLE.split(translation))
            )
            first, *rest = filled
            yield "".join((f"(?i:{first[:1]}){first[1:]}" if first[:1].isalpha() else first, *rest))


def _value_pattern(value: str | None) -> str:
    if value is None:
        return r"[\s\S]+?"
    ways = {value, _(value), _AMOUNT.sub(spoken().decimal, value), *_composed(value)}
    return f"(?:{'|'.join(re.escape(way) for way in ways)})"


@cache
def _composed(value: str) -> tuple[str, ...]:
    """Return a value that is a text with values of its own as the screen has it: `drawer drawer-1`."""
    found = []
    for text, translation in _texts():
        parts = _HOLE.split(text)
        pattern = "".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        own = sum(map(len, parts[::2]))
        values = re.fullmatch(pattern, value) if len(parts) > 1 and own * 3 >= len(value) else None
        if values is not None:
            found.append(_HOLE.sub(lambda hole, values=values: values[hole[1]], translation))  # type: ignore[misc]
    return tuple(found)


def _values(pieces: tuple[str, ...], part: str) -> dict[str, str] | None:
    """Return what is put into a text (words at even places, names at odd ones) that holds `part`; None if it does not.

    At least a third of the part has to be the text's own words, so that a value alone is not taken for it.
    """
    for first, piece in enumerate(pieces):
        for offset in range(len(piece)) if first % 2 == 0 else (0,):
            rest = (piece[offset:] if first % 2 == 0 else piece, *pieces[first + 1 :])
            values = _match(rest, part, is_name=first % 2 == 1)
            if values is not None and sum(map(len, values.values())) * 3 <= len(part) * 2:
                return values
    return None


def _match(pieces: tuple[str, ...], part: str, *, is_name: bool) -> dict[str, str] | None:
    """Match `part` from its beginning to its end; the pieces may go on."""
    if not part:
        return {}
    if not pieces:
        return None
    if not is_name:
        if pieces[0].startswith(part):
            return {}
        return _match(pieces[1:], part.removeprefix(pieces[0]), is_name=True) if part.startswith(pieces[0]) else None
    for end in range(1, len(part) + 1):
        values = _match(pieces[1:], part[end:], is_name=False)
        if values is not None:
            return {pieces[0]: part[:end], **values}
    return None
