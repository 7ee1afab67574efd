"""Cutting a bank off: at a step that is counted, or by killing the process that runs it at any moment."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, Pipe, wait
from random import Random
from typing import Any

from tests.properties.business_day import Answers, Day
from tests.properties.money_checks import check_books
from tests.properties.small_bank import COIN, DEUR, SmallBank
from tokenpay.adapters.system import SystemEntropy
from tokenpay.errors import TokenpayError, WrongState
from tokenpay.operations.recognise_holding import recognise_holding
from tokenpay.operations.reconcile import reconcile
from tokenpay.testing import FakeChain
from tokenpay.testing.simulator.power_cut import PowerCut, Steps

# --- at a counted step


@dataclass(kw_only=True)
class World:
    """What goes on outside the bank's process, and has happened once when it was asked twice."""

    small: SmallBank
    done: set[str] = field(default_factory=set)
    answers: Answers = field(default_factory=Answers)

    def once(self, name: str, verb: str, *given: Any) -> None:
        if name not in self.done:
            self.done.add(name)
            getattr(self.small.chain, verb)(*given)

    def day(self, number: int) -> Day:
        return Day(small=self.small, number=number, acknowledge=self.answers.add, once=self.once)

    def next_day(self) -> None:
        self.small.clock.advance(86_400)
        self.small.sign_in()

    def look(self) -> None:
        """What a supervisor finds right after the crash."""
        check_books(self.small)
        self.answers.check(self.small)
        ann = self.small.sessions["ann"]
        assert reconcile(self.small.bank, by=ann).holds
        for asset in (COIN, DEUR):
            with suppress(WrongState):  # something is on its way
                assert recognise_holding(self.small.bank, asset_id=asset.id, by=ann) == 0

    def recover(self, day: Day) -> None:
        """Open the bank again, look at what the crash left, tell the day again, and look at all there is."""
        chain = self.small.chain
        self.small.clock.at_s = max(self.small.clock.at_s, chain.head().timestamp_s)
        self.small.open()
        self.look()
        day.live()
        self.answers.check(self.small)
        day.check()


def cut_day(world: World, number: int, cut_at: int) -> str:
    """Cut one day off at a step, recover, and return the step's name; empty when the day was over before."""
    world.next_day()
    steps = Steps(cut_at)
    small, day = world.small, world.day(number)
    count(world, steps)
    cut = ""
    try:
        day.live()
    except PowerCut:
        cut = steps.last
    small.close()
    small.port = None
    world.recover(day)
    return cut


def steps_of_a_day(world: World) -> int:
    """Return how many steps a whole day has, once a first day has emptied the deposit addresses."""
    world.next_day()
    world.day(-2).live()
    world.next_day()
    steps = Steps()
    count(world, steps)
    world.day(-1).live()
    world.small.port = None
    world.small.reopen()
    return steps.taken


def count(world: World, steps: Steps) -> None:
    """Open the bank again so that these steps are counted."""
    small = world.small
    small.port = steps.around(small.chain)
    small.reopen()
    steps.watch(small.bank.store.engine)
    small.use(replace(small.bank, signer=steps.around(small.bank.signer)))


# --- by SIGKILL


class RemoteChain:
    """The chain as a process sees it that may die: it lives on in another one."""

    def __init__(self, line: Connection, chain_id: int) -> None:
        self._line = line
        self.chain_id = chain_id

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name != "once" and not hasattr(FakeChain, name):
            raise AttributeError(name)

        def call(*given: Any, **named: Any) -> Any:
            self._line.send((name, given, named))
            answer = self._line.recv()
            if isinstance(answer, TokenpayError):
                raise answer
            return answer

        return call


def kill_day(world: World, number: int, random: Random, within_s: float) -> bool:
    """Live a day in a process of its own, kill that at any moment, recover; return whether it still ran."""
    world.next_day()
    small, day = world.small, world.day(number)
    small.close()
    ours, theirs = Pipe()
    heard, spoken = Pipe(duplex=False)
    worker = os.fork()
    if worker == 0:
        ours.close()
        heard.close()
        _work(small, number, theirs, spoken)
    theirs.close()
    spoken.close()
    ran = _serve_until(world, time.monotonic() + random.uniform(0, within_s), ours, heard)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    while _hear(world, heard):
        pass
    heard.close()
    ours.close()
    world.recover(day)
    return ran


def _work(small: SmallBank, number: int, line: Connection, spoken: Connection) -> None:
    """The worker's whole life; it ends here, whatever happens."""
    code = 1
    try:
        small.entropy = SystemEntropy()
        small.port = chain = RemoteChain(line, small.chain.chain_id)  # type: ignore[assignment]
        small.remote = chain
        small.open()
        Day(
            small=small,
            number=number,
            acknowledge=lambda *answer: spoken.send(answer),
            once=lambda *asked: chain.once(*asked),
        ).live()
        code = 0
    finally:
        spoken.send(None if code == 0 else "it failed")
        os._exit(code)


def _serve_until(world: World, end: float, line: Connection, heard: Connection) -> bool:
    """Be the chain and hear answers until it is time; return whether the worker still works."""
    while (left := end - time.monotonic()) > 0:
        for ready in wait([line, heard], left):
            if ready is heard:
                if not _hear(world, heard):
                    return False
            else:
                try:
                    name, given, named = line.recv()
                except EOFError:
                    continue
                line.send(_answer(world, name, given, named))
    return True


def _answer(world: World, name: str, given: Any, named: Any) -> Any:
    try:
        return getattr(world if name == "once" else world.small.chain, name)(*given, **named)
    except TokenpayError as error:
        return error


def _hear(world: World, heard: Connection) -> bool:
    """Take in one answer that the worker gave; False when there is none, or the day is over."""
    try:
        if not heard.poll(0):
            return False
        said = heard.recv()
    except EOFError:
        return False
    assert said != "it failed", "the worker failed by itself"
    if said is None:
        return False
    world.answers.add(*said)
    return True


@contextmanager
def world_of(template: Any) -> Iterator[World]:
    """A copy of a template's bank whose identifiers never repeat, as no two processes' do."""
    with template.copy(entropy=SystemEntropy()) as small:
        yield World(small=small)
