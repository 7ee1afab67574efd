"""What is mutated, and by which tests it must be noticed.

The ledger, the payments, and the gate: all that decides whether money may leave and all that books it. Of the steps
these are the ones between a verb and the ledger: who may, what is proposed, the clearance, the movements, what is
signed, settled, given back or taken in. The other steps print, show or wait.
"""

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

_ROOMS = ("ledger", "payments", "compliance")
_STEPS = (
    "abandon",
    "authorize",
    "case_money",
    "check_approvals",
    "check_rekeyed",
    "clear",
    "count_limits",
    "enact_policy",
    "end_unpaid",
    "enter_case",
    "foresee",
    "halt",
    "lease",
    "look_before_signing",
    "movements",
    "payment_draft",
    "propose",
    "recheck",
    "record",
    "screened_names",
    "settle_deposits",
    "settle_payment",
    "shift_payment",
    "sign_payment",
    "take_in",
)

AT_IMPORT = ("tests/unit/test_nouns.py", "tests/unit/compliance/test_recheck.py")
"""They look at what stands outside of functions, and run no line within one: they are asked first of that."""

TESTS = (
    "tests/unit/test_nouns.py",
    "tests/unit/ledger",
    "tests/unit/payments",
    "tests/unit/compliance",
    "tests/integration/operations",
    "tests/properties/test_ledger.py",
    "tests/properties/test_canonical_address.py",
)
"""The quick ones: in one process, on SQLite. What starts a server, a chain or a screen is left out."""

SLOW = ("postgresql", "anvil", "devnet")


def files() -> list[str]:
    """Return the paths of all files that are mutated, from the repository, sorted."""
    house = REPOSITORY / "tokenpay"
    rooms = [path for room in _ROOMS for path in (house / room).glob("*.py") if path.name != "__init__.py"]
    return sorted(str(path.relative_to(REPOSITORY)) for path in (*rooms, *(house / f"steps/{s}.py" for s in _STEPS)))
