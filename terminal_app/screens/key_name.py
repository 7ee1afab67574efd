"""What a new passkey is called by its owner."""

from collections.abc import Callable, Iterator

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from terminal_app.language import _
from terminal_app.screens.room import Room

_MOST = 64


class KeyName(Room):
    heading = _("A new key")
    purpose = _("Name the key as its owner knows it, such as its colour. Enter goes on to the security key.")

    def __init__(self, then: Callable[[str], None]) -> None:
        super().__init__()
        self._name_it = then

    def body(self) -> Iterator[Widget]:
        yield Static(_("What is the key called?"), classes="question", markup=False)
        with Vertical(classes="form"):
            yield Label(_("Name"))
            yield Input(id="key-name", max_length=_MOST)
        yield Static(_("Enter goes on, Escape leaves everything as it is."), classes="hint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def go_on(self, message: Input.Submitted) -> None:
        name = message.value.strip()
        if not name:
            self.say(_("! Write a name first."))
            return
        self.terminal.pop_screen()
        self._name_it(name)
