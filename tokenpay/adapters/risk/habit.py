"""The risk scorer of the extra `risk`: it learns each customer's habit as a stream, and says what departs from it.

Means and variances that fade are those of river. Each time the customer's own payments run through them from the
oldest that the books give, so nothing is kept between payments, customers or banks, and the same books give the same
score; what lies further back than they reach has faded anyway.
"""

from math import erfc, log, log10, sqrt

from tokenpay.compliance.risk.activity import Activity
from tokenpay.compliance.risk.assessment import TOP, Assessment, Finding
from tokenpay.compliance.risk.habit import HABIT, PARTS_OF_DAY, Traits, asked, learnt, lived
from tokenpay.payments.intent import Intent

PAYMENTS_NEEDED = 10
FADING = 0.1
"""The weight of the newest payment: one of twenty payments ago weighs an eighth of it."""
LEAST_SPREAD = 0.3
"""Nobody is so regular that a third more is a surprise."""
LEAST_CHANCE = 1e-30
POINTS = 100
"""What one digit of improbability scores: a chance of one in a million is 600, of one in a hundred million 800."""
_NUMBERS = ("amount", "day_units", "day_count")
_WORDS = {
    "amount": "the amount",
    "day_units": "the sum of a day",
    "day_count": "how many in a day",
    "fresh_payee": "a payee who is new",
    "part_of_day": "the time of day",
}


class HabitScorer:
    """A RiskScorer that has no opinion of a customer before ten payments, and none of what a payee usually gets.

    Raises ImportError without the extra `risk`, which is no answer.
    """

    name = HABIT

    def assess(self, intent: Intent, activity: Activity, now_s: int) -> Assessment:
        movements = learnt(intent, activity, now_s)
        if len(movements) < PAYMENTS_NEEDED:
            return Assessment(
                silent=(f"no opinion by habit: it takes {PAYMENTS_NEEDED} payments, and {len(movements)} are known",)
            )
        odd = asked(intent, activity, now_s, movements)
        if odd is None or odd.day_units * 2 <= activity.alone_units:
            return Assessment()
        model = _Model(odd)
        for traits in lived(movements, activity.utc_offset_minutes):
            model.learn(traits)
        digits = model.surprise()
        return _assessed({name: found for name, found in digits.items() if found > 0}, len(movements))


def _assessed(digits: dict[str, float], known: int) -> Assessment:
    whole = sum(digits.values())
    score = min(int(whole * POINTS), TOP)
    if score < 1:
        return Assessment()
    shares = sorted(((round(100 * found / whole), name) for name, found in digits.items()), reverse=True)
    told = ", ".join(f"{_WORDS[name]} {share} %" for share, name in shares)
    finding = Finding(
        typology="out_of_habit",
        score=score,
        rules=tuple(name for _, name in shares),
        explanation=f"out of this customer's habit, by {known} payments; of the score of {score}: {told}",
    )
    return Assessment(findings=(finding,))


class _Model:
    """What one customer usually does, as far as it is asked, after the payments that it was told."""

    def __init__(self, asked: Traits) -> None:
        from river.stats import EWMean, EWVar  # it takes most of a second: only who asks for a habit pays it

        self._means = {name: EWMean(FADING) for name in _NUMBERS}
        self._variances = {name: EWVar(FADING) for name in _NUMBERS}
        self._fresh, self._part_of_day = EWMean(FADING), EWMean(FADING)
        self._asked, self._learnt = asked, 0

    def learn(self, traits: Traits) -> None:
        for name in _NUMBERS:
            number = log(getattr(traits, name))  # twice as much is as far from once as from four times
            self._means[name].update(number)
            self._variances[name].update(number)
        self._fresh.update(float(traits.fresh_payee))
        self._part_of_day.update(float(traits.part_of_day == self._asked.part_of_day))
        self._learnt += 1

    def surprise(self) -> dict[str, float]:
        """Return how improbable each trait is, in decimal digits: more than usual surprises, less does not."""
        traits, digits = self._asked, {}
        for name in _NUMBERS:
            spread = sqrt(max(self._variances[name].get(), 0) + LEAST_SPREAD**2)
            above = (log(getattr(traits, name)) - self._means[name].get()) / spread
            digits[name] = -log10(max(erfc(above / sqrt(2)) / 2, LEAST_CHANCE)) if above > 0 else 0.0
        digits["fresh_payee"] = -log10(self._chance(self._fresh.get(), 2)) if traits.fresh_payee else 0.0
        usual = 1 / PARTS_OF_DAY  # an hour as good as any other is no surprise
        digits["part_of_day"] = log10(usual) - log10(self._chance(self._part_of_day.get(), PARTS_OF_DAY))
        return digits

    def _chance(self, share: float, kinds: int) -> float:
        """Return the chance of one of several kinds; what was never seen is not impossible."""
        return (share * self._learnt + 1) / (self._learnt + kinds)
