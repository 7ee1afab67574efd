"""The tool that changes the ledger and the gate by one small thing tells whether a test notices.

A sample of all mutants: python -m tests.benchmarks.mutants --sample 1000 --seed 1
"""

import subprocess
import sys

import pytest

from tests.mutation.operators import Mutant, compiles, mutants
from tests.mutation.scope import REPOSITORY, files

TRANSFER, ACCOUNT, POLICY = "tokenpay/ledger/transfer.py", "tokenpay/ledger/account.py", "tokenpay/compliance/policy.py"
NAMED = [
    (TRANSFER, "comparison", "0 < transfer.units <= MAX_UNITS"),
    (TRANSFER, "raise-removed", 'raise WrongState("a transfer needs two different accounts")'),
    (ACCOUNT, "comparison", "available < 0"),
    (ACCOUNT, "arithmetic", "self.posted_units - pending_out"),
    (POLICY, "comparison", "used_units > limit_units"),
    (POLICY, "and-or", "Verdict.UNAVAILABLE in verdicts or _unscreened(intent, facts)"),
    (POLICY, "constant", "24"),
]
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
    assert {TRANSFER, ACCOUNT, POLICY, "tokenpay/steps/clear.py", "tokenpay/payments/intent.py"} <= set(files())
    assert all((REPOSITORY / path).is_file() for path in files())


def replay(ids: list[str], *tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.benchmarks.mutants", "--replay", *ids, "--tests", *tests]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def named() -> list[str]:
    return [
        next(m.id for m in mutants(path, (REPOSITORY / path).read_text()) if (m.kind, m.before) == (kind, before))
        for path, kind, before in NAMED
    ]


def test_named_mutants_are_killed(named: list[str]) -> None:
    done = replay(named, "tests/unit/ledger", "tests/unit/compliance/test_policy.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(NAMED)} killed (100.0%)" in done.stdout
    assert all("failed by tests/unit/" in line for line in done.stdout.splitlines() if ": tokenpay/" in line)
    assert all(id in done.stdout for id in named)


def test_a_mutant_that_no_test_meets_has_survived(named: list[str]) -> None:
    done = replay(named[-1:], "tests/unit/ledger/test_account.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 killed (0.0%)" in done.stdout
