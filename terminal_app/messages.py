"""What thread workers and the feed say to the screens."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

import tokenpay as tp


class Answered(Message, bubble=False):
    """A worker is done: `deliver` hands its result, or its error, to whoever asked."""

    def __init__(self, deliver: Callable[[], None]) -> None:
        super().__init__()
        self.deliver = deliver


class Rang(Message, bubble=False):
    """Something happened at the bank after what was read last."""


class Happened(Message, bubble=False):
    """Something changed at the bank; a screen looks again if it concerns it."""

    def __init__(self, events: tuple[tp.Event, ...]) -> None:
        super().__init__()
        self.events = events
