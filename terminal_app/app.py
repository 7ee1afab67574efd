"""The terminal: who is signed in, which rooms are open, and the feed that keeps them up to date."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

import tokenpay as tp
from terminal_app.commands.anywhere import EVERYWHERE, FROM_HOME, SIGN_OUT
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.memory import Memory
from terminal_app.messages import Answered, Happened
from terminal_app.providers.palette import Palette
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.cases import Cases
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.day import DayScreen
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.help import Help
from terminal_app.screens.home import Home
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.queue import Queue
from terminal_app.screens.requests import Requests
from terminal_app.screens.room import Room
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.take_payment import TakePayment
from terminal_app.screens.unfinished import Unfinished
from terminal_app.workers import ask

FEED_PAGE = 1000
QUIET_TURNS = 10
"""After so many turns of the feed without an event the open screen looks anyway."""


class TerminalApp(App[None]):
    """One terminal of a branch, at an open bank. What it must not forget is in `state`, a folder of its own."""

    CSS_PATH = "terminal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [command.binding() for command in EVERYWHERE]
    COMMANDS: ClassVar[set[type[Palette] | Callable[[], type[Palette]]]] = {Palette}  # type: ignore[assignment]
    TITLE = "tokenpay"

    def __init__(self, bank: tp.Bank, *, state: Path, name_of_terminal: str, feed_s: float = 1.0) -> None:
        super().__init__()
        self.bank = bank
        self.memory = Memory(state)
        self.name_of_terminal = name_of_terminal
        self.session: tp.Session | None = None
        self.alarm = ""
        self._feed_s = feed_s
        self._following = False
        self._quiet = 0

    def on_mount(self) -> None:
        self.push_screen(SignIn())
        self.set_interval(self._feed_s, self.follow)

    @property
    def signed_in(self) -> tp.Session:
        """The session of who is signed in; raises tp.SessionExpired."""
        if self.session is None:
            raise tp.SessionExpired(_("nobody is signed in"))
        return self.session

    @property
    def room(self) -> Room | None:
        """The room that is seen; none below the palette, and none as the terminal closes."""
        top = self.screen_stack[-1] if self.screen_stack else None
        return top if isinstance(top, Room) else None

    def may(self, command: Command) -> bool:
        """Whether the role of who is signed in may do this."""
        if command.permission is None:
            return True
        return self.session is not None and self.session.operator.may(command.permission)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        for command in (*FROM_HOME, *EVERYWHERE):
            if command.name == action:
                room = self.room
                offered = self.may(command) if room is None else room.offers(command) and not room.waiting
                return offered and (command is not SIGN_OUT or self.session is not None)
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        return ()  # the palette shows the terminal's own commands

    # Signing in and out

    def begin(self, session: tp.Session) -> None:
        """Go on with what was open if the same person is back, and else to the counter."""
        before, self.session = self.session, session
        if before is not None and before.operator.id == session.operator.id and len(self.screen_stack) > 2:
            self.pop_screen()
            return
        self.home()
        if self.memory.holds_orders:
            self.push_screen(Unfinished())

    def home(self) -> None:
        """Leave every room and open the counter."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(Home())

    def sign_in_again(self) -> None:
        """Ask who is there, above what was open: it stays as it was."""
        if not isinstance(self.room, SignIn) and self.session is not None:
            self.push_screen(SignIn(self.session.operator.id))

    def action_sign_out(self) -> None:
        session = self.session
        if session is None or self._busy():
            return
        self.session = None
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(SignIn())
        ask(self, partial(tp.close_session, self.bank, by=session), lambda done: None, lambda error: None, group="out")

    def leave_for(self, room: Room) -> None:
        """Leave what led here, up to the counter, and open a room."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.push_screen(room)

    def _busy(self) -> bool:
        return self.room is not None and self.room.waiting

    # The feed

    def follow(self) -> None:
        """Read what happened since the last look, in a thread; at most one at a time."""
        if self.session is not None and not self._following and not isinstance(self.room, SignIn):
            self._following = True
            ask(self, self._read_feed, self._tell, self._feed_failed, group="feed")

    def _read_feed(self) -> tuple[tp.Event, ...]:
        by, cursor = self.signed_in, self.memory.cursor
        events: tuple[tp.Event, ...] = ()
        while True:
            place = {} if cursor is None else {"after": cursor}
            page = tp.read_events(self.bank, by=by, limit=FEED_PAGE, **place)
            if page:
                cursor, events = page[-1].cursor, tuple(page)
                with suppress(tp.Unavailable):  # without it the next start reads more of the feed, no worse
                    self.memory.cursor = cursor
            if len(page) < FEED_PAGE:
                return events

    def _tell(self, events: tuple[tp.Event, ...]) -> None:
        self._following = False
        self._quiet = 0 if events else self._quiet + 1
        recovered, self.alarm = bool(self.alarm), ""
        if events or recovered or self._quiet >= QUIET_TURNS:
            self._quiet = 0
            if self.room is not None:
                self.room.post_message(Happened(events))

    def _feed_failed(self, error: tp.TokenpayError) -> None:
        self._following = False
        if isinstance(error, tp.SessionExpired):
            self.sign_in_again()
            return
        self.alarm = _(" ✗ The bank does not answer: {why}. Trying again; what you typed stays.").format(
            why=error.message
        )
        if self.room is not None:
            self.room.show_bar()

    @on(Answered)
    def deliver(self, message: Answered) -> None:
        message.deliver()

    # What begins from anywhere

    def action_explain(self) -> None:
        room = self.room
        if room is not None and not isinstance(room, Help):
            self.push_screen(Help(room))

    def action_light_or_dark(self) -> None:
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_find_customer(self) -> None:
        self._open(FindCustomer(CustomerScreen))

    def action_take_payment(self) -> None:
        self._open(FindCustomer(TakePayment))

    def action_pay_out(self) -> None:
        self._open(FindCustomer(PayOut))

    def action_show_unfinished(self) -> None:
        self._open(Unfinished())

    def action_show_queue(self) -> None:
        self._open(Queue())

    def action_show_cases(self) -> None:
        self._open(Cases())

    def action_show_branch(self) -> None:
        self._open(BranchScreen())

    def action_show_shift(self) -> None:
        self._open(ShiftScreen())

    def action_show_requests(self) -> None:
        self._open(Requests())

    def action_close_day(self) -> None:
        self._open(DayScreen())

    def _open(self, room: Room) -> None:
        if not self._busy():
            self.push_screen(room)
