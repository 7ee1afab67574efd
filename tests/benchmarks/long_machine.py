"""The state machine of tests/properties/money_machine.py for as long as you like.

    python -m tests.benchmarks.long_machine --examples 2000 --steps 80 --database postgresql

An example is a bank and a random history of it; the books are checked after every step. Prints what
became of all payments and deposits, so that one sees what was met.
"""

import argparse
import sys
import time
from contextlib import nullcontext

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.benchmarks.postgresql import running_postgresql
from tests.properties.money_machine import MoneyMachine
from tests.properties.small_bank import template


def main() -> int:
    arguments = argparse.ArgumentParser(description="Run random histories of a small bank and check its books.")
    arguments.add_argument("--examples", type=int, default=200)
    arguments.add_argument("--steps", type=int, default=60)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--no-shrink", action="store_true", help="stop at the first failure as it is")
    given = arguments.parse_args()
    began = time.process_time()
    server = nullcontext("") if given.database == "sqlite" else running_postgresql()
    with server as url:

        class Machine(MoneyMachine):
            template = template(url)

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=given.examples,
                stateful_step_count=given.steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
                database=None,
                phases=[Phase.generate] if given.no_shrink else [Phase.generate, Phase.shrink],
            ),
        )
    print(f"{given.database}: {given.examples} histories of up to {given.steps} steps, no invariant broken;", end=" ")
    print(f"{time.process_time() - began:.0f} s of CPU")
    for what, count in sorted(Machine.seen.items()):
        print(f"{count:>8,} {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
