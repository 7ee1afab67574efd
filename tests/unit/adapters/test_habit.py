"""What a habit is learnt from, what departs from it and why, and what nobody can teach."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.conftest import missing
from tests.unit.compliance.test_red_flags import DAY, NOW, known, out, pay
from tests.unit.payments.samples import COIN, PAYEE, TOKEN
from tokenpay.adapters.risk.habit import LEAST_SPREAD, HabitScorer
from tokenpay.compliance.risk.activity import REMEMBERED, Activity, Movement
from tokenpay.compliance.risk.assessment import Assessment, Finding
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.intent import BookParty

if find_spec("river") is None:
    missing("river", "run `make test` again")

SCORER = HabitScorer()
SHOP = BookParty(AccountKind.CUSTOMER, "SHOP1")
LANDLORD = BookParty(AccountKind.CUSTOMER, "LANDLORD")


def month(days: Sequence[int] = range(40, 0, -1), **changes: Any) -> list[Movement]:
    """Something each noon from one of three shops, 5 to 20."""
    return [out(24 * day, (5, 20, 10, 16, 7)[day % 5], f"customer/SHOP{day % 3}", **changes) for day in days]


def found(asked: Any, activity: Activity, now_s: int = NOW) -> Finding | None:
    findings = SCORER.assess(asked, activity, now_s).findings
    assert len(findings) <= 1
    return findings[0] if findings else None


def score(units: int, moves: Sequence[Movement], **changes: Any) -> int:
    finding = found(pay(units, **{"creditor": PAYEE, **changes}), known(moves))
    return 0 if finding is None else finding.score


def test_what_departs_is_found_with_each_features_share() -> None:
    finding = found(pay(90, creditor=PAYEE), known([*month(), out(2, 80, "customer/S"), out(1, 80, "customer/S")]))
    assert finding is not None
    assert (finding.typology, finding.score >= 600) == ("out_of_habit", True)
    assert finding.rules[:2] == ("day_units", "amount")
    assert set(finding.rules) == {"amount", "day_units", "day_count", "fresh_payee"}
    shares = [int(said.rsplit(" ", 2)[1]) for said in finding.explanation.partition(": ")[2].split(", ")]
    assert sorted(shares, reverse=True) == shares
    assert 98 <= sum(shares) <= 102
    assert "by 37 payments" in finding.explanation


@pytest.mark.parametrize(
    ("asked", "moves"),
    [
        (pay(10, creditor=SHOP), month()),
        (pay(60, creditor=SHOP), [*month(), out(24 * 40, 60, str(SHOP))]),
        (pay(901, creditor=LANDLORD), [out(24 * 41, 601, str(LANDLORD)), *month()]),
        (pay(50, creditor=PAYEE), month()),  # half of what one person may pay is not worth a look
    ],
)
def test_what_is_usual_is_nothing(asked: Any, moves: list[Movement]) -> None:
    assert SCORER.assess(asked, known(sorted(moves)), NOW) == Assessment()


def test_of_a_customer_who_is_hardly_known_it_says_that_it_has_no_opinion() -> None:
    said = SCORER.assess(pay(900, creditor=PAYEE), known(month(range(12, 0, -1))[:11]), NOW)
    assert said == Assessment(silent=("no opinion by habit: it takes 10 payments, and 9 are known",))
    assert SCORER.assess(pay(900, creditor=PAYEE), known(month(range(13, 0, -1))), NOW).silent == ()


@pytest.mark.parametrize(
    "tries",
    [
        [out(24 * 4 + n, 90, "customer/S", settled=False) for n in range(20)],  # held, refused or on its way
        [out(60 + n / 9, 90, "customer/S") for n in range(20, 0, -1)],  # within the days in which it is noticed
        [out(24 * 4 + n, 90, "customer/S", asset=COIN.id) for n in range(20)],  # of another asset
    ],
    ids=["not paid", "just paid", "another asset"],
)
def test_what_teaches_nothing(tries: list[Movement]) -> None:
    assert score(95, sorted([*month(), *tries])) == score(95, month()) >= 600


def test_what_was_paid_to_the_end_teaches() -> None:
    paid = [out(24 * 4 + n, 90, "customer/S") for n in range(20)]
    assert score(95, sorted([*month(), *paid])) < score(95, month())


def test_what_waits_counts_among_what_is_paid() -> None:
    waits = out(2, 25, "customer/S", settled=False)
    assert score(51, [*month(), waits]) > score(51, month()) > 0


@pytest.mark.parametrize("hour", [0, 3, 6, 15, 21])
def test_the_time_of_day_is_the_banks(hour: int) -> None:
    at_s = NOW - 12 * 3_600 + hour * 3_600 + DAY
    night = found(pay(51, creditor=PAYEE), known(month()), at_s)
    noon = found(pay(51, creditor=PAYEE), known(month()), NOW + DAY)
    assert night is not None
    assert noon is not None
    assert ("part_of_day" in night.rules, "part_of_day" in noon.rules) == (True, False)
    assert night.score > noon.score
    elsewhere = replace(known(month()), utc_offset_minutes=24 * 60)  # the same hours, told by another clock
    assert found(pay(51, creditor=PAYEE), elsewhere, at_s) == night


@pytest.mark.parametrize(("percent", "held"), [(150, False), (200, True)])
def test_who_is_patient_teaches_it_and_who_doubles_does_not(percent: int, held: bool) -> None:
    moves, units, scores = month(range(100, 40, -1))[-50:], 20, []
    for step in range(11, -1, -1):
        at_s = NOW - step * 3 * DAY
        scores.append(found(pay(units, creditor=SHOP), known(moves), at_s))
        moves.append(Movement(at_s, units, TOKEN.id, str(SHOP)))
        units = units * percent // 100
    assert any(finding is not None and finding.score >= 600 for finding in scores) is held


def test_nobody_is_so_regular_that_a_little_more_is_a_surprise() -> None:
    same = [out(24 * day, 100, str(SHOP)) for day in range(40, 0, -1)]
    assert LEAST_SPREAD > 0
    assert score(110, same) < 300


MOVES = st.lists(
    st.builds(
        Movement,
        st.integers(NOW - 200 * DAY, NOW),
        st.integers(1, 10**30),
        st.sampled_from([TOKEN.id, COIN.id]),
        st.sampled_from(["customer/A", "customer/B", str(PAYEE), ""]),
        st.booleans(),
    ),
    max_size=REMEMBERED,
)


@settings(max_examples=150, deadline=None)
@given(moves=MOVES, units=st.integers(1, 10**30), seed=st.integers(0, 9))
def test_any_history_gives_one_score_and_what_is_not_final_moves_no_habit(
    moves: list[Movement], units: int, seed: int
) -> None:
    activity = known(sorted(moves))
    asked = pay(units, creditor=PAYEE)
    first = SCORER.assess(asked, activity, NOW)
    assert HabitScorer().assess(asked, activity, NOW) == first
    final = known([move for move in activity.outgoing if move.settled or move.at_s > NOW - DAY])
    assert SCORER.assess(asked, final, NOW) == first
    shuffled = sorted(Random(seed).sample(moves, len(moves)))
    assert SCORER.assess(asked, known(shuffled), NOW) == first
