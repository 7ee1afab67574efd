"""Typologies: red flags composed into what launderers and thieves are known to do, each with a score.

Composed as Tazama does it: rules give results, a typology weighs those it knows and adds them up, and two thresholds
say what its score comes to. What a typology `needs` is a product there and a condition here: one of them missing, the
score is nothing, and the other rules are not asked.
"""

from dataclasses import dataclass

from tokenpay.compliance.risk.activity import Activity
from tokenpay.compliance.risk.assessment import TOP, Assessment, Finding
from tokenpay.compliance.risk.red_flags import (
    Rule,
    burst,
    dormant,
    drain,
    emptying,
    fan_in,
    fresh_payee,
    just_under,
    leaving,
    new_customer,
    odd_hour,
    passing,
    round_trip,
    same_payee,
    strangers,
)
from tokenpay.payments.intent import Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Typology:
    """Rules by what each adds to the score: all that it `needs` fire, or it scores nothing; `adds` may fire as well.

    What it needs is asked in its order, the cheapest first.
    """

    name: str
    needs: tuple[tuple[Rule, int], ...]
    adds: tuple[tuple[Rule, int], ...] = ()

    def find(self, intent: Intent, activity: Activity, now_s: int) -> Finding | None:
        """Return what this payment shows of the typology, or nothing."""
        fired: list[tuple[Rule, int, str]] = []
        for rule, weight in self.needs:
            said = rule(intent, activity, now_s)
            if not said:
                return None
            fired.append((rule, weight, said))
        fired += [(rule, weight, said) for rule, weight in self.adds if (said := rule(intent, activity, now_s))]
        return Finding(
            typology=self.name,
            score=min(sum(weight for _, weight, _ in fired), TOP),
            rules=tuple(rule.__name__ for rule, _, _ in fired),
            explanation="; ".join(said for _, _, said in fired)[:500],
        )


TYPOLOGIES = (
    Typology(
        name="structuring",
        needs=((just_under, 600),),
        adds=((same_payee, 100), (fresh_payee, 100), (burst, 100), (new_customer, 50), (odd_hour, 50)),
    ),
    Typology(
        name="fan_in_exit",
        needs=((fan_in, 300), (leaving, 250)),
        adds=((fresh_payee, 150), (new_customer, 150), (dormant, 150), (odd_hour, 50)),
    ),
    Typology(
        name="dormant_waking",
        needs=((dormant, 350), (emptying, 250)),
        adds=((fresh_payee, 150), (burst, 100), (odd_hour, 50)),
    ),
    Typology(
        name="pass_through",
        needs=((new_customer, 250), (passing, 250)),
        adds=((fresh_payee, 150), (fan_in, 150), (burst, 50), (odd_hour, 50)),
    ),
    Typology(
        name="round_trip",
        needs=((round_trip, 600),),
        adds=((same_payee, 150), (new_customer, 100), (odd_hour, 50)),
    ),
    Typology(
        name="drained",
        needs=((strangers, 600),),
        adds=((drain, 150), (burst, 100), (odd_hour, 100)),
    ),
)
"""None scores 600 by `burst`, `fresh_payee`, `new_customer`, `odd_hour`, `dormant`, `fan_in` or `leaving` alone."""


def assess(intent: Intent, activity: Activity, now_s: int) -> Assessment:
    """Return every typology that this payment shows, the gravest first."""
    found = [finding for typology in TYPOLOGIES if (finding := typology.find(intent, activity, now_s)) is not None]
    return Assessment(findings=tuple(sorted(found, key=lambda finding: (-finding.score, finding.typology))))
