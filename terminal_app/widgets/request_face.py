"""A request as who pays sees it: its code as large as there is room for, the amount, the time left, the outcome."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

import tokenpay as tp
from terminal_app.display.view import STANDINGS, Asked
from terminal_app.language import _
from terminal_app.views import left_text
from terminal_app.widgets.qr import Qr, large_fits

WORDS = 38
"""Columns that the words beside the code need."""


class RequestFace(Horizontal):
    DEFAULT_CSS = """
    RequestFace { height: 1fr; }
    RequestFace Vertical { width: 1fr; padding: 1 0 0 2; }
    RequestFace Static { height: auto; margin-bottom: 1; }
    RequestFace Qr { margin: 0; }
    RequestFace #asked, RequestFace #standing { text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked: Asked | None = None
        self._chosen = ""

    def compose(self) -> ComposeResult:
        yield Qr(id="code")
        with Vertical():
            for name in ("standing", "asked", "came", "left", "meaning"):
                yield Static(id=name, markup=False)

    def show(self, asked: Asked, chosen: str = "") -> None:
        """Show a request, with the form of its code that was chosen, if there is one and it has room."""
        self._asked, self._chosen = asked, chosen
        self.query_one("#standing", Static).update(asked.standing)
        self.query_one("#asked", Static).update(asked.amount)
        came = _("paid so far: {amount}").format(amount=asked.came) if asked.came else ""
        self.query_one("#came", Static).update(came)
        self.query_one("#meaning", Static).update(asked.meaning)
        self.draw()

    def draw(self) -> None:
        code, asked = self.query_one(Qr), self._asked
        code.display = asked is not None and not asked.is_over
        self.query_one("#came").display = asked is not None and bool(asked.came)
        if asked is None or asked.is_over:
            return
        columns, rows = self.room
        text = next(self.forms())
        code.encode(text, large=large_fits(text, columns=columns, rows=rows))

    def forms(self) -> Iterator[str]:
        """Yield the forms of the code that there is room for, the chosen one first; the shortest always."""
        asked = self._asked
        if asked is None:
            return
        columns, rows = self.room
        wanted = [code for code in asked.codes if code == self._chosen]
        others = [code for code in asked.codes if code != self._chosen]
        fitting = [code for code in (*wanted, *others) if tp.qr_fits(code, columns=columns, rows=rows)]
        yield from fitting or asked.codes[-1:]

    @property
    def room(self) -> tuple[int, int]:
        """The columns and rows that the code may take."""
        return self.size.width - WORDS, self.size.height

    def on_resize(self) -> None:
        self.draw()

    def count_down(self, now_s: int) -> bool:
        """Show the time that is left, and tell whether it has just run out."""
        asked = self._asked
        if asked is None or asked.is_over:
            self.query_one("#left", Static).update("")
            return False
        left_s = asked.expires_at_s - now_s
        self.query_one("#left", Static).update(_("{time} left").format(time=left_text(left_s)))
        if left_s > 0:
            return False
        mark, word, meaning = STANDINGS[tp.RequestState.EXPIRED]
        self.query_one("#standing", Static).update(f"{mark} {word}")
        self.query_one("#meaning", Static).update(meaning)
        self.query_one(Qr).display = False  # also while the bank does not answer
        return True

    def next_form(self) -> str:
        """Return the form of the code that comes after the one that is shown, among those that have room."""
        if self._asked is None:
            return ""
        here, *others = self.forms()
        order = [code for code in self._asked.codes if code in (here, *others)]
        return order[(order.index(here) + 1) % len(order)]
