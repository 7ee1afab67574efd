"""Ask every scorer of the bank what a customer's movements say of a payment."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.risk.activity import Activity, debtor_of, is_scored
from tokenpay.compliance.risk.assessment import Assessment
from tokenpay.compliance.risk.habit import HABIT
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.payments.intent import Intent
from tokenpay.ports import RiskScorer
from tokenpay.store.unit_of_work import UnitOfWork

NOTHING = Assessment()


def score_risk(
    uow: UnitOfWork, bank: Bank, policy: Policy, intent: Intent, *, now_s: int, entered: bool
) -> Assessment | None:
    """Return what all scorers found together; None where one of them, or all, gave no answer.

    The model of habits is asked where the policy asks for it, and is missed there where the bank has none.

    `entered`: the payment stands in the books, with its funds reserved; it is scored as if it did not.

    Whatever a scorer raises is no answer: it may be a bank's own code, and no payment leaves because it broke.
    """
    if not is_scored(intent):
        return NOTHING
    scorers = _asked(bank, policy.risk or RiskLines())
    if not scorers:
        return None
    customer_id, asset_id = debtor_of(intent)
    moved = uow.movements.of(customer_id, asset_id, without=intent.uetr if entered else "")
    activity = Activity(
        enrolled_at_s=uow.customers.get(customer_id, lock="to keep").enrolled_at_s,
        available_units=moved.available_units + (intent.amount.units if entered else 0),
        alone_units=policy.limits_of(asset_id).alone_units,
        utc_offset_minutes=policy.hours.utc_offset_minutes,
        outgoing=moved.outgoing,
        incoming=moved.incoming,
    )
    answers = []
    for scorer in scorers:
        try:
            answers.append(_checked(scorer.assess(intent, activity, now_s)))
        except Exception:
            return None
    return Assessment(
        findings=tuple(finding for answer in answers for finding in answer.findings),
        silent=tuple(why for answer in answers for why in answer.silent),
    )


def _checked(answer: Assessment) -> Assessment:
    """Return an answer made anew, so that its findings are what findings are; raises whatever that raises."""
    if not isinstance(answer, Assessment):
        raise TypeError("no assessment")
    return Assessment(findings=tuple(replace(finding) for finding in answer.findings), silent=tuple(answer.silent))


def _asked(bank: Bank, lines: RiskLines) -> list[RiskScorer]:
    """Return the scorers that must answer; none where the one that the policy asks for is not there."""
    if lines.habit and all(scorer.name != HABIT for scorer in bank.scorers):
        return []
    return [scorer for scorer in bank.scorers if lines.habit or scorer.name != HABIT]
