"""A line for experts: the short code of a command, and Enter."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from terminal_app.commands.command import Command
from terminal_app.keyboard import latin
from terminal_app.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 8


class CodeEntry(ModalScreen[Command | None]):
    """Stands above the room that it was opened from, and hands back the command that was named."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, offered: "Sequence[Command]") -> None:
        super().__init__()
        self._offered = sorted((command for command in offered if command.code), key=lambda command: command.code)

    def compose(self) -> ComposeResult:
        with Vertical(id="codes"):
            yield Static(id="matching", markup=False)
            yield Input(id="typed", max_length=12, placeholder=_("code: Enter runs it, Esc leaves"), compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.show()

    @on(Input.Changed)
    def show(self) -> None:
        found = list(self._matching())
        lines = [f":{command.code:<8}{command.footer}: {command.help}" for command in found[:SHOWN]]
        rest = [_("… and more: type a letter")] if len(found) > SHOWN else []
        self.query_one("#matching", Static).update("\n".join(lines + rest) or _("✗ No command has this code."))

    @on(Input.Submitted)
    def run(self) -> None:
        """Take the command of this code, or the only one whose code begins like it."""
        found = list(self._matching())
        whole = [command for command in found if command.code == self._typed]
        if len(whole or found) == 1:
            self.dismiss((whole or found)[0])

    def action_leave(self) -> None:
        self.dismiss(None)

    @property
    def _typed(self) -> str:
        return latin(self.query_one(Input).value.strip().removeprefix(":").lower())

    def _matching(self) -> Iterator[Command]:
        return (command for command in self._offered if command.code.startswith(self._typed))
