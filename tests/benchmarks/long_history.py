"""Payments a second in a bank with a long history, against one with a short one.

`python -m tests.benchmarks.long_history --entries 10000000 [--database postgresql] [--folder DIR]`; among the other
benchmarks the history is shorter, since ten million entries take half an hour to make. It is copied in bulk from one
payment that was really made: all its rows in every table, each copy with an id of its own. The two banks take turns,
payment by payment and batch by batch; PostgreSQL is on this machine, and its work is in the wall time alone.
"""

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

import tokenpay as tp
from tests.benchmarks import Row
from tests.benchmarks.batch_payment import ORDERS
from tests.benchmarks.databases import DATABASES
from tests.benchmarks.interleaved import spread
from tests.world import World, euro, found_template, opened
from tokenpay.adapters.system import SystemEntropy
from tokenpay.store.guards import drop_guards, put_guards
from tokenpay.store.tables import metadata

SHORT, USUAL = 10_000, 300_000
ROUNDS = 15
GOAL = 0.85
CHUNK = 50_000
_CACHE_KIB = 4 * 1024 * 1024
SINGLE = 20
"""In each round so many payments are made one by one in each bank."""

_NUMBER = {"sqlite": "printf('%08x', {})", "postgresql": "lpad(to_hex({}), 8, '0')"}
_SERIES = {
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT :low UNION ALL SELECT i + 1 FROM s WHERE i < :high)",
    "postgresql": "WITH s AS (SELECT i FROM generate_series(CAST(:low AS bigint), CAST(:high AS bigint)) AS i)",
}
_TRANSFER = "SELECT id FROM transfers WHERE payment_id = :payment"
_MOVE_ACCOUNTS = (
    "UPDATE accounts SET version = version + :many WHERE id IN (SELECT account_id FROM entries"
    " JOIN transfers ON transfers.id = entries.transfer_id WHERE transfers.payment_id = :payment)"
)
_MOVE_HEAD = "UPDATE audit_heads SET seq = seq + :many WHERE stream = :stream"


def run() -> list[Row]:
    """Compare a history of a usual size on both databases."""
    return [row for database in sorted(DATABASES, reverse=True) for row in measured(database, USUAL, ROUNDS)]


def lengthen(world: World, entries: int) -> None:
    """Add a payment's rows so often that there are so many ledger entries more; two of a payment."""
    world.endow(world.anna, 1_000_000)
    payment, payments = world.paid(1, key="template"), entries // 2
    engine = world.bank.store.engine
    with engine.begin() as connection:
        events, audit = metadata.tables["outbox"], metadata.tables["audit_heads"]
        stream, seq = connection.execute(
            sa.select(audit.c.stream, audit.c.seq).where(audit.c.stream == world.tom.operator.branch)
        ).one()
        event = connection.execute(sa.select(sa.func.max(events.c.id))).scalar_one()
    which = {"payment": payment.id, "stream": stream, "seq": seq, "event": event}
    which |= {"founded_s": world.clock.now_s(), "payments": payments}
    _make_haste(engine)
    with engine.begin() as connection:
        drop_guards(connection)  # each row would be looked at by itself, as a payment's are
    for low in range(1, payments + 1, CHUNK):
        with engine.begin() as connection:
            for statement in _copies(engine.dialect.name):
                connection.execute(sa.text(statement), {**which, "low": low, "high": min(low + CHUNK - 1, payments)})
    with engine.begin() as connection:
        connection.execute(sa.text(_MOVE_ACCOUNTS), {**which, "many": payments})
        connection.execute(sa.text(_MOVE_HEAD), {**which, "many": payments})
        put_guards(connection)
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()  # what follows is measured as a bank's connections are


