"""A PIN, typed twice and never shown."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Label

import tokenpay as tp
from terminal_app.language import _
from terminal_app.memory import new_key
from terminal_app.screens.room import Room


class PinForm(Room):
    """What is done with the PIN says who derives from it."""

    def __init__(self) -> None:
        super().__init__()
        self.key = new_key()
        """Of the PIN that stands there: another one is another act."""

    def fields(self) -> Iterator[Widget]:
        yield Label(_("PIN, 6 to 12 digits"))
        yield Input(id="pin", password=True, restrict="[0-9]*", max_length=12)
        yield Label(_("The same PIN again"))
        yield Input(id="again", password=True, restrict="[0-9]*", max_length=12)

    def take(self, pin: str) -> None:
        """Do what the PIN is for."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.query_one("#pin", Input).focus()

    @on(Input.Changed)
    def changed(self) -> None:
        self.key = new_key()

    @on(Input.Submitted, "#pin")
    def go_on(self) -> None:
        if self.query_one("#pin", Input).value:  # a second Enter, after the answer, goes nowhere
            self.query_one("#again", Input).focus()

    @on(Input.Submitted, "#again")
    def compare(self) -> None:
        pin = self.query_one("#pin", Input).value
        if self.waiting:
            return
        if not pin:
            self.query_one("#pin", Input).focus()
        elif pin != self.query_one("#again", Input).value:
            self.empty()
            self.say(_("! The two are not the same: type the PIN twice."))
        else:
            self.waiting = True
            self.take(pin)

    def empty(self) -> None:
        """Forget what was typed."""
        for field in self.query(Input):
            field.clear()
        self.query_one("#pin", Input).focus()

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        if isinstance(error, tp.InvalidInput):
            self.empty()
        super().failed(error)
