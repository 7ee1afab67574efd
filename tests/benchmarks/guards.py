"""Take each guard of the gate away, one at a time, and see which test fails.

    python -m tests.benchmarks.guards
    python -m tests.benchmarks.guards --of tokenpay/compliance --tests tests/unit/compliance

The guards are those of `steps/clear.py`, of what it counts and asks, and of the rules of the policy. A test that runs
the guard's function must fail without it. Sources are never written.
"""

import argparse
import math
import sys
import time

from tests.benchmarks.mutants import Outcome, Tests, _settle, _Slot, _source, _traces, _tried, told
from tests.mutation.guards import FILES, guards

TESTS = (
    "tests/unit/compliance",
    "tests/integration/operations/test_consent.py",
    "tests/integration/operations/test_edges.py",
    "tests/integration/operations/test_exchange.py",
    "tests/integration/operations/test_hostile.py",
    "tests/integration/operations/test_outgoing.py",
    "tests/integration/operations/test_pay.py",
    "tests/integration/operations/test_policy_limits.py",
    "tests/integration/operations/test_signer.py",
)


def main() -> int:
    """Return the exit code: 1 where a guard was missed by every test."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.guards", description="Guards, each missed?")
    parser.add_argument("--of", default="", metavar="PATH", help="only guards of files that begin with this")
    parser.add_argument("--tests", nargs="+", default=TESTS, metavar="PATH")
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    began = time.perf_counter()
    _settle()
    chosen = [guard for path in FILES if path.startswith(given.of) for guard in guards(path, _source(path))]
    of = {guard.id: guard for guard in chosen}
    slots = [_Slot(given.tests) for _ in range(given.processes)]
    outcomes: list[Outcome] = []
    try:
        tests = Tests(_traces(slots, None), math.inf)
        for outcome in _tried(slots, chosen, tests, math.inf):
            outcomes.append(outcome)
            print(told(outcome, of[outcome.id]), flush=True)
    finally:
        for slot in slots:
            slot.end()
    missed = sum(bool(outcome.by) for outcome in outcomes)  # by a test that failed: no other end proves anything
    print(f"{missed} of {len(chosen)} guards are missed by a test, in {time.perf_counter() - began:,.0f} s")
    return int(missed < len(chosen))


if __name__ == "__main__":
    sys.exit(main())
