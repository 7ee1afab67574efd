"""Kill a bank's process at random moments of its day, and cut it off at every step, and look at what is left.

    python -m tests.benchmarks.kills --kills 1000 --database postgresql

After each kill the bank is opened again, every call that was answered is looked up, the day is told again
under the same keys to its end, and all balances, both books and the chain are compared.
"""

import argparse
import sys
import time
from contextlib import nullcontext
from random import Random

from tests.benchmarks.postgresql import running_postgresql
from tests.properties.crashes import cut_day, kill_day, steps_of_a_day, world_of
from tests.properties.small_bank import template

_DAYS_OF_A_BANK = 20
"""After so many days a new bank: what there is to compare grows with the days."""


def main() -> int:
    arguments = argparse.ArgumentParser(description="Kill a bank at random moments and prove what is left.")
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--cuts", type=int, default=0, help="cut off at so many steps spread over the day as well")
    arguments.add_argument("--every-step", action="store_true", help="cut off at every step of the day, once each")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--within-s", type=float, default=1.0, help="a kill comes at most so late in the day")
    arguments.add_argument("--seed", type=int, default=time.time_ns())
    given = arguments.parse_args()
    random, began, running = Random(given.seed), time.monotonic(), 0
    print(f"seed {given.seed}, {given.database}", flush=True)
    server = nullcontext("") if given.database == "sqlite" else running_postgresql()
    with server as url:
        for first in range(0, given.kills, _DAYS_OF_A_BANK):
            with world_of(template(url)) as world:
                for number in range(first, min(first + _DAYS_OF_A_BANK, given.kills)):
                    running += kill_day(world, number, random, given.within_s)
        with world_of(template(url)) as world:
            steps = steps_of_a_day(world)
        cuts = steps if given.every_step else given.cuts
        for first in range(0, cuts, _DAYS_OF_A_BANK):
            with world_of(template(url)) as world:
                for number in range(first, min(first + _DAYS_OF_A_BANK, cuts)):
                    cut_day(world, number, 1 + (number * steps) // cuts)
    print(f"{given.kills:>8,} kills, {running:,} of them in the middle of the day")
    print(f"{cuts:>8,} cuts at a counted step, of {steps:,} in a day")
    print(f"{0:>8,} answers lost, payments doubled, books unbalanced ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