def _make_haste(engine: sa.Engine) -> None:
    """Let SQLite's connection wait for no disk, and keep the pages of its indexes."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        for pragma in ("synchronous = OFF", "journal_mode = MEMORY", f"cache_size = -{_CACHE_KIB}"):
            connection.cursor().execute(f"PRAGMA {pragma}")
        connection.close()


def _copies(dialect: str) -> list[str]:
    """Return a statement for each table that a payment writes; ids as of one payment a second, before the first."""
    second, number = (_NUMBER[dialect].format(count) for count in (":founded_s - :payments + s.i", "s.i"))
    id = f"{second} || '-0000-4000-8000-0000' || {number}"
    of_payment = "t.payment_id = :payment"
    changed: dict[str, tuple[str, dict[str, str]]] = {
        "keys": ("t.key = 'template'", {"key": id, "result_id": id}),
        "payments": ("t.id = :payment", {"id": id}),
        "approvals": (of_payment, {"payment_id": id}),
        "clearances": (of_payment, {"id": f"'CL-' || {id}", "payment_id": id}),
        "limit_uses": (of_payment, {"payment_id": id}),
        "transfers": (of_payment, {"id": f"'TR-' || {id}", "payment_id": id, "clearance_id": f"'CL-' || {id}"}),
        "entries": (f"t.transfer_id IN ({_TRANSFER})", {"transfer_id": f"'TR-' || {id}", "seq": "t.seq + s.i"}),
        "audit_records": ("t.stream = :stream AND t.seq = :seq", {"seq": "t.seq + s.i", "subject": id}),
        "outbox": ("t.id = :event", {"subject": id}),
    }
    statements = []
    for name, (which, new) in changed.items():
        columns = [column.name for column in metadata.tables[name].columns if (name, column.name) != ("outbox", "id")]
        values = ", ".join(new.get(column, f"t.{column}") for column in columns)
        into = f"INSERT INTO {name} ({', '.join(columns)})"
        select = f"SELECT {values} FROM s CROSS JOIN {name} t WHERE {which}"  # noqa: S608 - our own words
        series = _SERIES[dialect]
        statements.append(f"{series} {into} {select}" if dialect == "sqlite" else f"{into} {series} {select}")
    return statements


def rounds_of(short: World, long: World, rounds: int) -> list[dict[str, tuple[float, float]]]:
    """Return, round by round, how much of the short history's rate the long one has: (of CPU, of wall time)."""
    found = []
    for number in range(rounds + 1):
        ratios = {}
        for name, act in (("single", _singles), ("batch", _batch)):
            spent = {}
            for world in (short, long)[:: 1 if number % 2 else -1]:
                cpu_s, wall_s = time.process_time(), time.perf_counter()
                act(world)
                spent[id(world)] = (time.process_time() - cpu_s, time.perf_counter() - wall_s)
            few, many = spent[id(short)], spent[id(long)]
            ratios[name] = (few[0] / many[0], few[1] / many[1])
        if number:
            found.append(ratios)
    return found


def _singles(world: World) -> None:
    for _ in range(SINGLE):
        world.paid(1)


def _batch(world: World) -> None:
    order = tp.PaymentOrder(
        debtor=f"customer/{world.anna.id}", creditor=f"customer/{world.boris.id}", amount=euro(1)
    )  # fmt: skip
    tp.pay_batch(world.bank, orders=[order] * ORDERS, by=world.tom, key=world.key())


def main() -> int:
    """Return the exit code: 0, or 1 where the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--database", choices=sorted(DATABASES), default="sqlite")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, help="where the two banks are made, and taken away again")
    given = parser.parse_args()
    rows = measured(given.database, given.entries, given.rounds, folder=given.folder)
    for row in rows:
        print(f"{row.what}: {row.figure} ({row.spread})")
    return int(any(row.missed for row in rows))


def measured(database: str, entries: int, rounds: int, *, folder: Path | None = None) -> list[Row]:
    """Return how much of the short history's rate one of so many entries has, of single payments and of batches."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tokenpay-long-", dir=folder)))
        urls = stack.enter_context(DATABASES[database](place, ("founded", "short", "long")))
        template = found_template(place / "founded", urls[0])
        worlds: list[World] = []
        for name, url, length in zip(("short", "long"), urls[1:], (SHORT, entries), strict=True):
            (place / name).mkdir()
            world = stack.enter_context(opened(template, place / name, url))
            world.bank = replace(world.bank, entropy=SystemEntropy())
            began = time.perf_counter()
            lengthen(world, length)
            print(f"{length:,} entries made in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
            worlds.append(world)
        found = rounds_of(worlds[0], worlds[1], rounds)
    rows = []
    for name in ("single", "batch"):
        for which, kind in ((0, "CPU"), (1, "wall")):
            ratios = [each[name][which] for each in found]
            ratio, is_goal = statistics.median(ratios), kind == "wall"
            rows.append(
                Row(
                    what=f"{database}: {name} payments at {entries:,} entries to those at {SHORT:,}, {kind} time",
                    figure=f"{ratio:.2f}",
                    spread=spread(ratios, "{:.2f}"),
                    goal=f"{GOAL} or more" if is_goal else "",
                    missed=is_goal and ratio < GOAL,
                )
            )
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
