"""A hand at the terminal's keyboard and an eye on its screen, for tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any, cast
from unittest.mock import patch

from textual._compositor import Compositor
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from terminal_app.app import TerminalApp
from terminal_app.display.app import DisplayApp
from terminal_app.frame import Frame
from terminal_app.screens.home import Home
from terminal_app.self_service.app import SelfServiceApp
from tests.app import SIZES
from tests.app.spoken import english, on_screen
from tokenpay.testing import Branch

PASSWORD = "at-the-desk"
PATIENCE_S = 30
"""Long, for a machine that does much else; only a test that fails waits for so long."""
_PAINT = Compositor.render_update


def _paint_when_asked(screen: Compositor, full: bool = False, **options: Any) -> Any:
    """Paint a picture, or `Hand.painted`; what changes on a screen that nobody sees is only noted as done."""
    if full:
        return _PAINT(screen, full=True, **options)
    screen._dirty_regions.clear()
    return None


class Hand:
    """Presses keys, and waits for what they lead to."""

    def __init__(self, app: TerminalApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def enter(self, text: str) -> None:
        """Let a scanner or a person type, and press Enter."""
        field = self.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(text) if len(text) > 4 else await self.pilot.press(*_keys(text))
        await self.pilot.press("enter")

    async def until(self, true: Callable[[], bool], what: str) -> None:
        end_s = monotonic() + PATIENCE_S
        while monotonic() < end_s and self.app._exception is None:  # who has crashed is not waited for
            if true():
                await self.pilot.pause()
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"not within patience: {what}\n{self.seen()}")

    async def arrive(self, room: type[Screen[None]]) -> None:
        await self.until(lambda: type(self.app.screen) is room, f"arriving at {room.__name__}")

    async def read(self, text: str) -> None:
        """Wait until the screen says this, in the language that the terminal speaks."""
        await self.until(lambda: on_screen(text, self.seen()), f"reading {text!r}")

    async def sign_in(self, operator: str, password: str = PASSWORD) -> None:
        await self.enter(operator)
        await self.enter(password)

    async def open(self, room: type[Screen[Any]], *, by: str, key: str) -> None:
        """Sign somebody in, and open a room from the counter by its key."""
        await self.sign_in(by)
        await self.arrive(Home)
        await self.press(key)
        await self.arrive(room)

    async def choose(self, customer: str) -> None:
        """Find one of the branch's two customers by their first name, and go on with them."""
        await self.read("Anna Berger")
        await self.press(*customer)
        other = {"anna": "Boris", "boris": "Anna"}[customer]
        await self.until(lambda: other not in self.seen(), "one customer left")
        await self.press("enter")

    def seen(self) -> str:
        """What the words on the screen are, tables and fields included."""
        return "\n".join(_words(self.app.screen))

    def painted(self) -> list[str]:
        """The lines of the screen as they are painted, fields and footer included."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def footer(self) -> set[str]:
        """What the footer offers, in English."""
        active = self.app.screen.active_bindings.values()
        shown = [item.binding.description for item in active if item.binding.show and item.enabled]
        return {text for words in shown for text in english(words)}


def _words(above: Widget) -> Iterator[str]:
    for widget in above.children:
        if not widget.display:
            continue
        if isinstance(widget, DataTable):
            for row in range(widget.row_count):
                yield " | ".join(str(cell) for cell in widget.get_row_at(row))
        elif isinstance(widget, Static):
            yield str(widget.render())
        yield from _words(widget)


def _keys(text: str) -> list[str]:
    return [{" ": "space", ".": "full_stop", "-": "minus"}.get(letter, letter) for letter in text]


@asynccontextmanager
async def hand_at(app: Frame, size: tuple[int, int]) -> AsyncIterator[Hand]:
    """Run a program and wait until its bank is open. This hand is quicker than a person who reads, and may be."""
    app.hurry_s = app.after_s = 0.0
    with patch.object(Compositor, "render_update", _paint_when_asked):
        async with app.run_test(size=size) as pilot:
            hand = Hand(cast(Any, app), pilot)
            await hand.until(lambda: app.is_open, "the bank")
            yield hand


@asynccontextmanager
async def terminal(
    branch: Branch, folder: Path, size: tuple[int, int] = SIZES[0], *, idle_s: float = 0, feed_s: float = 0.2
) -> AsyncIterator[Hand]:
    """Open a terminal at the branch's bank; `folder` is what it remembers by."""
    app = TerminalApp(lambda: branch.bank, state=folder, name_of_terminal="counter-1", feed_s=feed_s, idle_s=idle_s)
    async with hand_at(app, size) as hand:
        yield hand


@asynccontextmanager
async def customer_screen(branch: Branch, folder: Path, size: tuple[int, int] = SIZES[0]) -> AsyncIterator[Hand]:
    """Open the customer's screen beside the terminal that remembers by `folder`."""
    app = DisplayApp(lambda: branch.bank, state=folder, name_of_terminal="counter-1 (customer)", look_s=0.2)
    async with hand_at(app, size) as hand:
        yield hand


@asynccontextmanager
async def self_service(
    branch: Branch, folder: Path, size: tuple[int, int] = SIZES[0], *, idle_s: float = 600
) -> AsyncIterator[Hand]:
    """Open self-service; `folder` is what it remembers by."""
    app = SelfServiceApp(lambda: branch.bank, state=folder, name_of_terminal="kiosk", idle_s=idle_s, look_s=0.2)
    async with hand_at(app, size) as hand:
        yield hand


def run(flow: Coroutine[Any, Any, None]) -> None:
    asyncio.run(flow)
