"""The terminal: who is signed in, which rooms are open, and the feed that keeps them up to date."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.screen import Screen

import tokenpay as tp
from terminal_app.commands.anywhere import EVERYWHERE, FROM_HOME, LOCK, SIGN_OUT
from terminal_app.commands.command import Command
from terminal_app.language import _
from terminal_app.memory import Memory
from terminal_app.messages import Answered, Happened
from terminal_app.providers.palette import Palette
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.cases import Cases
from terminal_app.screens.code_entry import CodeEntry
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.day import DayScreen
from terminal_app.screens.exchange import Exchange
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.help import Help
from terminal_app.screens.home import Home
from terminal_app.screens.journal import Journal
from terminal_app.screens.jump import Jump, places
from terminal_app.screens.lock import Lock
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.queue import Queue
from terminal_app.screens.rates import Rates
from terminal_app.screens.requests import Requests
from terminal_app.screens.room import Room
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.take_payment import TakePayment
from terminal_app.screens.unfinished import Unfinished
from terminal_app.sentences import sentence
from terminal_app.themes import CONTRAST, EDGE, THEMES, offered
from terminal_app.workers import ask

FEED_PAGE = 1000
IDLE_S = 300.0
QUIET_TURNS = 10
"""After so many turns of the feed without an event the open screen looks anyway."""


class TerminalApp(App[None]):
    """One terminal of a branch, at an open bank. What it must not forget is in `state`, a folder of its own."""

    CSS_PATH = "terminal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [command.binding() for command in EVERYWHERE]
    COMMANDS: ClassVar[set[type[Palette] | Callable[[], type[Palette]]]] = {Palette}  # type: ignore[assignment]
    TITLE = "tokenpay"

    def __init__(
        self,
        bank: tp.Bank,
        *,
        state: Path,
        name_of_terminal: str,
        feed_s: float = 1.0,
        idle_s: float = IDLE_S,
        note: str = "",
    ) -> None:
        super().__init__()
        self.bank = bank
        self.memory = Memory(state)
        self.note = note
        """What the sign-in screen says to everybody: a demo bank's people."""
        self.name_of_terminal = name_of_terminal
        self.session: tp.Session | None = None
        self.alarm = ""
        self._feed_s = feed_s
        self._following = False
        self._quiet = 0
        self._idle_s = idle_s
        self._touched_s = monotonic()
        self._name_palette()
        self.register_theme(CONTRAST)
        if self.memory.theme in offered(no_color=self.no_color):
            self.theme = self.memory.theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EDGE

    def _name_palette(self) -> None:
        """Put the palette's word in the footer into the language of the screen."""
        for key, bound in self._bindings.key_to_bindings.items():
            self._bindings.key_to_bindings[key] = [
                replace(binding, description=_("all")) if binding.action.endswith("command_palette") else binding
                for binding in bound
            ]

    def on_mount(self) -> None:
        self.push_screen(SignIn())
        if self._idle_s:
            self.set_interval(min(1.0, self._idle_s / 10), self.lock_if_idle)
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
                free = self.may(command) if room is None else room.offers(command) and not room.waiting
                return free and (command not in (LOCK, SIGN_OUT) or self.session is not None)
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        return ()  # the palette shows the terminal's own commands

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._touched_s = monotonic()
        await super().on_event(event)

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

    def lock_if_idle(self) -> None:
        if monotonic() - self._touched_s >= self._idle_s:
            self.action_lock()

    def action_lock(self) -> None:
        """Cover what is open. A money act that is under way ends first: the next look at the clock locks."""
        under_way = any(isinstance(screen, Room) and screen.waiting for screen in self.screen_stack)
        if self.session is not None and not isinstance(self.room, SignIn) and not under_way:
            self.push_screen(Lock(self.session))

    def go_on(self, session: tp.Session) -> None:
        """Uncover what was locked, under the new session of the same person; the old one ends."""
        before, self.session = self.session, session
        self._touched_s = monotonic()
        self.pop_screen()
        if before is not None:
            self._end(before)

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
        self._end(session)

    def _end(self, session: tp.Session) -> None:
        """End a session at the bank; where the bank cannot be reached it ends by itself."""
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
            why=sentence(error)
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

    def action_next_theme(self) -> None:
        names = offered(no_color=self.no_color)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        with suppress(tp.Unavailable):  # they are chosen again after the next start, no worse
            self.memory.theme = self.theme
        if self.room is not None:
            self.room.say(_("Colours: {name}").format(name=THEMES[self.theme]))

    def action_command_palette(self) -> None:
        if self.room is not None:
            self.push_screen(CommandPalette(placeholder=_("Find a command…")))

    def action_jump(self) -> None:
        if self.room is not None and places(self.room):
            self.push_screen(Jump(self.room))

    def action_type_code(self) -> None:
        room = self.room
        if room is not None:
            here = [command for command in (*room.commands, *FROM_HOME, *EVERYWHERE) if room.offers(command)]
            self.push_screen(CodeEntry(list(dict.fromkeys(here))), partial(self._run_code, room))

    async def _run_code(self, room: Room, command: Command | None) -> None:
        if command is not None:
            await self.run_action(command.action, default_namespace=room)

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

    def action_exchange(self) -> None:
        self._open(FindCustomer(Exchange))

    def action_show_journal(self) -> None:
        self._open(Journal())

    def action_show_rates(self) -> None:
        self._open(Rates())

    def _open(self, room: Room) -> None:
        if not self._busy() and not isinstance(self.room, SignIn):
            self.push_screen(room)
