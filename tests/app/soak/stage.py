"""A running terminal whose every step comes to rest, so that the same keys lead to the same things.

Its workers run one after the other. They may be stopped at the bank's door for some keys, and the bank may then not
answer, before it did anything or after it did everything.
"""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic, process_time
from typing import Any
from unittest.mock import patch

from textual import events, screen
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key

import tokenpay as tp
from terminal_app import workers
from terminal_app.app import TerminalApp
from terminal_app.memory import Memory, Order
from terminal_app.screens.confirm import UNSURE

NAME = "counter-1"
PATIENCE_S = 10.0
"""Of this process's own work: how long it waits for its turn on a busy machine says nothing of the terminal."""
STANDSTILL_S = 600.0
MOST_TURNS = 20_000
_PAINT = screen.Screen._compositor_refresh


def _paint_later(seen: screen.Screen[Any]) -> None:
    """Leave to the next painting what the compositor has noted; what lies below another screen is passed on now."""
    if seen is seen.app.screen:
        seen._dirty_widgets.clear()
    else:
        _PAINT(seen)


PASTE = "paste:"


class Broken(Exception):
    """The terminal did what it must not."""


class Stage:
    """What stands between the terminal and the bank, and what was seen there."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"{seed}/answers")
        self.lost = 0.0
        """How likely the bank does not answer now."""
        self.defects: list[str] = []
        self.kept: set[str] = set()
        """Keys of orders that were written down."""
        self.answered: set[str] = set()
        """Keys of orders whose fate the terminal was told."""
        self.is_open = False
        """Whether the terminal has its bank: that first answer is not lost, or there is no session."""
        self._door = Event()
        self._door.set()
        self._token = Random(f"{seed}/tokens")

    @contextmanager
    def closed_door(self) -> Iterator[None]:
        """Let no call reach the bank meanwhile."""
        self._door.clear()
        try:
            yield
        finally:
            self._door.set()

    @contextmanager
    def built(self) -> Iterator[None]:
        """Put the stage in its place, for a whole session."""
        work, keep = workers._work, Memory.keep

        def watched(asker: DOMNode, call: Callable[[], Any], then: Callable[[Any], None], failed: Any) -> None:
            work(asker, lambda: self._call(call), then, failed)

        def kept(memory: Memory, order: Order) -> None:
            keep(memory, order)
            self.kept.add(order.key)

        with (
            patch.object(workers, "_work", watched),
            patch.object(Memory, "keep", kept),
            patch.object(CommandPalette, "_RESULT_BATCH_TIME", 0.0),
            patch.object(screen, "UPDATE_PERIOD", 60.0),  # the board lays out, when all is at rest,
            patch.object(screen.Screen, "_compositor_refresh", _paint_later),  # and paints when it is asked to
            patch("terminal_app.app.Bell.listen"),  # the world turns when its hand says so
            patch("terminal_app.memory.secrets.token_hex", lambda size: self._token.randbytes(size).hex()),
        ):
            yield

    def _call(self, call: Callable[[], Any]) -> Any:
        if not self.is_open:
            self.is_open = True
            return call()
        self._door.wait(STANDSTILL_S)
        fate = self.random.random()
        asked = _keys_asked(call)
        if fate < self.lost / 2:
            raise tp.StoreUnavailable("the database is away")
        try:
            found = call()
        except tp.TokenpayError as error:
            if not isinstance(error, UNSURE):
                self.answered |= asked
            raise
        except Exception:
            self.defects.append(traceback.format_exc())
            raise
        if fate < self.lost:
            raise tp.StoreUnavailable("the database went away")
        self.answered |= asked | _keys_told(found)
        return found


def _keys_asked(call: Callable[[], Any]) -> set[str]:
    given = (*getattr(call, "args", ()), *getattr(call, "keywords", {}).values())
    return {value.key if isinstance(value, Order) else value for value in given if isinstance(value, Order | str)}


def _keys_told(found: Any) -> set[str]:
    if not isinstance(found, list):
        return set()
    return {line[0].key for line in found if isinstance(line, tuple) and line and isinstance(line[0], Order)}


class Board:
    """The keyboard of one running terminal; `rest` waits until nothing more comes of what was pressed."""

    def __init__(self, app: TerminalApp, stage: Stage) -> None:
        self.app = app
        self.stage = stage

    async def send(self, key: str) -> None:
        """Press a key, or paste what stands after `paste:` as a scanner or a clipboard does."""
        driver = self.app._driver
        if driver is None:
            raise Broken("the terminal has ended")
        event: events.Key | events.Paste
        if key.startswith(PASTE):
            event = events.Paste(key.removeprefix(PASTE))
        else:
            name = key if len(key) > 1 or key.isalnum() else _character_to_key(key)
            event = events.Key(name, key if len(key) == 1 else _character(name))
        event.set_sender(self.app)
        driver.send_message(event)

    async def handled(self) -> None:
        """Wait until what was pressed is taken in, and no longer: not for the bank, and not for the picture."""
        await _drained()
        self._look()

    async def rest(self) -> None:
        """Come to rest: no message waits, no widget is to be painted, and no worker is at work."""
        began, began_at = process_time(), monotonic()
        while True:
            await self.handled()
            tasks = [worker._task for worker in self.app.workers if worker.is_running and worker._task is not None]
            if not tasks and not self._lay_out():
                return
            if tasks:
                await asyncio.wait(tasks, timeout=STANDSTILL_S, return_when=asyncio.FIRST_COMPLETED)
            if process_time() - began > PATIENCE_S or monotonic() - began_at > STANDSTILL_S:
                raise Broken("the terminal does not come to rest")

    def paint(self) -> None:
        """Paint what changed, as a driver would be given it."""
        _PAINT(self.app.screen)

    def _lay_out(self) -> bool:
        seen = self.app.screen
        unpainted = bool(
            seen._layout_required
            or seen._scroll_required
            or seen._repaint_required
            or seen._dirty_widgets
            or seen._recompose_required
            or seen._callbacks
        )
        if unpainted:
            seen._on_timer_update()
        return unpainted

    def _look(self) -> None:
        if self.stage.defects:
            raise Broken(f"a worker failed:\n{self.stage.defects[0]}")
        if self.app._exception is not None:
            raise self.app._exception


async def _drained() -> None:
    """Let the loop run until nothing is ready to run; what waits for a time or a thread is left alone."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    for _ in range(MOST_TURNS):
        await asyncio.sleep(0)
        if not ready:
            return
    raise Broken("the terminal goes round in circles")


def _character(name: str) -> str | None:
    import unicodedata

    try:
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    except KeyError:
        return None


@asynccontextmanager
async def at_the_terminal(bank: tp.Bank, memory: Path, size: tuple[int, int], stage: Stage) -> AsyncIterator[Board]:
    """Open a terminal; its feed is read when a session says so, not by the clock on the wall."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    stage.is_open = False
    app = TerminalApp(lambda: bank, state=memory, name_of_terminal=NAME, feed_s=3600, idle_s=0)
    app.hurry_s = app.after_s = 0.0  # whoever is that quick presses what they like: the screens must stand it
    app.animation_level = "none"
    async with app.run_test(size=size):
        board = Board(app, stage)
        await board.rest()
        yield board
