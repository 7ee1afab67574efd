"""Why does the second person say no?"""

from collections.abc import Callable, Iterator

from textual import on
from textual.containers import Center
from textual.widget import Widget
from textual.widgets import Input, Label

from terminal_app.language import _
from terminal_app.screens.room import Room


class ReasonScreen(Room):
    heading = _("Refuse a payment")
    purpose = _("Write why you refuse; the teller and the auditor read it. Enter refuses, Escape goes back.")

    def __init__(self, then: Callable[[str], None]) -> None:
        super().__init__()
        self._then = then

    def body(self) -> Iterator[Widget]:
        with Center(classes="form"):
            yield Label(_("Reason"))
            yield Input(id="reason", max_length=140)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def refuse(self, message: Input.Submitted) -> None:
        reason = message.value.strip()
        if not reason:
            self.say(_("! A refusal has a reason: write one."))
            return
        self.terminal.pop_screen()
        self._then(reason)
