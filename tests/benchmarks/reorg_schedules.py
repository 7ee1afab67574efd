"""Live random schedules of reorgs: days on which blocks come and go while money comes and leaves.

    python -m tests.benchmarks.reorg_schedules --schedules 10000 --first 1

Each schedule is a day of the simulated bank on a chain whose blocks are final under six others. A third of its steps
begin with a reorg of random depth, up to finality, that keeps the transactions and deposits of the blocks that it
takes, or not; and what people do is mostly what a chain sees. After every step all invariants of the simulator hold.
"""

import argparse
import sys
from collections import Counter
from dataclasses import replace

from tokenpay.testing.simulator import ACTS, FAULTS, Simulation
from tokenpay.testing.simulator.report import Report

_OFTEN = {
    "request": 20,
    "pay out": 20,
    "pay request": 5,
    "refund": 4,
    "mine": 25,
    "deposit": 20,
    "turn": 35,
}
"""How often these are done; all else as on other days, but for payments in the books alone."""
_NEVER = ("pay", "wages")


def schedule(seed: int, *, acts: int = 50) -> Simulation:
    """One random schedule; the same seed, the same one."""
    done = [replace(act, weight=_OFTEN.get(act.name, act.weight)) for act in ACTS if act.name not in _NEVER]
    faults = [fault for fault in FAULTS if fault.name == "reorg"]
    return Simulation(seed=seed, acts_a_day=acts, acts=done, faults=faults, fault_chance=1 / 3, confirmations=6)


def main() -> int:
    """Return the exit code: 1 where an invariant broke."""
    arguments = argparse.ArgumentParser(description="Live random schedules of reorgs and prove the books.")
    arguments.add_argument("--schedules", type=int, default=100)
    arguments.add_argument("--first", type=int, default=1, help="the first one's seed")
    given = arguments.parse_args()
    faults: Counter[str] = Counter()
    happened: Counter[str] = Counter()
    reports: list[Report] = []
    for seed in range(given.first, given.first + given.schedules):
        report = schedule(seed).run()
        if report.failure is not None:
            print(*report.failure.lines, sep="\n")
            print(f"schedule {seed} breaks after step {report.failure.step}: {report.failure.message}")
            return 1
        reports.append(replace(report, happened=Counter(), faults=Counter()))
        faults, happened = faults + report.faults, happened + report.happened
        if len(reports) % 100 == 0:
            print(f"{len(reports):>9,} schedules, {faults.total():,} reorgs", file=sys.stderr, flush=True)
    for counted in (happened, faults):
        for name, number in sorted(counted.items()):
            print(f"{number:>9,}  {name}")
    print(f"{sum(report.steps for report in reports):>9,}  steps, {sum(r.payments for r in reports):,} payments")
    print(f"{len(reports):>9,}  schedules from {given.first} on, {sum(r.cpu_s for r in reports):.0f} s of CPU time")
    print(f"{0:>9,}  wrong credits, wrong sends, books unbalanced")
    return 0


if __name__ == "__main__":
    sys.exit(main())
