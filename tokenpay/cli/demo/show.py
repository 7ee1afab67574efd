"""How the demo is told: numbered steps of plain lines for people, or one JSON object a step."""

import json
import os
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from tokenpay import qr_ansi, qr_lines
from tokenpay.cli.output import plain
from tokenpay.cli.streams import say

WIDTH = 80
_INDENT = "    "
_BOLD, _DIM, _GREEN, _RED, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


class NotAsTold(Exception):
    """The bank did not do what the story says: the demo has failed."""


class Show:
    """Prints to `out`. Colour and bold are for a terminal only, and never the only sign of anything."""

    def __init__(self, out: TextIO, *, as_json: bool) -> None:
        self._out = out
        self._as_json = as_json
        self._styled = out.isatty() and "NO_COLOR" not in os.environ
        self._facts: dict[str, object] = {}

    @contextmanager
    def step(self, number: int, name: str, title: str) -> Iterator[None]:
        """Tell one step: its title, what happens in it, and how long that took."""
        self._facts = {"step": number, "name": name}
        self._print(f"\n{self._in(_BOLD, f'{number:2}  {title}')}")
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self._print(self._in(_DIM, f"{_INDENT}took {seconds:.1f} s"))
        self._tell_program(self._facts | {"duration_ms": round(seconds * 1000)})

    def say(self, text: str, /, **facts: object) -> None:
        """Tell one thing; `facts` are what a program reads of it."""
        self._facts |= facts
        self._print(textwrap.indent("\n".join(_lines(text, WIDTH - 4)), _INDENT))

    def claim(self, holds: bool, text: str, /, **facts: object) -> None:
        """Tell what must be so; raises NotAsTold where it is not."""
        if not holds:
            raise NotAsTold(text)
        self._facts |= facts
        mark = _INDENT + self._in(_GREEN, "ok") + "  "
        self._print(mark + f"\n{_INDENT * 2}".join(_lines(text, WIDTH - 8)))

    def table(self, rows: Sequence[tuple[str, ...]], widths: tuple[int, ...]) -> None:
        """Print columns of these widths; the first row is the heading."""
        for number, row in enumerate(rows):
            line = "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            self._print(_INDENT + (self._in(_BOLD, line) if number == 0 else line))

    def code(self, text: str) -> None:
        """Show a QR code."""
        picture = qr_ansi(text) if self._out.isatty() else "\n".join(qr_lines(text))
        self._print(textwrap.indent(picture.rstrip("\n"), _INDENT, lambda _: True))

    def line(self, text: str = "") -> None:
        """Print a line as it is."""
        self._print(text)

    def end(self, text: str, *, good: bool, **facts: object) -> None:
        """Say how it ended."""
        self._print(f"\n{self._in(_GREEN if good else _RED, text)}")
        self._tell_program({"name": "end", "good": good, "text": text} | facts)

    def _tell_program(self, facts: dict[str, object]) -> None:
        if self._as_json:
            say(json.dumps(plain(facts)), self._out)

    def _print(self, text: str) -> None:
        if not self._as_json:
            say(text, self._out)

    def _in(self, style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if self._styled else text


def _lines(text: str, width: int) -> list[str]:
    """Break a text into lines; an address or a reference stays whole."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
