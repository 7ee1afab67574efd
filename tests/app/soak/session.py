"""One session from its seed: who, how many keys, which, what happens meanwhile, and whether all is well afterwards."""

import asyncio
import traceback
from collections import Counter
from contextlib import chdir
from dataclasses import dataclass, field
from random import Random
from tempfile import TemporaryDirectory
from time import process_time

from terminal_app.memory import Memory
from tests.app import SIZES
from tests.app.soak.bank import SoakBank, template
from tests.app.soak.checks import check, flows
from tests.app.soak.player import Player
from tests.app.soak.stage import Board, Broken, Stage, at_the_terminal
from tests.app.soak.world import World
from tokenpay.testing.quick_collection import quick_collection

FEWEST, MOST = 50, 200


@dataclass(kw_only=True)
class Outcome:
    """What became of a session. `pressed` are its keys, `rooms` how often each screen was seen after a key."""

    seed: int
    size: tuple[int, int]
    role: str = ""
    pressed: list[str] = field(default_factory=list)
    rooms: Counter[str] = field(default_factory=Counter)
    flows: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    lost: int = 0
    cpu_s: float = 0.0
    failure: str = ""


class _Session:
    """`most` keys of a seed; with `checking` everything is checked after every one of them."""

    def __init__(self, home: SoakBank, seed: int, *, most: int | None, checking: bool) -> None:
        self.home = home
        self.random = Random(f"{seed}/session")
        wanted = self.random.randint(FEWEST, MOST)
        self.budget = wanted if most is None else min(wanted, most)
        self.checking = checking
        self.size = self.random.choice(SIZES)
        self.stage, self.world, self.player = Stage(seed), World(home, seed), Player(home, seed)
        self.memory_folder = home.folder.parent / "terminal"
        self.outcome = Outcome(seed=seed, size=self.size, role=self.player.operator)

    @property
    def memory(self) -> Memory:
        return Memory(self.memory_folder)

    async def play(self) -> None:
        """Press keys until there are enough; now and then the terminal dies, and is started again."""
        with self.stage.built():
            self.world.begin()
            while len(self.outcome.pressed) < self.budget:
                async with at_the_terminal(self.home.bank, self.memory_folder, self.size, self.stage) as board:
                    await self._sit(board)
            self.stage.lost = 0.0
            self.world.settle()
            check(self.home, self.stage, self.memory)
            await self._look_at_unfinished()
        self.outcome.flows = flows(self.home)

    async def _sit(self, board: Board) -> None:
        while len(self.outcome.pressed) < self.budget:
            if self.random.random() < 0.4:
                await self._world_turns(board)
            self.stage.lost = 0.25 if self.random.random() < 0.06 else 0.0
            move = self.player.move(board.app)[: self.budget - len(self.outcome.pressed)]
            *first, last = move
            if self.random.random() < 0.08:
                await self._press_in_a_hurry(board, [*move, last])
            elif len(first) > 2 and self.random.random() < 0.7:
                await self._press_in_a_hurry(board, first)  # as fast typing and scanners are
                await self._press(board, last)
            else:
                for key in move:
                    await self._press(board, key)
            board.paint()
            if self.random.random() < 0.004:
                self.outcome.restarts += 1
                return

    async def _press(self, board: Board, key: str) -> None:
        self.outcome.pressed.append(key)
        await board.send(key)
        await board.rest()
        self.outcome.rooms[type(board.app.screen).__name__] += 1
        if self.checking:
            check(self.home, self.stage, self.memory)

    async def _press_in_a_hurry(self, board: Board, keys: list[str]) -> None:
        """Press keys while the bank does not answer yet and nothing is painted; then let it answer."""
        with self.stage.closed_door():
            for key in keys:
                self.outcome.pressed.append(key)
                await board.send(key)
                await board.handled()
        await board.rest()
        if self.checking:
            check(self.home, self.stage, self.memory)

    async def _world_turns(self, board: Board) -> None:
        self.world.act()
        board.app.follow()
        await board.rest()

    async def _look_at_unfinished(self) -> None:
        """What is written down is shown, at the next start, to who may do something about it."""
        written = {order.key for order in self.memory.unanswered()}
        if not written:
            return
        self.outcome.lost += len(written)
        async with at_the_terminal(self.home.bank, self.memory_folder, self.size, self.stage) as board:
            for key in ("v", "e", "r", "a", "enter", *"at-the-desk", "enter"):
                await board.send(key)
                await board.rest()
            shown = getattr(board.app.screen, "_asked", {})
            if set(shown) != written:
                raise Broken(f"not listed as unfinished: {written - set(shown)} on {type(board.app.screen).__name__}")


def play(seed: int, *, most: int | None = None, checking: bool = False) -> Outcome:
    """Play a session, or its first `most` keys, and say what became of it."""
    began = process_time()
    # What is saved under a name without a folder is saved here, and no session finds the files of another.
    with template().copy(seed) as home, TemporaryDirectory() as here, chdir(here):
        session = _Session(home, seed, most=most, checking=checking)
        try:
            with quick_collection():
                asyncio.run(session.play())
        except (Exception, AssertionError):
            session.outcome.failure = traceback.format_exc()
        session.outcome.cpu_s = process_time() - began
        return session.outcome


def shortest(seed: int, found: Outcome) -> Outcome:
    """Return the shortest beginning of a failed session that fails too."""
    step = play(seed, checking=True)
    length = len((step if step.failure else found).pressed)
    while length > 1:
        shorter = play(seed, most=length - 1)
        if not shorter.failure:
            break
        found, length = shorter, min(length - 1, len(shorter.pressed))
    return found if len(found.pressed) == length else play(seed, most=length)
