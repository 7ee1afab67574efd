"""The terminal is locked: the same person comes back to what they left, another one signs them out first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Input, Label, Static

import tokenpay as tp
from terminal_app.commands.anywhere import HELP, SIGN_OUT
from terminal_app.language import _
from terminal_app.screens.sign_in import SignIn


class Lock(SignIn):
    heading = _("Locked")
    purpose = _(
        "Nobody sees what is open here. Whoever locked it opens it with their password or PIN and goes on; somebody "
        "else signs them out first (Ctrl+O), which closes what was open."
    )
    commands = (HELP, SIGN_OUT)
    greeting = ""

    def __init__(self, session: tp.Session, go_on: Callable[[tp.Session], None]) -> None:
        super().__init__(session.operator.id)
        self._session = session
        self._go_on = go_on

    def body(self) -> Iterator[Widget]:
        with Center(classes="form"):
            yield Static(_("Locked by {name}.").format(name=self._session.operator.name), id="who", markup=False)
            yield Label(_("Password or PIN"))
            yield Input(id="password", password=True, max_length=256)
            yield Static(_("Enter unlocks. Ctrl+O signs out and closes what is open."), classes="hint")

    @property
    def who(self) -> str:
        return self._session.operator.id

    def _signed_in(self, session: tp.Session) -> None:
        self.waiting = False
        self._go_on(session)
