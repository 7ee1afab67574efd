"""The tool that changes the ledger and the gate by one small thing tells whether a test notices.

A sample of all mutants: python -m tests.benchmarks.mutants --sample 1000 --seed 1
"""

import subprocess
import sys

from tests.mutation.operators import Mutant, compiles, mutants
from tests.mutation.scope import REPOSITORY, files

TRANSFER, ACCOUNT = "tokenpay/ledger/transfer.py", "tokenpay/ledger/account.py"
POLICY, DECISION = "tokenpay/compliance/policy.py", "tokenpay/compliance/decision.py"
NAMED = [
    (TRANSFER, "comparison", "0 < transfer.units <= MAX_UNITS"),
    (TRANSFER, "raise-removed", 'raise WrongState("a transfer needs two different accounts")'),
    (ACCOUNT, "comparison", "available < 0"),
    (ACCOUNT, "arithmetic", "self.posted_units - pending_out"),
    (DECISION, "comparison", "used_units + units > limit.units"),
    (DECISION, "and-or", "facts.sender_unknown or varied or needs_second_person(intent, alone_units)"),
    (POLICY, "constant", "24"),
]
UNMET = ("tokenpay/steps/lease.py", "arithmetic", "self._for_s / 3")
TESTS = ("tests/unit/ledger", "tests/unit/compliance/test_policy.py")
SAMPLE = '''"""A module."""

from a import b

LIMIT: "int" = 7


def pay(units: "int", *, key: str = "") -> "None":
    """Pay."""
    if not units or (
        units < LIMIT
    ):
        raise ValueError("too little", units + 1)
    b(units, key=key, message="paid")
'''


def of(source: str) -> list[Mutant]:
    return mutants("sample.py", source)


def test_each_kind_of_change_and_nothing_of_texts_and_types() -> None:
    assert [(mutant.kind, mutant.line, mutant.before, mutant.after.strip()) for mutant in of(SAMPLE)] == [
        ("constant", 5, "7", "(8)"),
        ("constant", 5, "7", "(6)"),
        ("constant", 8, '""', "('other')"),
        ("and-or", 10, "not units or (\n        units < LIMIT\n    )", "(not units and units < LIMIT\n\n)"),
        ("not-removed", 10, "not units", "(units)"),
        ("comparison", 11, "units < LIMIT", "(units <= LIMIT)"),
        ("raise-removed", 13, 'raise ValueError("too little", units + 1)', "pass"),
        ("call-removed", 14, 'b(units, key=key, message="paid")', "pass"),
        ("keyword-dropped", 14, 'b(units, key=key, message="paid")', "(b(units, message='paid'))"),
    ]


def test_a_change_leaves_every_other_line_where_it_is() -> None:
    for mutant in of(SAMPLE):
        changed = mutant.of(SAMPLE)
        assert changed != SAMPLE
        assert compiles(mutant, SAMPLE)
        assert changed.count("\n") == SAMPLE.count("\n")
        assert changed.splitlines()[0] == SAMPLE.splitlines()[0]


def test_a_mutant_knows_its_function_and_the_lines_that_run_it() -> None:
    (change,) = (mutant for mutant in of(SAMPLE) if mutant.kind == "comparison")
    assert (change.function, change.first_line, change.lines) == ("pay", 8, (10, 12))
    assert of(SAMPLE)[0].function == ""


def test_the_money_path_is_in_scope() -> None:
    gate = {POLICY, DECISION, "tokenpay/steps/check_approvals.py", "tokenpay/steps/clear.py"}
    assert {TRANSFER, ACCOUNT, *gate, "tokenpay/payments/intent.py"} <= set(files())
    assert all((REPOSITORY / path).is_file() for path in files())


def id_of(path: str, kind: str, before: str) -> str:
    found = mutants(path, (REPOSITORY / path).read_text())
    return next(mutant.id for mutant in found if (mutant.kind, mutant.before) == (kind, before))


def test_named_mutants_are_killed_and_one_that_no_test_meets_survives() -> None:
    named, unmet = [id_of(*change) for change in NAMED], id_of(*UNMET)
    command = [sys.executable, "-m", "tests.benchmarks.mutants", "--replay", *named, unmet, "--tests", *TESTS]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300)
    told = [line for line in done.stdout.splitlines() if ": tokenpay/" in line]
    assert done.returncode == 1, done.stdout + done.stderr
    assert sorted(line.rpartition(": ")[2] for line in told) == sorted([*named, unmet])
    assert [line for line in told if not line.startswith("failed by tests/unit/")] == [f"not run 0 of 0 tests: {unmet}"]
    assert f"{len(NAMED)} killed (87.5%)" in done.stdout
