"""What a screen is for and what its keys do."""

from collections.abc import Iterator

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from terminal_app.commands.anywhere import BACK, CODE
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.screens.room import Room


class Help(Room):
    heading = _("Help")
    purpose = _("Escape goes back to where you were.")
    commands = (BACK,)

    def __init__(self, about: Room) -> None:
        super().__init__()
        offered = [command for command in about.commands if about.offers(command)]
        everywhere = about.terminal.anywhere
        offered += [command for command in everywhere if command not in offered and about.offers(command)]
        self._coded = CODE in everywhere
        own = {command.key for command in about.commands if about.offers(command)}
        self._about = about
        self._lines = tuple(
            self._line(command, hidden=command not in about.commands and command.key in own) for command in offered
        )

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(f"{self._about.heading}\n\n{self._about.purpose}", markup=False)
            yield Static("\n".join(line for line in self._lines if line), id="keys", markup=False)
            if self.terminal.ENABLE_COMMAND_PALETTE:
                yield Static(_("Ctrl+P finds every command by its name; Ctrl+Q ends the terminal."), markup=False)

    def _line(self, command: Command, *, hidden: bool) -> str:
        """Say what a command does; one whose key does something else on this screen is reached by its code alone."""
        code = f" (:{command.code})" if command.code and self._coded else ""
        if hidden and not code:
            return ""
        return f"{'' if hidden else command.key_text:<8}{command.footer}: {command.help}{code}"
