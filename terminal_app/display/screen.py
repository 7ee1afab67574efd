"""What the customer sees at the counter: a welcome, or the request that is open there."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Middle
from textual.widgets import Static

import tokenpay as tp
from terminal_app.display.view import Asked, look_at
from terminal_app.language import _
from terminal_app.memory import Memory
from terminal_app.screens.room import Room
from terminal_app.widgets.request_face import RequestFace

OUTCOME_S = 120
"""So long the end of a request stays here, if the teller does not close it before."""


class Display(Room):
    heading = _("Customer's screen")
    commands = ()

    def __init__(self, paired: Memory, *, look_s: float) -> None:
        super().__init__()
        self._paired = paired
        self._look_s = look_s
        self._asking = ""
        self._asked: Asked | None = None
        self._over_at_s = 0

    def compose(self) -> ComposeResult:
        with Middle(id="welcome"):
            yield Static(self.bank.name, id="bank", markup=False)
            yield Static(_("Welcome"), id="hello")
        yield RequestFace()
        yield Static(id="trouble", markup=False)

    def on_mount(self) -> None:
        self.set_interval(self._look_s, self.look)
        self.query_one(RequestFace).display = False

    def show_bar(self) -> None:
        """Nobody of the bank is named here."""

    def say(self, text: str) -> None:
        """What goes wrong behind the counter is not for who stands before it."""

    def look(self) -> None:
        """Ask after the request that is named, one question at a time; what is over does not change any more."""
        request_id, _chosen = self._paired.shown
        now_s = self.bank.clock.now_s()
        if self._asked is not None and self._asked.id != request_id:
            self._asked = None
        if self._asked is not None and self.query_one(RequestFace).count_down(now_s):
            self._asked = self._asked if self._asked.is_over else None
        if not request_id:
            self._welcome()
        elif self._asked is not None and self._asked.is_over:
            if now_s - self._over_at_s >= OUTCOME_S:
                self._welcome()
        elif not self._asking and self.terminal.session is not None:
            self._asking = request_id
            by = self.by
            self.ask(lambda: look_at(self.bank, request_id, by=by), self.show)

    def show(self, asked: Asked) -> None:
        self._asking = ""
        request_id, chosen = self._paired.shown
        if asked.id != request_id:
            return  # the teller has gone on
        if asked.is_over:
            self._over_at_s = self.bank.clock.now_s()
        self._asked = asked
        face = self.query_one(RequestFace)
        self.query_one("#welcome").display = False
        face.display = True
        face.show(asked, chosen)
        face.count_down(self.bank.clock.now_s())
        self._trouble("")

    def failed(self, error: tp.TokenpayError) -> None:
        self._asking = ""
        if isinstance(error, tp.SessionExpired):
            self.terminal.sign_in_again()
        elif isinstance(error, tp.NotFound):  # of another bank, or restored from before it
            self._welcome()
        else:
            self._trouble(_("! One moment, please: the bank does not answer just now."))

    def _welcome(self) -> None:
        self.query_one(RequestFace).display = False
        self.query_one("#welcome").display = True
        self._trouble("")

    def _trouble(self, text: str) -> None:
        trouble = self.query_one("#trouble", Static)
        trouble.update(text)
        trouble.display = bool(text)
