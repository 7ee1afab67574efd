"""A slip as it looks on paper: black on white, whatever the theme."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

import tokenpay as tp

_INK = Style(color="#000000", bgcolor="#ffffff", bold=False, dim=False)


class Paper(Static):
    """As wide as the paper is, and a column of margin on either side."""

    DEFAULT_CSS = "Paper { width: auto; height: auto; }"

    def show(self, slip: tp.Slip) -> None:
        """Show a slip; its QR code can be scanned from here."""
        rows = slip.text().splitlines()
        width = max((len(row) for row in rows), default=slip.width)
        text = "\n".join(f" {row.ljust(max(width, slip.width))} " for row in rows)
        self.update(Text(text, style=_INK, no_wrap=True, end=""))
