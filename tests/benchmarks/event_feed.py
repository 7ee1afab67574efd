"""From a commit to 16 tills that wait for it, each a process, on PostgreSQL on this machine.

One till is the branch's terminal, which has told its screen when it has heard; the others wait with `wait_for_events`
and hold the event. A teller pays in the books at even intervals. The delay begins before the commit is sent; everybody
hears of every payment, or the run fails.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import event

from terminal_app.app import TerminalApp
from terminal_app.screens.home import Home
from tests.app.hand import hand_at
from tests.benchmarks import Row
from tests.benchmarks.postgresql import running_postgresql
from tests.forked import forked
from tests.properties.small_bank import PASSWORD, SmallBank, template, units
from tokenpay.adapters.system import SystemEntropy
from tokenpay.operations.pay import pay
from tokenpay.operations.read import newest_event
from tokenpay.operations.wait_for_events import wait_for_events
from tokenpay.payments.payment import Payment
from tokenpay.store.outbox_store import Event

READERS, PAYMENTS, EVERY_S = 16, 80, 0.2
GOAL_S = 0.1
_PATIENCE_S = 60.0

Process = tuple[int, Connection]
Heard = dict[str, float]
"""When each payment was sent or heard of, by the clock that all processes of a machine share."""


def run() -> list[Row]:
    """Measure every delay of every reader."""
    with running_postgresql() as url, template(url).copy(entropy=SystemEntropy()) as small:
        cursor = newest_event(small.bank, by=small.sessions["ann"])
        small.close()
        ways = [*[_reads] * (READERS - 1), _sits_at_a_terminal]
        lines = [_start(small, cursor, way) for way in ways]
        for _, line in lines:
            assert line.recv() == "ready"
        small.open()
        sent = _pay(small)
        heard: list[Heard] = [line.recv() for _, line in lines]
        for process, _ in lines:
            os.waitpid(process, 0)
    delays = [[of_one[payment] - sent_s for payment, sent_s in sent.items()] for of_one in heard]
    readers = [delay for of_one in delays[:-1] for delay in of_one]
    return [*_rows(f"{READERS - 1} readers", readers), *_rows("the terminal beside them", delays[-1])]


def _pay(small: SmallBank) -> Heard:
    commits: list[float] = []
    event.listen(small.bank.store.engine, "commit", lambda _: commits.append(time.monotonic()))
    debtor, creditor = (f"customer/{customer}" for customer in small.customers)
    sent: Heard = {}
    for number in range(PAYMENTS):
        parties = {"debtor": debtor, "creditor": creditor}
        paid = pay(small.bank, **parties, amount=units(1), by=small.sessions["tom"], key=f"feed-{number}")
        assert isinstance(paid, Payment)
        sent[paid.id] = commits[-1]
        time.sleep(EVERY_S)
    return sent


def _start(small: SmallBank, cursor: str, hear: Callable[[SmallBank, str, Connection], Heard]) -> Process:
    """Read in another process until every payment was heard of; it says when it begins, and then what it heard."""

    def work(line: Connection) -> None:
        small.open()
        line.send(hear(small, cursor, line))

    return forked(work)


def _reads(small: SmallBank, after: str, line: Connection) -> Heard:
    heard: Heard = {}
    line.send("ready")
    while len(heard) < PAYMENTS:
        found = wait_for_events(small.bank, after=after, by=small.sessions["ann"], timeout_s=_PATIENCE_S)
        now_s = time.monotonic()
        assert found, "nothing was heard"
        after = found[-1].cursor
        heard |= {happened.subject: now_s for happened in found if happened.kind == "payment.final"}
    return heard


def _sits_at_a_terminal(small: SmallBank, after: str, line: Connection) -> Heard:
    """Sign in at the branch's terminal; a payment is heard of when its screen is told."""
    heard: Heard = {}

    class Till(TerminalApp):
        def _tell(self, events: tuple[Event, ...]) -> None:
            now_s = time.monotonic()
            heard.update({happened.subject: now_s for happened in events if happened.kind == "payment.final"})
            super()._tell(events)

    async def sit(memory: Path) -> None:
        till = Till(lambda: small.bank, state=memory, name_of_terminal="till", idle_s=0)
        till.memory.cursor = after
        async with hand_at(till, (80, 24)) as hand:
            await hand.sign_in("ann", PASSWORD)
            await hand.arrive(Home)
            line.send("ready")
            while len(heard) < PAYMENTS:
                await asyncio.sleep(0.5)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(sit(Path(folder)))
    return heard


def _rows(what: str, delays: list[float]) -> list[Row]:
    delays = sorted(delays)
    high_s = statistics.quantiles(delays, n=100)[94]
    return [
        Row(
            what=f"PostgreSQL: commit to {what}, 95th percentile",
            figure=f"{high_s * 1e3:.0f} ms",
            goal=f"{GOAL_S * 1e3:.0f} ms",
            missed=high_s > GOAL_S,
        ),
        Row(what=f"PostgreSQL: commit to {what}, median", figure=f"{statistics.median(delays) * 1e3:.0f} ms"),
        Row(
            what=f"PostgreSQL: commit to {what}, slowest of {len(delays):,}",
            figure=f"{delays[-1] * 1e3:.0f} ms",
        ),
    ]
