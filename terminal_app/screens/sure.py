"""Ask once more before something that is not undone."""

from collections.abc import Callable, Iterator

from textual.widget import Widget
from textual.widgets import Static

from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.counter import YES
from terminal_app.language import _
from terminal_app.screens.room import Room


class Sure(Room):
    heading = _("Are you sure?")
    purpose = _("F9 does it, Escape leaves everything as it is.")
    commands = (HELP, BACK, YES)

    def __init__(self, question: str, then: Callable[[], None]) -> None:
        super().__init__()
        self._question = question
        self._then = then

    def body(self) -> Iterator[Widget]:
        yield Static(self._question, classes="question", markup=False)
        yield Static(_("F9 yes, Escape no"), classes="hint")

    def action_yes(self) -> None:
        self.terminal.pop_screen()
        self._then()
