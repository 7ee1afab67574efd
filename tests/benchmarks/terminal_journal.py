"""A journal of 100,000 payments opened and scrolled, beside one of 100.

The terminal's journal screen is opened until it has rows, and then so many pages are gone through in it.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from textual.widgets import DataTable

import tokenpay as tp
from terminal_app.app import TerminalApp
from terminal_app.screens.home import Home
from terminal_app.screens.journal import Journal
from tests.app.soak.bank import SoakBank, template
from tests.benchmarks import Row
from tests.benchmarks.interleaved import spread
from tokenpay.primitives.canonical import canonical_text
from tokenpay.store.tables import payments
from tokenpay.testing.branch import PASSWORD, TOKEN

FEW, MANY = 100, 100_000
ROUNDS = 9
PAGES = 40
GOAL = 1.3
BATCH = 5_000
Spent = dict[str, float]
"""Seconds of CPU to open, and to go on a page."""


def run() -> list[Row]:
    """Take turns between the two journals, so that a busy machine slows both alike."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(_filled(rows)) for rows in (FEW, MANY))
        for bank in (few, many):
            asyncio.run(_shown(bank))
        rounds = [(asyncio.run(_shown(few)), asyncio.run(_shown(many))) for _ in range(ROUNDS)]
    found = []
    for act, goal in (("open", GOAL), ("scroll", GOAL)):
        ratios = [there[act] / here[act] for here, there in rounds]
        ratio = statistics.median(ratios)
        found.append(
            Row(
                what=f"{act}: {MANY:,} rows to {FEW}",
                figure=f"{ratio:.2f}",
                spread=spread(ratios, "{:.2f}"),
                goal=f"{goal} or less",
                missed=ratio > goal,
            )
        )
        for name, which in (("100", 0), ("100,000", 1)):
            took_ms = statistics.median(each[which][act] for each in rounds) * 1e3
            found.append(Row(what=f"{act}: {name} rows", figure=f"{took_ms:.2f} ms"))
    return found


async def _shown(home: SoakBank) -> Spent:
    """Open the terminal on its journal, and page down."""
    with tempfile.TemporaryDirectory() as memory:
        terminal = TerminalApp(lambda: home.bank, state=Path(memory), name_of_terminal="bench", feed_s=3600, idle_s=0)
        async with terminal.run_test(size=(80, 24)) as pilot:
            await _until(lambda: terminal.is_open)
            by = tp.open_session(home.bank, operator_id="vera", password=PASSWORD, terminal="bench")
            terminal.begin(by)
            await _until(lambda: type(terminal.screen) is Home)
            await pilot.pause()
            began = time.process_time()
            terminal.push_screen(Journal())
            await _until(lambda: any(table.row_count for table in terminal.screen.query(DataTable)))
            await pilot.pause()
            opened_s = time.process_time() - began
            terminal.screen.query(DataTable).first().focus()
            began = time.process_time()
            for number in range(PAGES):
                # 100 rows end sooner: both journals are gone through up and down, five pages at a time.
                await pilot.press("pagedown" if number // 5 % 2 == 0 else "pageup")
            return {"open": opened_s, "scroll": (time.process_time() - began) / PAGES}


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("the journal did not open")


@contextmanager
def _filled(rows: int) -> Iterator[SoakBank]:
    """Open a copy of the bank whose journal has exactly so many payments."""
    with template().copy(1) as home:
        customers = home.customers
        made = tp.pay(
            home.bank,
            debtor=f"customer/{customers[0].id}",
            creditor=f"customer/{customers[1].id}",
            amount=tp.Amount(TOKEN, 1),
            by=home.teller,
            key="bench",
        )
        if not isinstance(made, tp.Payment):
            raise RuntimeError("the first payment was refused")
        with home.bank.store.unit_of_work() as uow:
            there = len(uow.payments.find(limit=10**6))
            first = dict(uow.connection.execute(select(payments).where(payments.c.id == made.id)).mappings().one())
            numbers = range(1, rows - there + 1)
            for start in range(0, len(numbers), BATCH):
                batch = [_row(made, first, number) for number in numbers[start : start + BATCH]]
                uow.connection.execute(insert(payments), batch)
        yield home


def _row(made: tp.Payment, first: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the row of another payment like the first, a second apart from its neighbours."""
    intent = replace(made.intent, uetr=str(UUID(int=number, version=4)), created_at_s=made.intent.created_at_s - number)
    return first | {
        "id": intent.uetr,
        "intent": canonical_text(intent.content()),
        "intent_hash": intent.hash(),
        "created_at_s": intent.created_at_s,
    }
