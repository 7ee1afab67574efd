"""The RiskScorer port means the same on the shipped fake, on the named rules and on the model of a customer's habit."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from tests.conftest import missing
from tests.unit.compliance.test_red_flags import DAY, NOW, STRUCTURED, known, out, pay
from tests.unit.payments.samples import BERT, PAYEE
from tokenpay.adapters.risk.habit import HabitScorer
from tokenpay.adapters.risk.rules import RuleScorer
from tokenpay.compliance.risk.activity import Activity
from tokenpay.compliance.risk.assessment import Assessment, Finding
from tokenpay.ports import RiskScorer
from tokenpay.testing import FakeScorer

SAID = Finding(typology="structuring", score=700, rules=("just_under", "fresh_payee"), explanation="as it was told")
HABIT = [out(24 * day, 20, str(BERT)) for day in range(40, 0, -1)]
STANDS_OUT = known([*HABIT, *STRUCTURED.outgoing])
ACTIVITIES = {"unknown": known(), "structured": STRUCTURED, "of habit": known(HABIT), "stands out": STANDS_OUT}


@pytest.fixture(params=["fake", "rules", "habit"])
def scorer(request: pytest.FixtureRequest) -> RiskScorer:
    if request.param == "habit" and find_spec("river") is None:
        missing("river", "run `make test` again")
    scorers: dict[str, RiskScorer] = {"fake": FakeScorer(SAID), "rules": RuleScorer(), "habit": HabitScorer()}
    return scorers[request.param]


@pytest.mark.parametrize("activity", ACTIVITIES.values(), ids=ACTIVITIES)
def test_the_same_payment_after_the_same_movements_scores_the_same(scorer: RiskScorer, activity: Activity) -> None:
    asked = pay(94, creditor=PAYEE)
    first = scorer.assess(asked, activity, NOW)
    scorer.assess(pay(3), known(HABIT[:10], enrolled_at_s=NOW - DAY), NOW - 5 * DAY)  # what else it was asked
    assert isinstance(first, Assessment)
    assert scorer.assess(asked, activity, NOW) == first
    assert scorer.assess(asked, replace(activity), NOW) == first


def test_what_stands_out_is_found_with_its_reasons(scorer: RiskScorer) -> None:
    found = scorer.assess(pay(94, creditor=PAYEE), STANDS_OUT, NOW)
    assert found.findings
    for finding in found.findings:
        assert finding.rules
        assert finding.explanation
        assert "customer/" not in finding.explanation
        assert PAYEE.address.text not in finding.explanation


def test_a_scorer_has_a_name(scorer: RiskScorer) -> None:
    assert scorer.name
