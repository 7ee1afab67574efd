"""Enrol a new customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import on
from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Input, Label

import tokenpay as tp
from terminal_app.language import _
from terminal_app.memory import new_key
from terminal_app.screens.room import Room


class Enrol(Room):
    heading = _("Enrol a customer")
    purpose = _("Write the name as it stands in the customer's papers. Enter enrols them and gives them a number.")

    def __init__(self, then: Callable[[tp.Customer], Room], name: str) -> None:
        super().__init__()
        self._then = then
        self._typed = name
        self._key = new_key()

    def body(self) -> Iterator[Widget]:
        with Center(classes="form"):
            yield Label(_("Name"))
            yield Input(self._typed, id="name", max_length=140)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def changed(self) -> None:
        self._key = new_key()  # another name is another customer

    @on(Input.Submitted)
    def enrol(self) -> None:
        if self.waiting:
            return
        self.waiting = True
        name = self.query_one(Input).value
        self.ask(partial(tp.enrol_customer, self.bank, name=name, by=self.by, key=self._key), self._done, self.failed)

    def _done(self, customer: tp.Customer) -> None:
        self.waiting = False
        self.terminal.switch_screen(self._then(customer))

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)
