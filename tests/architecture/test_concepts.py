"""The concept pages say what the code says: the states of a payment and of a request, the kinds of accounts."""

import re
from pathlib import Path

from tokenpay.ledger.chart import BOUNDED, DEBIT_NORMAL, AccountKind
from tokenpay.payments.payment import TRANSITIONS
from tokenpay.requests.emvco_rule import Rule
from tokenpay.requests.reason import Reason
from tokenpay.requests.resolution import Resolution
from tokenpay.requests.token_template import TEMPLATE_NAME

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts"


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, its own head left out."""
    text = (CONCEPTS / page).read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = text[text.index("\n|") + 1 :].partition("\n\n")[0].splitlines()
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
    assert names_in("Reading what was scanned") == {resolution.value for resolution in Resolution}


def test_the_reasons_to_refuse_a_scan() -> None:
    assert names_in("What is refused, and why") == {reason.value for reason in Reason}


def test_the_rules_that_are_never_forgiven() -> None:
    assert names_in("Merchants' codes") == {rule.value for rule in Rule if rule.unsafe}


def test_the_id_of_our_own_template() -> None:
    assert f"`{TEMPLATE_NAME}`" in (CONCEPTS / "requests.md").read_text()


def names_in(heading: str) -> set[str]:
    """What stands in code type in the first column of the table on requests."""
    return {name for names, _ in rows("requests.md", heading) for name in re.findall(r"`(\w+)`", names)}
