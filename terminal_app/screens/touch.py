"""Somebody is asked to touch their security key; what waits for it waits in a thread, and Escape ends the waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event
from typing import Any

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.passkey import AGAIN
from terminal_app.language import _
from terminal_app.messages import Answered
from terminal_app.screens.room import Room

Ask = Callable[[], tp.PasskeyChallenge]
Use = Callable[[tp.PasskeyAnswer], Any]
_LOOK_S = 0.1


class Touch(Room):
    heading = _("Your security key")
    purpose = _(
        "Plug in your security key, and touch it when it blinks: it knows your finger, or asks for its own PIN. The "
        "bank sees neither. Nothing is signed before that. Escape stops waiting; F9 asks again."
    )
    commands = (HELP, BACK, AGAIN)

    def __init__(self, ask_for: Ask, use: Use, then: Callable[[Any], None], *, make: bool = False) -> None:
        super().__init__()
        self._ask_for, self._use, self._then, self._make = ask_for, use, then, make
        self._asking = self._leaving = False
        self._stop, self._typed, self._pin = Event(), Event(), ""

    def body(self) -> Iterator[Widget]:
        yield Static(id="what", classes="question", markup=False)
        yield Static(id="touch", markup=False)
        with Vertical(id="device", classes="form"):
            yield Label(_("The security key's own PIN"))
            yield Input(id="device-pin", password=True, max_length=63)
        yield Static(_("Escape stops waiting: nothing is signed."), classes="hint")

    def on_mount(self) -> None:
        self.query_one("#device").display = False
        self.action_again()

    def offers(self, command: Command) -> bool:
        return super().offers(command) and (command is not AGAIN or not self._asking)

    def action_again(self) -> None:
        """Ask the device, from the beginning: every question has a challenge of its own."""
        if self._asking:
            return
        self._asking, self._stop, self._typed = True, Event(), Event()
        self.say("")
        self._line("#touch", _("Looking for a security key…"))
        self.refresh_bindings()
        self.ask(self._call, self._done)

    def action_back(self) -> None:
        """Stop waiting, and leave when the device has stopped; a second time, leave at once."""
        if not self._asking or self._leaving:
            self.terminal.pop_screen()
            return
        self._leaving = True
        self._stop.set()
        self._line("#touch", _("Stopping…"))

    def _call(self) -> Any:
        """In a thread: ask the bank for a challenge, the person for a touch, and the bank to take the answer."""
        asked = self._ask_for()
        self._later(partial(self._shown, asked))
        person = tp.Presence(touch=lambda: self._later(self._blinks), pin=self._ask_pin, stop=self._stop)
        device = self.bank.required_authenticator()
        given = device.make(asked, person) if self._make else device.sign(asked, person)
        return self._use(tp.PasskeyAnswer(challenge_id=asked.id, given=given))

    def _ask_pin(self) -> str | None:
        """In the same thread: wait for somebody to type the device's PIN, or to stop."""
        self._typed.clear()
        self._later(self._wants_pin)
        while not self._typed.wait(_LOOK_S):
            if self._stop.is_set():
                return None
        pin, self._pin = self._pin, ""
        return pin or None

    def _later(self, show: Callable[[], None]) -> None:
        self.post_message(Answered(show))

    def _shown(self, asked: tp.PasskeyChallenge) -> None:
        if asked.shown is not None:
            shown = asked.shown
            lines = _("{value} {currency}\nto {payee}\nfrom {payer}").format(
                value=shown.value, currency=shown.currency, payee=shown.payee, payer=shown.instrument
            )
            self._line("#what", lines)

    def _blinks(self) -> None:
        self._line("#touch", _("▶ Touch your security key now"))

    def _wants_pin(self) -> None:
        self.query_one("#device").display = True
        self.query_one("#device-pin", Input).focus()
        self._line("#touch", _("The security key wants its PIN"))

    @on(Input.Submitted, "#device-pin")
    def take_pin(self, message: Input.Submitted) -> None:
        self._pin = message.value
        message.input.clear()
        self.query_one("#device").display = False
        self._typed.set()

    def _line(self, where: str, text: str) -> None:
        self.query_one(where, Static).update(text)

    def _done(self, result: Any) -> None:
        self._asking = False
        self.terminal.pop_screen()
        self._then(result)

    def failed(self, error: tp.TokenpayError) -> None:
        self._asking = False
        if self._leaving:
            self.terminal.pop_screen()
            return
        self.query_one("#device").display = False
        self._line("#touch", _("Nothing was signed."))
        self.refresh_bindings()
        super().failed(error)
