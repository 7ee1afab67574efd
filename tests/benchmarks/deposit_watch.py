"""Deposits matched a second in a bank with the addresses of a whole country's requests, against one with a thousand.

`python -m tests.benchmarks.deposit_watch [--addresses N] [--rounds R] [--database postgresql]`. Both banks watch the
same stream of transfers: most go to strangers, some to requests anywhere among those that were issued. The two take
turns, a watch each, and the time is that of the processor; PostgreSQL is on this machine and its work is not counted.
The requests are copies of one that was really issued, each with a reference, an index and an address of its own. Those
that get a deposit have the address of their index; the others' are drawn, since nobody asks whose they are. Peak memory
is that of one watch's own objects.
"""

import argparse
import statistics
import sys
import time
import tracemalloc
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from random import Random

import sqlalchemy as sa

import tokenpay as tp
from tests.benchmarks import Row
from tests.benchmarks.databases import DATABASES, bank_on
from tests.benchmarks.interleaved import spread
from tests.world import CHAIN_ID, CONTRACT, World, euro
from tokenpay.requests.reference import reference_id
from tokenpay.store.tables import requests
from tokenpay.wallets.hd import ExtendedPublicKey

MANY, FEW = 855_000, 1_000
ROUNDS = 15
BLOCKS, OURS, STRANGERS = 2, 20, 180
"""What one watch takes in: so many blocks, each with so many transfers to the bank's requests and to others."""
_STRIDE = 7_919
"""Prime: deposits spread over all requests, each to one that had none; so either bank opens as many accounts."""
GOAL, MOST_MEMORY = 0.9, 1.1
_CHUNK = 20_000


def run() -> list[Row]:
    """Compare both banks on SQLite, in a file with synchronous EXTRA."""
    return measured(MANY, ROUNDS, "sqlite")


def measured(many: int, rounds: int, database: str) -> list[Row]:
    """Fill two banks, let both watch the same stream by turns, and then twice more for the memory."""
    with ExitStack() as stack:
        worlds = {count: stack.enter_context(bank_on(DATABASES[database])) for count in (FEW, many)}
        deposits = (rounds + 3) * BLOCKS * OURS
        banks = {count: Issued(world=world, paid=issue(world, count, deposits)) for count, world in worlds.items()}
        found = [_round(banks, number) for number in range(rounds + 1)][1:]
        peaks = {count: min(_peak(bank, rounds + n) for n in (1, 2)) for count, bank in banks.items()}
    ratios = [each[FEW] / each[many] for each in found]
    rate, memory = statistics.median(ratios), peaks[many] / peaks[FEW]
    rows = [
        Row(
            what=f"deposits matched a second with {many:,} addresses, to those with {FEW:,}",
            figure=f"{rate:.2f}",
            spread=spread(ratios, "{:.2f}"),
            goal=f"{GOAL} or more",
            missed=rate < GOAL,
        ),
        Row(
            what=f"peak memory of a watch with {many:,} addresses, to that with {FEW:,}",
            figure=f"{memory:.2f}",
            goal=f"{MOST_MEMORY} or less",
            missed=memory > MOST_MEMORY,
        ),
    ]
    for count in worlds:
        seconds = statistics.median(each[count] for each in found)
        figure = f"{BLOCKS * OURS / seconds:,.0f} a second, {peaks[count] / 1024:,.0f} KiB"
        rows.append(Row(what=f"{count:,} addresses: deposits matched", figure=figure))
    return rows


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A bank with all its requests, and the addresses that get deposits, in their order."""

    world: World
    paid: list[tp.Address]


def issue(world: World, count: int, deposits: int) -> list[tp.Address]:
    """Enter so many requests at once, as copies of one that is issued; return where the deposits will go."""
    issued = world.request(None, expires_in_s=300 * 86_400)
    engine = world.bank.store.engine
    with world.bank.store.read() as uow:
        parent = ExtendedPublicKey.parse(uow.facts.get("deposit_xpub"))
        row = uow.connection.execute(sa.select(requests).where(requests.c.id == issued.id)).one()._mapping
    first = row["deposit_index"] + 1
    order = [nth * _STRIDE % count for nth in range(deposits)]
    paid = {n: parent.child_address(first + n) for n in order}
    for low in range(0, count, _CHUNK):
        copies = [
            {
                **row,
                "id": _reference(n),
                "deposit_index": first + n,
                "deposit_address": (paid.get(n) or tp.Address(sha256(f"deposit {n}".encode()).digest()[:20])).text,
            }
            for n in range(low, min(low + _CHUNK, count))
        ]
        with engine.begin() as connection:
            connection.execute(sa.insert(requests), copies)
    last = tp.get_request(world.bank, _reference(order[-1]), by=world.tom).request
    if last.deposit_address != paid[order[-1]] or last.asset != issued.asset:
        raise RuntimeError("a copied request does not read like a real one")
    return [paid[n] for n in order]


def _reference(number: int) -> str:
    return reference_id(sha256(f"request {number}".encode()).digest()[:16])


def _round(banks: dict[int, Issued], number: int) -> dict[int, float]:
    """Return the CPU seconds of one watch in each bank; every other round goes the other way about."""
    return {count: _watch(banks[count], number) for count in list(banks)[:: 1 if number % 2 else -1]}


def _watch(bank: Issued, number: int) -> float:
    _mine(bank, number)
    began = time.process_time()
    watched = tp.watch(bank.world.bank, chain_id=CHAIN_ID, by=bank.world.engine)
    spent = time.process_time() - began
    if (watched.blocks, watched.deposits, watched.behind) != (BLOCKS, BLOCKS * OURS, 0):
        raise RuntimeError(f"not every deposit was matched: {watched}")
    return spent


def _peak(bank: Issued, number: int) -> int:
    _mine(bank, number)
    tracemalloc.start()
    try:
        tp.watch(bank.world.bank, chain_id=CHAIN_ID, by=bank.world.engine)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _mine(bank: Issued, number: int) -> None:
    """Make the blocks of one watch: as many transfers in either bank, in an order of their own."""
    random, chain = Random(number), bank.world.chain
    for block in range(BLOCKS * number, BLOCKS * (number + 1)):
        ours = bank.paid[OURS * block : OURS * (block + 1)]
        recipients = [*ours, *(tp.Address(random.randbytes(20)) for _ in range(STRANGERS))]
        random.shuffle(recipients)
        for recipient in recipients:
            chain.deposit(CONTRACT, recipient, euro(1).units)
        bank.world.mine()
        chain.forget_states(8)


def main() -> int:
    arguments = argparse.ArgumentParser(description="Compare how fast deposits are matched with many addresses.")
    arguments.add_argument("--addresses", type=int, default=MANY)
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--database", choices=sorted(DATABASES), default="sqlite")
    given = arguments.parse_args()
    if (given.rounds + 3) * BLOCKS * OURS > min(FEW, given.addresses):
        arguments.error("there are not so many requests that had no deposit")
    rows = measured(given.addresses, given.rounds, given.database)
    for row in rows:
        print(f"{row.what}: {row.figure} {row.spread} {'(missed)' if row.missed else ''}".rstrip())
    return int(any(row.missed for row in rows))


if __name__ == "__main__":
    sys.exit(main())
