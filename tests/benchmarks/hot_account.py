"""Let many processes pay from one account until its limits and its money are used up, and prove what is left.

    python -m tests.benchmarks.hot_account --processes 64 --attempts 1000000 --database postgresql
    python -m tests.benchmarks.hot_account --processes 64 --attempts 1000000 --lines 50 --database postgresql

On the first of two days the account's limit stops the payers, on the second its balance; one call of eight asks
again under a key that was used before, by any process. No payment may be lost, doubled or past limit or balance, and
each key has one answer. With `--lines` half of the calls are batches, and each of their lines is an attempt. Units of
work run under PostgreSQL's own level, READ COMMITTED, unless another is named.
"""

import argparse
import sys
import time
from contextlib import nullcontext

from tests.benchmarks.postgresql import running_postgresql
from tests.properties.hot_account import HotAccount
from tests.properties.small_bank import template
from tokenpay.adapters.system import SystemEntropy

_LEVELS = {"read_committed": "read committed", "repeatable_read": "repeatable read", "serializable": "serializable"}


def main() -> int:
    arguments = argparse.ArgumentParser(description="Pay from one account in many processes and prove what is left.")
    arguments.add_argument("--processes", type=int, default=8)
    arguments.add_argument("--attempts", type=int, default=1_000)
    arguments.add_argument("--lines", type=int, default=0, help="half of the calls are batches of so many payments")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--isolation", choices=sorted(_LEVELS), help="PostgreSQL's level, where not its own")
    arguments.add_argument("--minutes", type=float, help="end after so long, whatever was done")
    arguments.add_argument("--seed", type=int, default=time.time_ns())
    given = arguments.parse_args()
    if given.isolation and given.database == "sqlite":
        arguments.error("SQLite has one writer at a time and no levels")
    print(f"seed {given.seed}, {given.database}, {given.processes} processes", flush=True)
    server = nullcontext("") if given.database == "sqlite" else running_postgresql()
    with server as url, template(url).copy(entropy=SystemEntropy()) as small:
        hot = HotAccount(
            small=small,
            processes=given.processes,
            attempts=given.attempts,
            seed=given.seed,
            lines=given.lines,
            isolation=_LEVELS.get(given.isolation, ""),
        )
        if given.minutes is not None:
            hot.most_s = 60 * given.minutes
        hot.run()
    level = f", {hot.told.isolation}" if hot.told.isolation else ""
    print(f"{hot.made:>10,} attempts ({hot.made / hot.took_s:.0f} a second{level})")
    for outcome, times in sorted(hot.told.outcomes.items()):
        print(f"{times:>10,} {outcome}")
    print(f"{hot.paid_units.total():>10,} units paid; the account, its limits and the answers agree with that exactly")
    print(f"{0:>10,} overspent, over a limit, lost, doubled or unbalanced")
    return 0


if __name__ == "__main__":
    sys.exit(main())
