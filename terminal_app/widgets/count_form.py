"""A count of one currency by its notes and coins: pieces, what each line is worth, and the sum."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.language import _
from terminal_app.sentences import sentence
from terminal_app.views import amount_text
from terminal_app.widgets.amount_input import as_typed

_COMMA = re.compile(r"(x\d+),(\d{1,2})(?!\d*\s*x)")


def plain_count(text: str) -> str:
    """Return a count with a point where a person wrote a comma before cents: `2x0,50, 4x20` as `2x0.50, 4x20`."""
    return _COMMA.sub(r"\1.\2", text)


class CountForm(Vertical):
    """A line for each note and coin, and one field above that takes them as people write them: `10x50, 4x20`.

    Enter and the arrow keys go from line to line. `Wrong` tells the screen why a text was not taken.
    """

    class Wrong(Message):
        def __init__(self, error: tp.TokenpayError) -> None:
            super().__init__()
            self.error = error

    class Counted(Message):
        """The count changed, or its last line was left with Enter (`ended`)."""

        def __init__(self, *, ended: bool) -> None:
            super().__init__()
            self.ended = ended

    def __init__(self, currency: str) -> None:
        super().__init__(id=f"count-{currency}", classes="count")
        self.currency = currency
        self._faces = tp.faces(currency)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Label(self.currency, classes="face")
            yield Input(placeholder=_("10x50, 4x20 and Enter, or below"), classes="quick", max_length=500)
        yield from self._lines()
        yield Static(classes="sum", markup=False)

    def _lines(self) -> Iterator[Widget]:
        for face in self._faces:
            with Horizontal(classes="line"):
                yield Label(as_typed(face), classes="face")
                yield Input(id=self._field_id(face), restrict=r"[0-9]{0,7}", classes="pieces")
                yield Static(classes="worth", markup=False)

    def on_mount(self) -> None:
        self.reckon()

    def _field_id(self, face: tp.Amount) -> str:
        return f"pieces-{self.currency}-{face.units}"

    def _field(self, face: tp.Amount) -> Input:
        return self.query_one(f"#{self._field_id(face)}", Input)

    def begin(self) -> None:
        """Put the cursor where a count begins."""
        self.query_one(".quick", Input).focus()

    @property
    def count(self) -> tp.CashCount:
        """What was counted; raises tp.InvalidInput."""
        pieces = {face.units: int(self._field(face).value or 0) for face in self._faces}
        return tp.CashCount(currency=self.currency, pieces=pieces)

    @on(Input.Changed, ".pieces")
    def reckon(self) -> None:
        """Show what each line is worth, and all of them together."""
        worths = self.query(".worth").results(Static)
        for face, worth in zip(self._faces, worths, strict=True):
            pieces = int(self._field(face).value or 0)
            worth.update(as_typed(tp.Amount(face.asset, face.units * pieces)) if pieces else "")
        total = self.query_one(".sum", Static)
        try:
            total.update(_("Sum {amount}").format(amount=amount_text(self.count.amount)))
        except tp.InvalidInput as error:
            total.update(f"! {sentence(error)}")
        self.post_message(self.Counted(ended=False))

    @on(Input.Submitted, ".quick")
    def take(self, message: Input.Submitted) -> None:
        """Take what was typed in one line into the lines below, or go down to them."""
        message.stop()
        text = message.value.strip()
        try:
            typed = tp.CashCount.parse(plain_count(text), self.currency).pieces
        except tp.InvalidInput as error:
            self.post_message(self.Wrong(error))
            return
        for face in self._faces:
            if face.units in typed:
                self._field(face).value = str(typed[face.units])
        message.input.clear()
        self._field(self._faces[0]).focus() if not text else message.input.focus()

    @on(Input.Submitted, ".pieces")
    def next_line(self, message: Input.Submitted) -> None:
        message.stop()
        if message.input is self._field(self._faces[-1]):
            self.post_message(self.Counted(ended=True))
        else:
            self.screen.focus_next(Input)

    def on_key(self, event: events.Key) -> None:
        fields = [self.query_one(".quick", Input), *(self._field(face) for face in self._faces)]
        step = {"up": -1, "down": 1}.get(event.key)
        if step is not None and self.screen.focused in fields:
            event.stop()
            place = fields.index(self.screen.focused) + step
            fields[max(0, min(place, len(fields) - 1))].focus()
