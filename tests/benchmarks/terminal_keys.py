"""From a key to its painted answer, in a form of the terminal and in an empty app's Input, while an engine settles.

Another process works on the same bank: it pays from a customer to an outside address, twenty times a second, and the
engine sends and settles them. A key is answered when the compositor has given the driver the picture that shows it.
"""

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Input

import tokenpay as tp
from tests.app.soak.bank import template
from tests.app.soak.stage import NAME
from tests.benchmarks import Row
from tests.benchmarks.interleaved import spread
from tokenpay.testing import FakeChain
from tokenpay.testing.branch import PASSWORD, TOKEN
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

ROUNDS = 30
KEYS = 20
"""In each round each of the two takes so many keys, one after the other."""
GOAL = 2.0
RATE_A_S = 20
PAUSE_S = 0.02
"""Between two keys: nobody types faster."""


class Empty(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(id="field")


def run() -> list[Row]:
    """Take turns between the two, each in a process of its own, so that the busy bank slows both alike."""
    spawned = multiprocessing.get_context("spawn")
    stop, counted = spawned.Event(), spawned.Value("q", 0)
    with template().copy(1) as home, ExitStack() as stack:
        payers = [customer.id for customer in home.customers[1:3]]  # who have something to pay with
        engine = spawned.Process(target=_settle, args=(home.folder, home.chain, home.clock.at_s, payers, stop, counted))
        engine.start()
        stack.callback(engine.join)
        stack.callback(stop.set)
        memory = stack.enter_context(tempfile.TemporaryDirectory())
        ways = []
        for folder in (None, home.folder):
            here, there = spawned.Pipe()
            typist = spawned.Process(target=_type, args=(there, folder, Path(memory), home.clock.at_s))
            typist.start()
            stack.callback(typist.join)
            stack.callback(here.send, False)
            if not here.recv():
                raise RuntimeError("the form was not reached")
            ways.append(here)
        began, before = time.perf_counter(), counted.value
        rounds = [_round(ways, number) for number in range(ROUNDS + 1)][1:]
        settled_a_s = (counted.value - before) / (time.perf_counter() - began)
    ratios = [_late(form) / _late(empty) for empty, form in rounds]
    whole = {name: [took for pair in rounds for took in pair[which]] for which, name in enumerate(("empty", "form"))}
    ratio = _late(whole["form"]) / _late(whole["empty"])
    return [
        Row(
            what="key to its picture in a form, 95th percentile, times an empty app's Input",
            figure=f"{ratio:.2f}",
            spread=spread(ratios, "{:.2f}"),
            goal=f"{GOAL} or less",
            missed=ratio > GOAL,
        ),
        *(
            Row(
                what=f"{name}: 95th percentile, median",
                figure=f"{_late(took) * 1e3:.1f} ms, {statistics.median(took) * 1e3:.1f} ms",
            )
            for name, took in whole.items()
        ),
        Row(
            what="payments settled by the other process meanwhile",
            figure=f"{settled_a_s:.1f} a second",
            goal=f"{RATE_A_S} a second",
            missed=settled_a_s < RATE_A_S * 0.9,
        ),
    ]


def _late(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _round(ways: Sequence[Connection], number: int) -> tuple[list[float], list[float]]:
    """Let each type in turn; every other round goes the other way about."""
    taken: dict[int, list[float]] = {}
    for which in (0, 1) if number % 2 else (1, 0):
        ways[which].send(True)
        taken[which] = ways[which].recv()
    return taken[0], taken[1]


def _type(ordered: Connection, folder: Path | None, memory: Path, at_s: int) -> None:
    """Open an app in this process and type a round into it whenever that is ordered; no folder is the empty app."""
    if folder is None:
        asyncio.run(_typed(Empty(), ordered, form=False))
        return
    from terminal_app.app import TerminalApp

    chain = FakeChain()
    with tp.open_bank(folder, clock=FakeClock(at_s), chain_ports={chain.chain_id: chain}) as bank:
        app = TerminalApp(lambda: bank, state=memory, name_of_terminal=NAME)
        asyncio.run(_typed(app, ordered, form=True))


async def _typed(app: App[None], ordered: Connection, *, form: bool) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        if form:
            await _open_form(pilot)
        field = app.screen.query_one("#remittance" if form else "#field", Input)
        app.screen.set_focus(field)
        ordered.send(True)
        while await asyncio.to_thread(ordered.recv):
            field.clear()
            await pilot.pause(0.05)
            ordered.send([await _answered(app, field, key) for key in ("abcdefghij" * 2)[:KEYS]])


async def _open_form(pilot: Any) -> None:
    """Sign in and open the form of a payment for the first customer that is called Anna."""

    async def until(true: Callable[[], bool]) -> None:
        for _ in range(2_000):
            if true():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError(f"the form did not open: {type(pilot.app.screen).__name__}")

    def at(name: str) -> Callable[[], bool]:
        return lambda: type(pilot.app.screen).__name__ == name

    steps: list[tuple[tuple[str, ...], Callable[[], bool]]] = [
        ((*"tim", "enter", *"at-the-desk", "enter"), at("Home")),
        (("f3",), at("FindCustomer")),
        ((*"anna", "enter"), at("TakePayment")),
    ]
    for keys, there in steps:
        await pilot.press(*keys)
        await until(there)
    await pilot.pause(0.3)


async def _answered(app: App[None], field: Input, key: str) -> float:
    """Type a key; return the seconds until the app displayed the picture after the field had changed."""
    await asyncio.sleep(PAUSE_S)
    wanted, shown, display, driver = field.value + key, asyncio.Event(), app._display, app._driver
    if driver is None:
        raise RuntimeError("the app has ended")

    def displayed(screen: Any, picture: Any) -> None:
        display(screen, picture)
        if field.value == wanted:
            shown.set()

    event = Key(key, key)
    event.set_sender(app)
    with patch.object(app, "_display", displayed):
        began = time.perf_counter()
        driver.send_message(event)
        await asyncio.wait_for(shown.wait(), 30)
        return time.perf_counter() - began


def _settle(folder: Path, chain: Any, at_s: int, payers: list[str], stop: Event, counted: Any) -> None:
    """Pay out twenty times a second and settle, on the same bank, until told to stop."""
    clock = FakeClock(at_s)
    ports = {chain.chain_id: chain}
    with tp.open_bank(folder, signer=True, clock=clock, entropy=FakeEntropy(99), chain_ports=ports) as bank:
        teller = tp.open_session(bank, operator_id="vera", password=PASSWORD, terminal="elsewhere")
        engine = tp.engine_session(bank)
        began, made = time.perf_counter(), 0
        while not stop.is_set():
            paid = tp.pay(
                bank,
                debtor=f"customer/{payers[made % 2]}",
                creditor=tp.Address(b"\x77" * 20).caip10(chain.chain_id),
                amount=tp.Amount(TOKEN, 1),
                by=teller,
                key=f"bench/{made}",
            )
            if isinstance(paid, tp.Refusal) or paid.state is not tp.PaymentState.CLEARED:
                raise RuntimeError(f"there is nothing to settle: {paid.reasons}")
            made += 1
            if made % 10 == 0:
                clock.advance(1)
                turned = tp.run_once(bank, by=engine)
                counted.value += sum(chain.settled.payments for chain in turned.chains if chain.settled is not None)
                chain.mine(1)
            ahead_s = made / RATE_A_S - (time.perf_counter() - began)
            if ahead_s > 0:
                stop.wait(ahead_s)
