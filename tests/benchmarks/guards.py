"""Take each guard of the gate away, one at a time, and see which test fails.

    python -m tests.benchmarks.guards
    python -m tests.benchmarks.guards --of tokenpay/compliance --tests tests/unit/compliance

The guards are those of `steps/clear.py`, of what it counts and asks, and of the rules of the policy. A test that runs
the guard's function must fail without it: first those that ought to are asked, then the others. Sources are never
written.
"""

import argparse
import math
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.mutants import Tests, _settle, _Slot, _source, _traces, _tried, told
from tests.mutation.guards import FILES, guards
from tests.mutation.operators import Mutant

_VERBS = "tests/integration/operations"
_RULES = ("tests/unit/compliance/test_policy.py", "tests/unit/compliance/test_limits.py")
_SIGNED = tuple(f"{_VERBS}/test_{name}.py" for name in ("check_approvals", "passkeys", "self_service"))
OUGHT = {
    "tokenpay/steps/check_approvals.py": _SIGNED,
    "tokenpay/steps/clear.py": (
        *(f"{_VERBS}/test_{name}.py" for name in ("hostile", "names", "passkeys", "pay", "policy_limits", "risk")),
        *(f"{_VERBS}/test_{name}.py" for name in ("self_service", "travel_rule")),
        f"{_VERBS}/test_deposits.py::test_minted_tokens_have_no_sender_to_screen_and_need_two_people",
    ),
    "tokenpay/steps/count_limits.py": (f"{_VERBS}/test_policy_limits.py",),
    "tokenpay/steps/check_rekeyed.py": (f"{_VERBS}/test_policy_limits.py",),
    **{path: _RULES for path in FILES if path.startswith("tokenpay/compliance")},
}
"""Tests that are about what a file guards."""
OTHERS = (
    "tests/unit/compliance",
    *(f"{_VERBS}/test_{name}.py" for name in ("consent", "edges", "exchange", "hostile", "names", "outgoing", "pay")),
    *(f"{_VERBS}/test_{name}.py" for name in ("passkeys", "policy_limits", "risk", "self_service", "signer")),
    f"{_VERBS}/test_travel_rule.py",
)


def main() -> int:
    """Return the exit code: 1 where a guard was missed by no test."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.guards", description="Guards, each missed?")
    parser.add_argument("--of", default="", metavar="PATH", help="only guards whose name, path:line, begins with this")
    parser.add_argument(
        "--tests", nargs="+", metavar="PATH", help="instead of those that ought to fail, and all others"
    )
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    began = time.perf_counter()
    _settle()
    chosen = {path: [it for it in guards(path, _source(path)) if it.id.startswith(given.of)] for path in FILES}
    alike: dict[Sequence[str], list[Mutant]] = {}
    for path, some in ((path, some) for path, some in chosen.items() if some):
        alike.setdefault(tuple(given.tests or OUGHT[path]), []).extend(some)
    left: list[Mutant] = []
    for tests, some in alike.items():
        left += _unmissed(some, tests, processes=given.processes, last=bool(given.tests))
    if left and not given.tests:
        left = _unmissed(left, OTHERS, processes=given.processes, last=True)
    count = sum(map(len, chosen.values()))
    print(f"{count - len(left)} of {count} guards are missed by a test, in {time.perf_counter() - began:,.0f} s")
    return int(bool(left))


def _unmissed(some: Sequence[Mutant], tests: Sequence[str], *, processes: int, last: bool) -> list[Mutant]:
    """Try these tests, tell what became of each guard, and return those that none of them misses.

    Only a test that failed says that a guard is missed: no other end proves anything. `last`: nobody else is asked.
    """
    of = {guard.id: guard for guard in some}
    slots = [_Slot(tests) for _ in range(processes)]
    left = []
    try:
        for outcome in _tried(slots, some, Tests(_traces(slots, None), math.inf), math.inf):
            if not outcome.by:
                left.append(of[outcome.id])
            if outcome.by or last:
                print(told(outcome, of[outcome.id]), flush=True)
    finally:
        for slot in slots:
            slot.end()
    return left


if __name__ == "__main__":
    sys.exit(main())
