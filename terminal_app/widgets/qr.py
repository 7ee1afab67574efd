"""A QR code in half blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

import tokenpay as tp

_INK = Style(color="#000000", bgcolor="#ffffff", bold=False, dim=False)
"""Black on white whatever the theme: scanners need a light ground and a light margin."""
_UPPER, _LOWER = "▀█", "▄█"


class Qr(Static):
    """Shows a text as a QR code, two modules a character, or each module two characters wide; its size is its own."""

    DEFAULT_CSS = "Qr { width: auto; height: auto; }"

    def encode(self, text: str, *, large: bool = False) -> None:
        """Show the code of `text`; raises tp.InvalidQr."""
        lines: Iterable[str] = tp.qr_lines(text)
        self.update(Text("\n".join(_enlarged(lines) if large else lines), style=_INK, no_wrap=True, end=""))


def large_fits(text: str, *, columns: int, rows: int) -> bool:
    """Whether the code of `text` has room when each of its modules is two characters."""
    lines = tp.qr_lines(text)
    return 2 * len(lines[0]) <= columns and 2 * len(lines) <= rows


def _enlarged(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        for inked in (_UPPER, _LOWER):
            yield "".join("██" if letter in inked else "  " for letter in line)
