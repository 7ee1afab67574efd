"""The branch's terminal: who is signed in, which rooms are open, and the feed that keeps them up to date."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import on
from textual.binding import BindingType

import tokenpay as tp
from terminal_app.bell import Bell
from terminal_app.commands.anywhere import EVERYWHERE, FROM_HOME
from terminal_app.frame import Frame
from terminal_app.language import _
from terminal_app.messages import Happened, Rang
from terminal_app.screens.room import Room
from terminal_app.screens.sign_in import SignIn
from terminal_app.sentences import sentence
from terminal_app.workers import ask

FEED_PAGE = 1000
IDLE_S = 300.0
QUIET_TURNS = 10
"""After so many turns of the feed without an event the open screen looks anyway."""


class TerminalApp(Frame):
    """One terminal of a branch."""

    BINDINGS: ClassVar[list[BindingType]] = [command.binding() for command in EVERYWHERE]
    anywhere = (*FROM_HOME, *EVERYWHERE)

    def __init__(
        self,
        opened: Callable[[], tp.Bank],
        *,
        state: Path,
        name_of_terminal: str,
        feed_s: float = 1.0,
        idle_s: float = IDLE_S,
        note: str = "",
    ) -> None:
        super().__init__(opened, state=state, name_of_terminal=name_of_terminal, idle_s=idle_s, note=note)
        self._feed_s = feed_s
        self._following = False
        self._read_at_s = 0.0
        self._read_to = ""
        self._quiet = 0
        self._bell = Bell(lambda: self.post_message(Rang()), most_rest_s=feed_s)

    def door(self) -> Room:
        return SignIn()

    def first_room(self) -> Room:
        from terminal_app.screens.home import Home

        return Home()

    def on_mount(self) -> None:
        if self._idle_s:
            self.set_interval(min(1.0, self._idle_s / 10), self.lock_if_idle)
        self.set_interval(self._feed_s, self.look_if_due)

    def on_unmount(self) -> None:
        self._bell.leave()

    # Signing in and out

    def begin(self, session: tp.Session) -> None:
        """Go on with what was open if the same person is back, and else to the counter."""
        before, self.session = self.session, session
        if before is not None and before.operator.id == session.operator.id and len(self.screen_stack) > 2:
            self._uncover()
            return
        self.home()
        if self.memory.holds_orders:
            self.action_show_unfinished()

    def lock_if_idle(self) -> None:
        if self.idle_for_s >= self._idle_s:
            self.action_lock()

    def action_lock(self) -> None:
        from terminal_app.screens.lock import Lock

        """Cover what is open. A money act that is under way ends first: the next look at the clock locks."""
        if self.session is not None and not self.at_the_door and not self.under_way:
            self.push_screen(Lock(self.session, self.go_on))

    def go_on(self, session: tp.Session) -> None:
        """Uncover what was locked, under the new session of the same person; the old one ends."""
        before, self.session = self.session, session
        self._touched_s = monotonic()
        self._uncover()
        if before is not None:
            self._end(before)

    def _uncover(self) -> None:
        while self.at_the_door:
            self.pop_screen()

    def sign_in_again(self) -> None:
        """Ask who is there, above what was open: it stays as it was."""
        if not self.at_the_door and self.session is not None:
            self.push_screen(SignIn(self.session.operator.id))

    # The feed

    def look_if_due(self) -> None:
        """Look where nothing rang for a while: what ages without an event is shown too."""
        if monotonic() - self._read_at_s >= 0.9 * self._feed_s:
            self.follow()

    def follow(self) -> None:
        """Read what happened since the last look, in a thread; at most one at a time."""
        if self.session is not None and not self._following and not self.at_the_door:
            self._following, self._read_at_s = True, monotonic()
            ask(self, self._read_feed, self._tell, self._feed_failed, group="feed")

    @on(Rang)
    def look_now(self) -> None:
        """Look at once, or as soon as the look that is under way has ended: it may have been too early."""
        if self._following:
            self.set_timer(0.05, self.look_now)
        else:
            self.follow()

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
                if cursor is not None:
                    self._read_to = cursor
                    self._bell.listen(self.bank, after=lambda: self._read_to, by=by)
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

    # What begins from anywhere. A room is loaded when it is first opened: the door stands on the screen sooner.

    def action_find_customer(self) -> None:
        from terminal_app.screens.customer import CustomerScreen
        from terminal_app.screens.find_customer import FindCustomer

        self._open(FindCustomer(CustomerScreen))

    def action_take_payment(self) -> None:
        from terminal_app.screens.find_customer import FindCustomer
        from terminal_app.screens.take_payment import TakePayment

        self._open(FindCustomer(TakePayment))

    def action_pay_out(self) -> None:
        from terminal_app.screens.find_customer import FindCustomer
        from terminal_app.screens.pay_out import PayOut

        self._open(FindCustomer(PayOut))

    def action_show_unfinished(self) -> None:
        from terminal_app.screens.unfinished import Unfinished

        self._open(Unfinished())

    def action_show_queue(self) -> None:
        from terminal_app.screens.queue import Queue

        self._open(Queue())

    def action_show_cases(self) -> None:
        from terminal_app.screens.cases import Cases

        self._open(Cases())

    def action_show_branch(self) -> None:
        from terminal_app.screens.branch import BranchScreen

        self._open(BranchScreen())

    def action_change_pin(self) -> None:
        from terminal_app.screens.own_pin import OwnPin

        self._open(OwnPin())

    def action_show_passkeys(self) -> None:
        from terminal_app.screens.passkeys import Passkeys

        self._open(Passkeys())

    def action_show_shift(self) -> None:
        from terminal_app.screens.shift import ShiftScreen

        self._open(ShiftScreen())

    def action_show_requests(self) -> None:
        from terminal_app.screens.requests import Requests

        self._open(Requests())

    def action_close_day(self) -> None:
        from terminal_app.screens.day import DayScreen

        self._open(DayScreen())

    def action_exchange(self) -> None:
        from terminal_app.screens.exchange import Exchange
        from terminal_app.screens.find_customer import FindCustomer

        self._open(FindCustomer(Exchange))

    def action_show_journal(self) -> None:
        from terminal_app.screens.journal import Journal

        self._open(Journal())

    def action_show_rates(self) -> None:
        from terminal_app.screens.rates import Rates

        self._open(Rates())

    def _open(self, room: Room) -> None:
        if not self._busy() and not self.at_the_door:
            self.push_screen(room)
