"""One book payment through the whole path, against its bare rows: the price of the gate, the rules and the audit.

The rows are those that `pay` locks and writes, in one transaction, by statements built beforehand: through
SQLAlchemy Core, and through the driver alone. What `pay` reads besides is part of its price. SQLite writes to
a file with synchronous EXTRA. PostgreSQL is on this machine; the CPU time of its server is not counted.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa

from tests.benchmarks import Row
from tests.benchmarks.bare_rows import STATEMENTS, BareRows, Driver, core
from tests.benchmarks.databases import DATABASES, Urls, bank_on
from tests.benchmarks.interleaved import spread
from tests.world import World
from tokenpay.store.tables import metadata

ROUNDS = 15
PAYMENTS = 40
"""In each round each way makes this many payments, one after the other."""

GOAL = 3
Spent = tuple[float, float]
"""Seconds of CPU and of wall time for one payment."""


def run() -> list[Row]:
    """Take turns between the three ways, so that a busy machine slows all alike, and compare round by round."""
    return [*_measured("SQLite", DATABASES["sqlite"]), *_measured("PostgreSQL", DATABASES["postgresql"])]


def _measured(database: str, urls: Urls) -> list[Row]:
    with ExitStack() as stack:
        world = stack.enter_context(bank_on(urls))
        ways = stack.enter_context(_ways(world))
        rounds = [{name: _spent(way) for name, way in ways.items()} for _ in range(ROUNDS)]
    found = []
    for other in ("prebuilt SQLAlchemy Core", "bare driver"):
        for which, kind in ((0, "CPU"), (1, "wall")):
            ratios = [each["pay"][which] / each[other][which] for each in rounds]
            ratio = statistics.median(ratios)
            held = kind == "CPU" and "Core" in other
            found.append(
                Row(
                    what=f"{database}: pay to {other}, {kind} time",
                    figure=f"{ratio:.2f}",
                    spread=spread(ratios, "{:.2f}"),
                    goal=str(GOAL) if held else "",
                    missed=held and ratio > GOAL,
                )
            )
    for name in ways:
        cpu_s, wall_s = (statistics.median(each[name][which] for each in rounds) for which in (0, 1))
        found.append(Row(what=f"{database}: {name}", figure=f"{cpu_s * 1e3:.2f} ms CPU, {wall_s * 1e3:.2f} ms wall"))
    return found


def _spent(way: Callable[[], None]) -> Spent:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    for _ in range(PAYMENTS):
        way()
    return (time.process_time() - cpu_s) / PAYMENTS, (time.perf_counter() - wall_s) / PAYMENTS


@contextmanager
def _ways(world: World) -> Iterator[dict[str, Callable[[], None]]]:
    """Yield the ways to make one payment, each warm and each shown to write the same rows."""
    engine = world.bank.store.engine
    world.endow(world.anna, 1_000_000)
    payment = world.paid(1)
    with engine.connect() as connection:
        rows = BareRows(connection, payment.id)
    driver = Driver(engine, {name: list(rows.one(name)) for name in STATEMENTS if name in metadata.tables})

    def through_core() -> None:
        with core(engine) as execute:
            rows.pay(execute, "c")

    def through_driver() -> None:
        with driver.transaction() as execute:
            rows.pay(execute, "d")

    ways = {"pay": lambda: _pay(world), "prebuilt SQLAlchemy Core": through_core, "bare driver": through_driver}
    written = [_written(engine, way) for way in ways.values()]
    if not written[0] == written[1] == written[2]:
        raise RuntimeError(f"the ways do not write the same rows: {written}")
    for way in ways.values():
        _spent(way)
    yield ways
    driver.connection.close()


def _pay(world: World) -> None:
    world.paid(1)


def _written(engine: sa.Engine, way: Callable[[], None]) -> Counter[str]:
    """Return how many rows a payment adds to each table."""

    def rows() -> Counter[str]:
        with engine.connect() as connection:
            counts = {
                t.name: connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in metadata.sorted_tables
            }
        return Counter({name: count or 0 for name, count in counts.items()})

    before = rows()
    way()
    return rows() - before
