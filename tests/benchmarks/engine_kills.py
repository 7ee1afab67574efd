"""Kill several engines at random moments while a teller pays out and deposits come, and look at what is left.

    python -m tests.benchmarks.engine_kills --kills 200 --engines 3 --database postgresql

A killed engine is replaced at once. At the end every payment must be final, with one transaction on the chain and a
nonce of its own, without a gap; all books are compared with each other and with the chain.
"""

import argparse
import sys
import time
from contextlib import nullcontext
from random import Random

from tests.benchmarks.postgresql import running_postgresql
from tests.properties.engine_storm import Storm
from tests.properties.small_bank import template
from tokenpay.adapters.system import SystemEntropy

_PAYMENTS_OF_A_BANK, _KILLS_OF_A_BANK = 60, 20
"""After so many a new bank: what there is to compare grows."""


def main() -> int:
    arguments = argparse.ArgumentParser(description="Kill engines at random moments and prove what is left.")
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--engines", type=int, default=3)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--seed", type=int, default=time.time_ns())
    given = arguments.parse_args()
    random, began, killed, paid = Random(given.seed), time.monotonic(), 0, 0
    print(f"seed {given.seed}, {given.database}, {given.engines} engines", flush=True)
    server = nullcontext("") if given.database == "sqlite" else running_postgresql()
    with server as url:
        while killed < given.kills:
            with template(url).copy(entropy=SystemEntropy()) as small:
                kills = min(_KILLS_OF_A_BANK, given.kills - killed)
                storm = Storm(
                    small=small, engines=given.engines, payments=_PAYMENTS_OF_A_BANK, kills=kills, random=random
                )
                storm.blow()
                killed, paid = killed + storm.killed, paid + storm.payments
    print(f"{killed:>8,} engines killed")
    print(f"{paid:>8,} payments out, each final once and at a nonce of its own")
    print(f"{0:>8,} lost, doubled or unbalanced ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
