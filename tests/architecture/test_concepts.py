"""The concept pages say what the code says: the states of a payment and of a request, the kinds of accounts."""

import re
from pathlib import Path

from tokenpay.ledger.chart import BOUNDED, DEBIT_NORMAL, AccountKind
from tokenpay.payments.payment import TRANSITIONS
from tokenpay.requests.resolution import Resolution

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts"


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, its own head left out."""
    text = (CONCEPTS / page).read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def words(cell: str) -> set[str]:
    return {word for word in re.split(r",\s*", re.sub(r"\(.*?\)", "", cell)) if word.strip()}


def test_the_states_of_a_payment_and_where_they_go() -> None:
    told = {
        state: {following.strip() for following in words(goes_to)}
        for names, _, goes_to in rows("payments.md", "Where a payment stands")
        for state in words(names)
    }
    assert told == {state.value: {following.value for following in to} for state, to in TRANSITIONS.items()}


def test_the_kinds_of_accounts_and_their_sides() -> None:
    told = {
        kind: (side, negative) for names, _, side, negative in rows("ledger.md", "Accounts") for kind in words(names)
    }
    assert told == {
        kind.value: ("debit" if kind in DEBIT_NORMAL else "credit", "no" if kind in BOUNDED else "yes")
        for kind in AccountKind
    }


def test_the_outcomes_of_a_scan() -> None:
    told = {
        name for names, _ in rows("requests.md", "Reading what was scanned") for name in re.findall(r"`(\w+)`", names)
    }
    assert told == {resolution.value for resolution in Resolution}
