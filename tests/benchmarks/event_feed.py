"""From a commit to 16 readers that wait for it, each a process as a till is, on PostgreSQL on this machine.

A reader waits with `wait_for_events`, and a teller pays in the books at even intervals. The delay begins before the
commit is sent and ends when a reader holds the event; every reader hears of every payment, or the run fails.
"""

import os
import statistics
import time
from multiprocessing.connection import Connection

from sqlalchemy import event

from tests.benchmarks import Row
from tests.benchmarks.postgresql import running_postgresql
from tests.forked import forked
from tests.properties.small_bank import SmallBank, template, units
from tokenpay.adapters.system import SystemEntropy
from tokenpay.operations.pay import pay
from tokenpay.operations.read import newest_event
from tokenpay.operations.wait_for_events import wait_for_events
from tokenpay.payments.payment import Payment

READERS, PAYMENTS, EVERY_S = 16, 80, 0.2
GOAL_S = 0.1
_PATIENCE_S = 60.0

Heard = dict[str, float]
"""When each payment was sent or heard of, by the clock that all processes of a machine share."""


def run() -> list[Row]:
    """Measure every delay of every reader."""
    with running_postgresql() as url, template(url).copy(entropy=SystemEntropy()) as small:
        cursor = newest_event(small.bank, by=small.sessions["ann"])
        small.close()
        lines = [_start(small, cursor) for _ in range(READERS)]
        for _, line in lines:
            assert line.recv() == "ready"
        small.open()
        sent = _pay(small)
        heard: list[Heard] = [line.recv() for _, line in lines]
        for process, _ in lines:
            os.waitpid(process, 0)
    delays = sorted(of_one[payment] - sent_s for of_one in heard for payment, sent_s in sent.items())
    high_s = statistics.quantiles(delays, n=100)[94]
    return [
        Row(
            what=f"PostgreSQL: commit to {READERS} readers, 95th percentile",
            figure=f"{high_s * 1e3:.0f} ms",
            goal=f"{GOAL_S * 1e3:.0f} ms",
            missed=high_s > GOAL_S,
        ),
        Row(
            what=f"PostgreSQL: commit to {READERS} readers, median", figure=f"{statistics.median(delays) * 1e3:.0f} ms"
        ),
        Row(
            what=f"PostgreSQL: commit to {READERS} readers, slowest of {len(delays):,}",
            figure=f"{delays[-1] * 1e3:.0f} ms",
        ),
    ]


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


def _start(small: SmallBank, cursor: str) -> tuple[int, Connection]:
    """Read in another process until every payment was heard of; it says when it begins, and then what it heard."""

    def work(line: Connection) -> None:
        small.open()
        line.send("ready")
        heard: Heard = {}
        after = cursor
        while len(heard) < PAYMENTS:
            found = wait_for_events(small.bank, after=after, by=small.sessions["ann"], timeout_s=_PATIENCE_S)
            now_s = time.monotonic()
            assert found, "nothing was heard"
            after = found[-1].cursor
            heard |= {happened.subject: now_s for happened in found if happened.kind == "payment.final"}
        line.send(heard)

    return forked(work)
