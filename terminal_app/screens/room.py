"""What every screen has: a bar that says where and who, its commands, and one line that says what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.messages import Answered, Happened
from terminal_app.sentences import sentence
from terminal_app.views import ROLES
from terminal_app.widgets.keys import Keys
from terminal_app.workers import Failed, ask

if TYPE_CHECKING:
    from terminal_app.frame import Frame

T = TypeVar("T")


class Room(Screen[None]):
    """A screen of the terminal. `heading` names it, `purpose` explains it, `commands` are what it offers."""

    heading: ClassVar[str] = ""
    purpose: ClassVar[str] = ""
    commands: ClassVar[tuple[Command, ...]] = (HELP, BACK)
    shows_palette: ClassVar[bool] = True
    """Whether the footer has room to name the palette's key."""

    def __init_subclass__(cls) -> None:
        cls.BINDINGS = [command.binding() for command in cls.commands]
        super().__init_subclass__()

    def __init__(self) -> None:
        super().__init__()
        self.waiting = False
        """A money act is on its way: nothing else begins and nobody leaves until it is answered."""
        self._kept: list[Answered] = []

    def compose(self) -> ComposeResult:
        yield Static(id="bar", markup=False)
        yield Static(id="alarm", markup=False)
        with Vertical(id="body"):
            yield from self.body()
        yield Static(id="notice", markup=False)
        yield Keys(shows_palette=self.shows_palette)

    def body(self) -> Iterator[Widget]:
        """Yield what stands between the bar and the notice."""
        yield from ()

    def on_screen_resume(self) -> None:
        kept, self._kept = self._kept, []
        for answer in kept:
            answer.deliver()
        self.look_again()

    def look(self) -> None:
        """Look at the bank again, after coming back or when something happened."""

    def show_bar(self) -> None:
        """Say where this is and who acts, and whether the bank cannot be reached."""
        terminal = self.terminal
        who = (
            "" if terminal.session is None else f" · {terminal.session.operator.name} ({ROLES[terminal.session.role]})"
        )
        name = terminal.bank.name if terminal.is_open else _("Opening the bank…")
        self._put("#bar", f" {name} · {self.heading}{who}")
        self._put("#alarm", terminal.alarm)

    def say(self, text: str) -> None:
        """Show one line on what happened."""
        self._put("#notice", text)

    def warn(self, text: str) -> None:
        """Show one line on what the last key did not do, which the next look at the bank leaves there."""
        self.say(text)

    def _put(self, line: str, text: str) -> None:
        """Write one of the lines that every screen has: a line that says what it said moves nothing on the screen."""
        found = self.query_one(line, Static)
        if found.content != text:
            found.update(text)
            found.display = bool(text)

    def failed(self, error: tp.TokenpayError) -> None:
        """Say what went wrong, what was not done, and what to do."""
        if isinstance(error, tp.SessionExpired):
            self.terminal.sign_in_again()
        self.say(error_text(error))

    def ask(self, call: Callable[[], T], then: Callable[[T], None], failed: Failed | None = None) -> None:
        """Ask the bank in a thread; the answer comes back on this screen."""
        ask(self, call, then, failed or self.failed, group=type(self).__name__)

    @on(Answered)
    def deliver(self, message: Answered) -> None:
        if not self.is_attached:  # nobody reads the answer of a screen that has been left
            return
        if self.terminal.covers(self):  # what it opens would stand before the door
            self._kept.append(message)
        else:
            message.deliver()

    @on(Happened)
    def happened(self) -> None:
        self.look_again()

    def look_again(self) -> None:
        """Look, if this screen is the one that is seen and somebody is there."""
        self.show_bar()
        if self.is_current and self.terminal.session is not None:
            self.look()

    @property
    def terminal(self) -> Frame:
        return cast("Frame", self.app)

    @property
    def bank(self) -> tp.Bank:
        return self.terminal.bank

    @property
    def by(self) -> tp.Session:
        return self.terminal.signed_in

    def offers(self, command: Command) -> bool:
        """Whether this may be done here and now by who is signed in."""
        return self.terminal.may(command)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        for command in self.commands:
            if command.action == action:
                return self.offers(command) and not self.waiting
        return True

    def action_back(self) -> None:
        self.terminal.pop_screen()


def error_text(error: tp.TokenpayError) -> str:
    """Return one line on an error: what happened, that nothing was done, what to do."""
    if isinstance(error, tp.StoreHalted):
        return _("! Call a supervisor: {why}. Look-ups go on; what you typed stays.").format(why=sentence(error))
    if isinstance(error, tp.StoreUnavailable) and "file" not in error.fields:  # a file is not the bank
        return _("! The database does not answer: {why}. Nothing was done; what you typed stays. Try again.").format(
            why=sentence(error)
        )
    if isinstance(error, tp.SessionExpired):
        return _("! Your session has ended: sign in again. Nothing was done; what you typed stays.")
    said = sentence(error)
    return f"! {said[:1].upper()}{said[1:]}"
