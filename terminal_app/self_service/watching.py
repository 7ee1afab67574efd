"""A room that looks at the bank again and again, one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import tokenpay as tp
from terminal_app.commands.command import Command
from terminal_app.screens.room import Room


class Watching(Room):
    commands: ClassVar[tuple[Command, ...]] = ()  # each says its own: from the account there is no way back
    shows_palette = False

    def __init__(self) -> None:
        super().__init__()
        self._asking = False
        self._troubled = False

    def question(self) -> Callable[[], Any]:
        """Return what is asked, in a thread."""
        raise NotImplementedError

    def show(self, seen: Any) -> None:
        """Show the answer."""
        raise NotImplementedError

    def look(self) -> None:
        if not self._asking:
            self._asking = True
            self.ask(self.question(), self._answer)

    def _answer(self, seen: Any) -> None:
        self._asking = False
        if self._troubled:
            self._troubled = False
            self.say("")
        self.show(seen)

    def failed(self, error: tp.TokenpayError) -> None:
        self._asking, self._troubled = False, True
        super().failed(error)
