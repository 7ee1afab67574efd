"""Who are you?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.commands.anywhere import HELP, THEME
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.screens.room import Room

LOCKED_AFTER = 5
"""As the bank locks: said plainly where this screen has seen them all."""


class Door(Room):
    heading = _("Self-service")
    purpose = _(
        "Sign in with your customer number and your PIN; Enter goes on. The counter gives you a PIN. Five wrong ones "
        "in a row lock your self-service for a quarter of an hour. A minute without a key signs you out."
    )
    commands = (HELP,)
    shows_palette = False

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self._why = why
        self._wrong: dict[str, int] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(_("Welcome. Sign in with your customer number and your PIN."), id="hello")
        with Center(classes="form"):
            yield Label(_("Customer number"))
            yield Input(id="number", max_length=32, select_on_focus=False)
            yield Label(_("PIN"))
            yield Input(id="pin", password=True, restrict="[0-9]*", max_length=12)
        yield Static(_("No PIN yet, or forgotten? The counter gives you one."), classes="hint")
        yield Static(self.terminal.note, classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one("#number", Input).focus()
        self.say(self._why)

    def empty(self) -> None:
        """Forget what somebody typed who went away."""
        if not self.waiting and any(field.value for field in self.query(Input)):
            for field in self.query(Input):
                field.clear()
            self.query_one("#number", Input).focus()
        self.say("")

    @on(Input.Submitted, "#number")
    def go_on(self) -> None:
        self.query_one("#pin", Input).focus()

    @on(Input.Submitted, "#pin")
    def sign_in(self) -> None:
        number, pin = number_of(self.query_one("#number", Input).value), self.query_one("#pin", Input).value
        if self.waiting or not number or not pin:
            return
        self.waiting = True
        self.say(_("Signing in…"))
        self.ask(partial(self._open_session, number, pin), self._signed_in, partial(self._refused, number))

    def _open_session(self, number: str, pin: str) -> tp.Session:
        terminal = self.terminal.name_of_terminal
        return tp.open_customer_session(self.bank, customer_id=number, pin=pin, terminal=terminal)

    def offers(self, command: Command) -> bool:
        return super().offers(command) and command in (HELP, THEME)

    def _signed_in(self, session: tp.Session) -> None:
        self.waiting = False
        self.terminal.begin(session)

    def _refused(self, number: str, error: tp.TokenpayError) -> None:
        self.waiting = False
        pin = self.query_one("#pin", Input)
        pin.clear()
        pin.focus()
        if not isinstance(error, tp.WrongPassword):
            self.failed(error)
            return
        wrong = self._wrong[number] = self._wrong.get(number, 0) + 1
        if wrong < LOCKED_AFTER:
            self.say(_("✗ Number or PIN is wrong, or locked after too many wrong ones."))
        else:
            self.say(_("✗ LOCKED: five wrong ones in a row. Wait a quarter of an hour, or ask at the counter."))


def number_of(typed: str) -> str:
    """Return a customer number as the bank writes it: a keypad has no letters."""
    text = typed.strip().upper()
    return f"C{text:0>10}" if text.isascii() and text.isdecimal() else text
