"""Who are you?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.commands.anywhere import AT_THE_DOOR, HELP
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.screens.room import Room
from terminal_app.sentences import sentence


class SignIn(Room):
    heading = _("Sign in")
    purpose = _(
        "Sign in with your operator id and your password, or the PIN that you set: digits alone are a PIN. Enter goes "
        "on. Five wrong ones in a row lock you out for a quarter of an hour."
    )
    commands: ClassVar[tuple[Command, ...]] = (HELP,)

    greeting: ClassVar[str] = _("Your session has ended. What you were doing is still there.")
    """What is said to somebody who was here before."""

    def __init__(self, operator_id: str = "") -> None:
        super().__init__()
        self._operator_id = operator_id
        self._wrong: dict[str, int] = {}

    def body(self) -> Iterator[Widget]:
        with Center(classes="form"):
            yield Label(_("Operator"))
            yield Input(self._operator_id, id="operator", max_length=64)
            yield Label(_("Password or PIN"))
            yield Input(id="password", password=True, max_length=256)
        yield Static(self.terminal.note, classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one("#password" if self._operator_id else "#operator", Input).focus()
        self.say(self.greeting if self._operator_id else "")

    @on(Input.Submitted, "#operator")
    def go_on(self) -> None:
        self.query_one("#password", Input).focus()

    @on(Input.Submitted, "#password")
    def sign_in(self) -> None:
        operator_id, typed = self.who.strip(), self.query_one("#password", Input).value
        if self.waiting or not operator_id or not typed:
            return
        self.waiting = True
        self.say(_("Signing in…"))
        self.ask(partial(self._open_session, operator_id, typed), self._signed_in, partial(self._refused, operator_id))

    def _open_session(self, operator_id: str, typed: str) -> tp.Session:
        return tp.open_session(
            self.bank,
            operator_id=operator_id,
            password=None if is_pin(typed) else typed,
            pin=typed if is_pin(typed) else None,
            terminal=self.terminal.name_of_terminal,
        )

    @property
    def who(self) -> str:
        """The id of who signs in."""
        return self.query_one("#operator", Input).value

    def offers(self, command: Command) -> bool:
        return super().offers(command) and command in (*AT_THE_DOOR, *self.commands)

    def _signed_in(self, session: tp.Session) -> None:
        self.waiting = False
        self.terminal.begin(session)

    def _refused(self, operator_id: str, error: tp.TokenpayError) -> None:
        self.waiting = False
        self.failed(error)
        if isinstance(error, tp.WrongPassword):
            wrong = self._wrong[operator_id] = self._wrong.get(operator_id, 0) + 1
            self.say(_("✗ Not signed in ({wrong} in a row here): {why}").format(wrong=wrong, why=sentence(error)))
            password = self.query_one("#password", Input)
            password.clear()
            password.focus()


def is_pin(typed: str) -> bool:
    """Whether a secret is a PIN: digits alone; anything else is a password."""
    return typed.isascii() and typed.isdecimal()
