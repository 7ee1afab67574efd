"""Why? A reason that is kept with what it is for."""

from collections.abc import Callable, Iterator

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from terminal_app.language import _
from terminal_app.screens.room import Room


class ReasonScreen(Room):
    heading = _("A reason")
    purpose = _("Write why; whom it concerns and the auditor read it. Enter does it, Escape goes back.")

    def __init__(self, question: str, then: Callable[[str], None], *, most: int = 140) -> None:
        super().__init__()
        self._question = question
        self._then = then
        self._most = most

    def body(self) -> Iterator[Widget]:
        yield Static(self._question, classes="question", markup=False)
        with Vertical(classes="form"):
            yield Label(_("Reason"))
            yield Input(id="reason", max_length=self._most)
        yield Static(_("Enter does it, Escape leaves everything as it is."), classes="hint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def go_on(self, message: Input.Submitted) -> None:
        reason = message.value.strip()
        if not reason:
            self.say(_("! Write a reason first."))
            return
        self.terminal.pop_screen()
        self._then(reason)
