"""The customer's screen: it looks, and can do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

import tokenpay as tp
from terminal_app.commands.anywhere import SIGN_OUT, THEME
from terminal_app.display.door import Door
from terminal_app.display.screen import Display
from terminal_app.frame import Frame
from terminal_app.memory import Memory
from terminal_app.screens.room import Room


class DisplayApp(Frame, inherit_bindings=False):
    """Shows the request that is open at the terminal whose folder `state` is. Any operator who may read signs it in."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        THEME.binding(),
        SIGN_OUT.binding(),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]
    anywhere = (THEME, SIGN_OUT)

    def __init__(
        self,
        opened: Callable[[], tp.Bank],
        *,
        state: Path,
        name_of_terminal: str,
        note: str = "",
        look_s: float = 1.0,
    ) -> None:
        super().__init__(opened, state=state / "customer-screen", name_of_terminal=name_of_terminal, note=note)
        self.paired = Memory(state)
        """What the terminal beside this screen writes down; it is read here, and never written."""
        self.look_s = look_s

    def door(self) -> Room:
        return Door()

    def first_room(self) -> Room:
        return Display(self.paired, look_s=self.look_s)

    def begin(self, session: tp.Session) -> None:
        self.session = session
        self.home()

    def sign_in_again(self) -> None:
        if self.session is not None:
            self.session = None
            self._close_rooms(self.door())
