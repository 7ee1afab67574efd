"""What a command says: one content, printed as JSON with stable names or as lines for people."""

import json
from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import tokenpay as tp
from tokenpay.cli.streams import say, say_aside

_CALENDAR_END_S = 253_402_300_800  # the year 10000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`content` may hold amounts, addresses and other nouns; `text`, where given, is what people see instead."""

    content: Mapping[str, Any]
    text: str | None = None
    exit_code: int = 0


def print_answer(answer: Answer, *, as_json: bool) -> int:
    """Print an answer to standard output and return its exit code; raises OutputLost, BrokenPipeError."""
    if as_json:
        say(json.dumps(plain(answer.content)))
    else:
        say("\n".join(_lines(answer.content)) if answer.text is None else answer.text)
    return answer.exit_code


def print_error(code: str, message: str, *, fields: Mapping[str, Any], docs: str, as_json: bool) -> None:
    """Print one line to standard error: `error <code>: <message> (<field> <value>, …)`, or the same as JSON."""
    known = ", ".join(f"{name} {value}" for name, value in fields.items())
    line = _visible(f"error {code}: {message} ({known})" if known else f"error {code}: {message}")
    if as_json:
        line = json.dumps({"error": {"code": code, "message": message, "fields": dict(fields), "docs": docs}})
    say_aside(line)


def plain(value: Any) -> Any:
    """Return `value` as JSON holds it: an amount as `{asset, units, number}`, bytes in hexadecimal.

    A field that a noun keeps out of its repr is a secret, and stays out here.
    Smallest units are text, since many readers of JSON keep 53 bits of a number.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(plain(part) for part in value)
    if isinstance(value, Sequence):
        return [plain(part) for part in value]
    if isinstance(value, tp.Amount):
        return {"asset": value.asset.id, "units": str(value.units), "number": value.number()}
    if isinstance(value, tp.Asset):
        return value.id
    if is_dataclass(value) and not isinstance(value, tp.Address | tp.BookParty | tp.ChainParty):
        return {field.name: _part(field.name, getattr(value, field.name)) for field in fields(value) if field.repr}
    return str(value)


def _part(name: str, value: Any) -> Any:
    return str(value) if type(value) is int and name.endswith(("units", "_wei")) else plain(value)


def _lines(content: Mapping[str, Any], indent: str = "") -> list[str]:
    lines: list[str] = []
    for name, value in content.items():
        rows = [_row(part) for part in value] if isinstance(value, list | tuple) else None
        if rows and all(isinstance(row, Mapping) for row in rows):
            lines += [f"{indent}{name}", *(f"{indent}  {line}" for line in _table(rows))]
        elif isinstance(_row(value), Mapping):
            lines += [f"{indent}{name}", *_lines(_row(value), indent + "  ")]
        else:
            lines.append(f"{indent}{name}: {_text(name, value)}".rstrip())
    return lines


def _row(value: Any) -> Any:
    """Return a dataclass as a mapping of its fields; amounts, addresses and parties stay whole."""
    whole = tp.Amount | tp.Asset | tp.Address | tp.BookParty | tp.ChainParty
    if is_dataclass(value) and not isinstance(value, whole):
        return {field.name: getattr(value, field.name) for field in fields(value) if field.repr}
    return value


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(rows[0])
    cells = [names, *([_text(name, row.get(name)) for name in names] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _text(name: str, value: Any) -> str:
    if value is None or value == () or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    timed = name in ("at_s", "dated_s") or name.endswith("_at_s")
    if timed and isinstance(value, int) and 0 <= value < _CALENDAR_END_S:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, tp.Amount):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_text(name, part) for part in value)
    if isinstance(value, tp.Reason):
        return value.message
    shown = plain(value)
    return _visible(json.dumps(shown) if isinstance(shown, dict) else str(shown))


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
