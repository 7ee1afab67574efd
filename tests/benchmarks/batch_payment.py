"""A batch of payments or requests against as many single ones: what one unit of work spares, by the same rules.

Wages: one debtor, another creditor in every order. Each round pays single ones and then whole batches, by turns in
either order, and compares the time of the processor for a payment. SQLite writes to a file with synchronous EXTRA.
PostgreSQL is on this machine; the CPU time of its server is not counted.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import tokenpay as tp
from tests.benchmarks import Row
from tests.benchmarks.book_payment import Spent
from tests.benchmarks.databases import DATABASES, Urls, bank_on
from tests.benchmarks.interleaved import spread
from tests.world import OUTSIDE, TOKEN, World, euro
from tokenpay.adapters.system import SystemEntropy

ROUNDS = 7
ORDERS = 1_000
SINGLE = 40
"""In each round so many payments are asked for one by one, and compared payment by payment."""

GOAL = 8
BOOKS, CHAIN = "in the books", "to the chain"


def run() -> list[Row]:
    """Take turns between single payments and batches, so that a busy machine slows both alike."""
    return [*_measured("SQLite", DATABASES["sqlite"]), *_measured("PostgreSQL", DATABASES["postgresql"])]


def _measured(database: str, urls: Urls) -> list[Row]:
    with bank_on(urls) as world:
        world.bank = replace(world.bank, entropy=SystemEntropy())
        world.endow(world.anna, 1_000_000)
        world.sweep()
        staff = [tp.enrol_customer(world.bank, name="N", by=world.tom, key=f"staff {n}") for n in range(ORDERS)]
        creditors = {BOOKS: [f"customer/{customer.id}" for customer in staff], CHAIN: [OUTSIDE] * ORDERS}
        found = []
        for rail, named in creditors.items():
            orders = [tp.PaymentOrder(debtor=f"customer/{world.anna.id}", creditor=it, amount=euro(1)) for it in named]
            rounds = _rounds(partial(_single, world, orders[:SINGLE]), partial(_batch, world, orders))
            found += _rows(f"{database}, {rail}", "payments", rounds, held=rail == BOOKS)
        asked = [tp.RequestOrder(payee=customer.id, asset=TOKEN, amount=euro(1)) for customer in staff]
        rounds = _rounds(partial(_ask_one_by_one, world, asked[:SINGLE]), partial(_ask_at_once, world, asked))
        return [*found, *_rows(database, "requests", rounds, held=False)]


def _rounds(single: Callable[[], None], batch: Callable[[], None]) -> list[dict[str, Spent]]:
    return [_round(single, batch, first="single" if n % 2 else "batch") for n in range(ROUNDS + 1)][1:]


def _round(single: Callable[[], None], batch: Callable[[], None], *, first: str) -> dict[str, Spent]:
    """Return what one order took, by itself and in a batch."""
    ways = {"single": partial(_spent, SINGLE, single), "batch": partial(_spent, ORDERS, batch)}
    return {name: ways[name]() for name in sorted(ways, key=lambda name: name != first)}


def _spent(payments: int, pay: Callable[[], None]) -> Spent:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    pay()
    return (time.process_time() - cpu_s) / payments, (time.perf_counter() - wall_s) / payments


def _single(world: World, orders: list[tp.PaymentOrder]) -> None:
    for order in orders:
        world.paid(1, creditor=str(order.creditor))


def _batch(world: World, orders: list[tp.PaymentOrder]) -> None:
    outcomes = tp.pay_batch(world.bank, orders=orders, by=world.tom, key=world.key())
    if not all(isinstance(outcome, tp.Payment) for outcome in outcomes):
        raise RuntimeError("not every order was paid")


def _ask_one_by_one(world: World, orders: list[tp.RequestOrder]) -> None:
    for order in orders:
        tp.issue_request(
            world.bank, payee=order.payee, asset=order.asset, amount=order.amount, by=world.tom, key=world.key()
        )


def _ask_at_once(world: World, orders: list[tp.RequestOrder]) -> None:
    outcomes = tp.issue_requests(world.bank, orders=orders, by=world.tom, key=world.key())
    if not all(isinstance(outcome, tp.PaymentRequest) for outcome in outcomes):
        raise RuntimeError("not every request was issued")


def _rows(where: str, orders: str, rounds: list[dict[str, Spent]], *, held: bool) -> list[Row]:
    found = []
    for which, kind in ((0, "CPU"), (1, "wall")):
        ratios = [each["single"][which] / each["batch"][which] for each in rounds]
        ratio, is_goal = statistics.median(ratios), held and kind == "CPU"
        found.append(
            Row(
                what=f"{where}: single {orders} to those of a batch, {kind} time",
                figure=f"{ratio:.2f}",
                spread=spread(ratios, "{:.2f}"),
                goal=f"{GOAL} or more" if is_goal else "",
                missed=is_goal and ratio < GOAL,
            )
        )
    for name in ("single", "batch"):
        cpu_s, wall_s = (statistics.median(each[name][which] for each in rounds) for which in (0, 1))
        found.append(
            Row(what=f"{where}: {name}, {orders}", figure=f"{cpu_s * 1e3:.2f} ms CPU, {wall_s * 1e3:.2f} ms wall")
        )
    return found
