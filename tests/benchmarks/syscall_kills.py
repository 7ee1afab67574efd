"""Kill a payment at every system call that it makes, or at random ones, and look at what is left.

    python -m tests.benchmarks.syscall_kills --path book --database postgresql
    python -m tests.benchmarks.syscall_kills --path chain --every 10
    python -m tests.benchmarks.syscall_kills --path book --kills 100000 --seed 1 --most-s 3600

A worker, forked from a warm parent, makes one payment and stops before each of its calls; there it is killed with
SIGKILL. After each kill the database is reached anew, what was answered is looked up, the payment is made again under
the same key, and it must stand there once: rows, balances, events and audit records are counted. All books are replayed
and compared with the chain before that where it is killed at every call, and for every bank of 50 payments at random.
"""

import argparse
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice, takewhile
from random import Random

from tests import shared_statements
from tests.benchmarks.postgresql import running_postgresql
from tests.properties.crashes import world_of
from tests.properties.payment_path import BookPayment, ChainPayment, Path, calls_of, cut
from tests.properties.small_bank import template
from tests.traced import why_not

PATHS: dict[str, type[Path]] = {"book": BookPayment, "chain": ChainPayment}
_KILLS_OF_A_BANK = 50


def main() -> int:
    arguments = argparse.ArgumentParser(description="Kill a payment at its system calls and prove what is left.")
    arguments.add_argument("--path", choices=PATHS, default="book")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--every", type=int, default=1, help="at each so manieth call")
    arguments.add_argument("--first", type=int, default=0, help="go on from this call, where a run was broken off")
    arguments.add_argument("--kills", type=int, default=0, help="so many at random calls instead")
    arguments.add_argument("--seed", type=int, default=time.time_ns())
    arguments.add_argument("--most-s", type=float, default=float("inf"), help="stop after so many seconds")
    given = arguments.parse_args()
    if lacking := why_not():
        print(f"no worker can be traced here: it needs {lacking}", file=sys.stderr)
        return 2
    shared_statements.remember()
    began_s, used_s, killed = time.monotonic(), cpu_s(), Counter[str]()
    server = nullcontext("") if given.database == "sqlite" else running_postgresql()
    with server as url:
        calls = _calls(PATHS[given.path], url)
        print(f"{calls:>8,} system calls: a payment of the path {given.path!r} on {given.database}", flush=True)
        points = (
            _random(calls, given.kills, given.seed) if given.kills else iter(range(given.first, calls, given.every))
        )
        points = takewhile(lambda _: time.monotonic() - began_s < given.most_s, points)
        while part := list(islice(points, _KILLS_OF_A_BANK)):
            with bank(PATHS[given.path], url) as path:
                killed.update(cut(path, point, whole=not given.kills) for point in part)
    over = killed.pop("", 0)
    print(f"{killed.total():>8,} kills before a call" + (f", {over:,} when it was over" if over else ""))
    print("         " + ", ".join(f"{name} {times:,}" for name, times in killed.most_common()))
    print(f"{0:>8,} answers lost, payments doubled, books unbalanced")
    print(f"{cpu_s() - used_s:>8,.0f} s of CPU, {time.monotonic() - began_s:,.0f} s in all")
    return 0


def _calls(way: type[Path], url: str) -> int:
    """How many calls such a payment makes: one or two more or fewer the next time, where it waits for a server."""
    with bank(way, url) as path:
        return max(len(calls_of(path)) for _ in range(3))


def _random(calls: int, kills: int, seed: int) -> Iterator[int]:
    print(f"    seed {seed}")
    random = Random(seed)
    return (random.randrange(calls) for _ in range(kills))


@contextmanager
def bank(way: type[Path], url: str) -> Iterator[Path]:
    with world_of(template(url)) as world:
        path = way(small=world.small)
        gc.collect()
        gc.freeze()  # a worker that collects would copy all that it shares with this process
        yield path
        path.end()
        gc.unfreeze()


def cpu_s() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


if __name__ == "__main__":
    sys.exit(main())
