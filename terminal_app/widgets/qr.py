"""A QR code in half blocks."""

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

import tokenpay as tp

_INK = Style(color="#000000", bgcolor="#ffffff", bold=False, dim=False)
"""Black on white whatever the theme: scanners need a light ground and a light margin."""


class Qr(Static):
    """Shows a text as a QR code, two modules a character; its size is the code's own."""

    DEFAULT_CSS = "Qr { width: auto; height: auto; }"

    def encode(self, text: str) -> None:
        """Show the code of `text`; raises tp.InvalidQr."""
        self.update(Text("\n".join(tp.qr_lines(text)), style=_INK, no_wrap=True, end=""))
