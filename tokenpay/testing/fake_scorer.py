"""A risk scorer in memory: it says what it was told to, or breaks."""

from tokenpay.compliance.risk.activity import Activity
from tokenpay.compliance.risk.assessment import Assessment, Finding
from tokenpay.payments.intent import Intent


class FakeScorer:
    """A RiskScorer that finds `findings` in every payment, raises `breaks` where that is set, and keeps what it saw."""

    name = "fake"

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        self.breaks: Exception | None = None
        self.asked: list[tuple[Intent, Activity, int]] = []

    def assess(self, intent: Intent, activity: Activity, now_s: int) -> Assessment:
        self.asked.append((intent, activity, now_s))
        if self.breaks is not None:
            raise self.breaks
        return Assessment(findings=self.findings)
