"""The risk scorer that every bank has: named rules, composed into typologies."""

from tokenpay.compliance.risk.activity import Activity
from tokenpay.compliance.risk.assessment import Assessment
from tokenpay.compliance.risk.typology import assess
from tokenpay.payments.intent import Intent


class RuleScorer:
    """A RiskScorer that remembers nothing: the same payment after the same movements scores the same, anywhere."""

    name = "rules"

    def assess(self, intent: Intent, activity: Activity, now_s: int) -> Assessment:
        return assess(intent, activity, now_s)
