"""Self-service: one customer after the other, and nothing of one is there for the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual.binding import BindingType

import tokenpay as tp
from terminal_app.commands.anywhere import HELP, THEME
from terminal_app.commands.self_service import LEAVE
from terminal_app.frame import Frame
from terminal_app.language import _, ngettext
from terminal_app.messages import Happened
from terminal_app.screens.room import Room
from terminal_app.self_service.account import Account
from terminal_app.self_service.door import Door
from terminal_app.self_service.unanswered import Unanswered, written_down

IDLE_S = 60.0
WARNING_S = 20.0
"""So long before it signs out it counts down."""


class SelfServiceApp(Frame, inherit_bindings=False):
    """No key ends it: it belongs to the bank, not to who stands before it."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [HELP.binding(), THEME.binding(), LEAVE.binding()]
    anywhere = (HELP, THEME, LEAVE)

    def __init__(
        self,
        opened: Callable[[], tp.Bank],
        *,
        state: Path,
        name_of_terminal: str,
        idle_s: float = IDLE_S,
        note: str = "",
        look_s: float = 2.0,
    ) -> None:
        super().__init__(opened, state=state, name_of_terminal=name_of_terminal, idle_s=idle_s, note=note)
        self._look_s = look_s

    def on_mount(self) -> None:
        self.set_interval(min(1.0, self._idle_s / 10), self.leave_if_idle)
        self.set_interval(self._look_s, self.look_again)

    def door(self) -> Room:
        return Door()

    def first_room(self) -> Room:
        return Account()

    def begin(self, session: tp.Session) -> None:
        """Let a customer in; what they confirmed here and was never answered comes first."""
        self.session = session
        self.home()
        try:
            unanswered = bool(written_down(self.memory, session))
        except tp.IntegrityError:
            unanswered = True  # the room says what is wrong
        if unanswered:
            self.push_screen(Unanswered())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == LEAVE.name and self.session is None:
            return False
        return super().check_action(action, parameters)

    def leave_if_idle(self) -> None:
        """Count down to signing out, and then do it, whatever is open: what was confirmed is written down."""
        left_s = self._idle_s - self.idle_for_s
        if left_s <= 0:
            self._nobody_here()
            return
        before, self.alarm = self.alarm, ""
        if self.session is not None and left_s <= min(WARNING_S, self._idle_s / 2):
            seconds = int(left_s) + 1
            self.alarm = ngettext(
                " ! Are you still there? Signing out in {seconds} second. Any key stays.",
                " ! Are you still there? Signing out in {seconds} seconds. Any key stays.",
                seconds,
            ).format(seconds=seconds)
        if self.alarm != before and self.room is not None and self.room.is_mounted:
            self.room.show_bar()

    def _nobody_here(self) -> None:
        if self.session is not None:
            self._sign_out(_("You were signed out: no key was pressed for a while."))
        elif isinstance(self.room, Door):
            self.room.empty()
        elif len(self.screen_stack) > 1:
            self._close_rooms(self.door())

    def look_again(self) -> None:
        """Let the room that is seen look at the bank: a customer reads no feed of what others do."""
        if self.session is not None and self.room is not None:
            self.room.post_message(Happened(()))

    def sign_in_again(self) -> None:
        if self.session is not None:
            self._sign_out(_("Your session has ended: sign in again."))

    def action_sign_out(self) -> None:
        if not self._busy():
            self._sign_out("")

    def _sign_out(self, why: str) -> None:
        session, self.session = self.session, None
        self.alarm = ""
        self._touched_s = monotonic()  # the door says why for as long as that, and not until the next look
        self.copy_to_clipboard("")  # what one customer copied is not the next one's to paste
        self._close_rooms(Door(why))
        if session is not None:
            self._end(session)
