"""Where a deposit goes: to its payee, aside in suspense, or blocked; and which rule speaks first."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.unit.requests.samples import COIN, TOKEN, request
from tokenpay.compliance.case import CaseKind
from tokenpay.compliance.division import divide, divide_disagreed
from tokenpay.compliance.screening import Verdict
from tokenpay.money.amount import Amount
from tokenpay.parties.customer import CustomerStatus
from tokenpay.payments.deposit import DepositOutcome
from tokenpay.requests.payment_request import Terms
from tokenpay.requests.request_state import RequestState

OPEN, PART_PAID, PAID, OVERPAID, EXPIRED, LATE_PAID, CANCELLED = RequestState
CREDITED, SUSPENSE, BLOCKED, NOTHING = DepositOutcome
CLOSED = CustomerStatus.CLOSED
MATCH, UNAVAILABLE = Verdict.MATCH, Verdict.UNAVAILABLE
AS_EXPECTED: dict[str, Any] = {
    "credited_units": 0,
    "paid_at_s": 1_999,
    "sender": Verdict.CLEAR,
    "asset_usable": True,
    "payee": CustomerStatus.ACTIVE,
}
LATE = {"paid_at_s": 2_000}


@pytest.mark.parametrize(
    ("facts", "kind", "outcome"),
    [
        ({"sender": MATCH}, CaseKind.SCREENING_MATCH, BLOCKED),
        ({"sender": UNAVAILABLE}, CaseKind.SCREENING_UNAVAILABLE, SUSPENSE),
        ({"sender": None}, CaseKind.SCREENING_UNAVAILABLE, SUSPENSE),  # minted: a bridge does not say for whom
        ({"asset_usable": False}, CaseKind.ASSET_CHANGED, SUSPENSE),
        ({"amount": Amount(COIN, 100)}, CaseKind.UNMATCHED_DEPOSIT, SUSPENSE),
        ({"payee": CLOSED}, CaseKind.UNMATCHED_DEPOSIT, SUSPENSE),
        # who it comes from is asked before what it is, and both before the request's own terms
        ({"sender": MATCH, "asset_usable": False, "payee": CLOSED, **LATE}, CaseKind.SCREENING_MATCH, BLOCKED),
        ({"sender": UNAVAILABLE, "asset_usable": False, **LATE}, CaseKind.SCREENING_UNAVAILABLE, SUSPENSE),
        ({"asset_usable": False, "payee": CLOSED, **LATE}, CaseKind.ASSET_CHANGED, SUSPENSE),
        ({"payee": CLOSED, **LATE}, CaseKind.UNMATCHED_DEPOSIT, SUSPENSE),
    ],
)
def test_what_is_never_the_payees_stands_aside_whole(
    facts: dict[str, Any], kind: CaseKind, outcome: DepositOutcome
) -> None:
    division = divide(**{"amount": Amount(TOKEN, 100), "request": request(), "state": OPEN, **AS_EXPECTED, **facts})
    assert (division.credit_units, division.aside_units, division.outcome) == (0, 100, outcome)
    assert division.aside is not None
    assert division.aside.kind is kind
    assert division.state is None, "the request does not count it"


@pytest.mark.parametrize("facts", [{}, {"payee": CustomerStatus.FROZEN}])
def test_what_nothing_speaks_against_is_credited(facts: dict[str, Any]) -> None:
    division = divide(Amount(TOKEN, 100), request(), OPEN, **AS_EXPECTED | facts)
    assert (division.credit_units, division.aside_units, division.outcome) == (100, 0, CREDITED)
    assert division.aside is None
    assert division.state is PAID


@pytest.mark.parametrize(
    ("state", "units", "facts", "credit", "aside", "kind", "after"),
    [
        (OPEN, 99, {}, 99, 0, None, PART_PAID),
        (OPEN, 130, {}, 100, 30, CaseKind.OVERPAYMENT, OVERPAID),
        (PART_PAID, 50, {"credited_units": 60}, 40, 10, CaseKind.OVERPAYMENT, OVERPAID),
        (PAID, 5, {"credited_units": 100}, 0, 5, CaseKind.OVERPAYMENT, OVERPAID),
        (OPEN, 100, LATE, 0, 100, CaseKind.LATE_PAYMENT, LATE_PAID),
        (EXPIRED, 100, {}, 100, 0, None, PAID),
        (CANCELLED, 100, {}, 0, 100, CaseKind.LATE_PAYMENT, CANCELLED),
    ],
)
def test_what_a_request_still_takes_is_credited_and_the_rest_stands_aside(
    state: RequestState,
    units: int,
    facts: dict[str, Any],
    credit: int,
    aside: int,
    kind: CaseKind | None,
    after: RequestState,
) -> None:
    division = divide(Amount(TOKEN, units), request(), state, **AS_EXPECTED | facts)
    assert (division.credit_units, division.aside_units, division.state) == (credit, aside, after)
    assert (division.aside.kind if division.aside else None) is kind
    assert division.outcome is (SUSPENSE if aside else CREDITED)


def test_where_a_deposit_goes_cannot_be_changed() -> None:
    division = divide(Amount(TOKEN, 130), request(), OPEN, **AS_EXPECTED)
    for noun, name in ((division, "credit_units"), (division.aside, "outcome")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, 0)


@pytest.mark.parametrize("units", [99, 101])
def test_a_request_for_one_exact_amount_takes_no_other(units: int) -> None:
    division = divide(Amount(TOKEN, units), request(terms=Terms.EXACT), OPEN, **AS_EXPECTED)
    assert (division.credit_units, division.aside_units, division.state) == (0, units, OPEN)
    assert division.aside is not None
    assert division.aside.kind is CaseKind.UNMATCHED_DEPOSIT


@pytest.mark.parametrize(
    ("logged_units", "held_units", "aside_units", "outcomes"),
    [
        ([100], 98, [98], [SUSPENSE]),  # the token takes a fee on the way
        ([100], 0, [0], [NOTHING]),  # a forged log
        ([100, 100], 150, [100, 50], [SUSPENSE, SUSPENSE]),
        ([100, 100], 100, [100, 0], [SUSPENSE, NOTHING]),
        ([100], 110, [100], [SUSPENSE]),  # what came without a log is not a deposit's
    ],
)
def test_logs_that_are_not_believed_get_what_is_really_held(
    logged_units: list[int], held_units: int, aside_units: list[int], outcomes: list[DepositOutcome]
) -> None:
    divisions = divide_disagreed(logged_units, held_units=held_units)
    assert [division.aside_units for division in divisions] == aside_units
    assert [division.outcome for division in divisions] == outcomes
    assert {(d.credit_units, d.state, d.aside.kind if d.aside else None) for d in divisions} == {
        (0, None, CaseKind.UNMATCHED_DEPOSIT)
    }


@given(units=st.integers(1, 2**256 - 1), late=st.booleans(), terms=st.sampled_from(Terms))
def test_not_a_unit_is_lost_or_made(units: int, late: bool, terms: Terms) -> None:
    facts = AS_EXPECTED | (LATE if late else {})
    division = divide(Amount(TOKEN, units), request(terms=terms), OPEN, **facts)
    assert division.credit_units + division.aside_units == units
    assert (division.aside is None) == (division.aside_units == 0)
