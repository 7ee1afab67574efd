"""From which score on a payment waits, and from which a case is opened."""

from dataclasses import dataclass

from tokenpay.compliance.risk.assessment import TOP
from tokenpay.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLines:
    """A payment that scores `second_person_score` needs a second person, one of `case_score` is a case as well.

    Both are from 1 to 1,000: no line can be taken away. Raises InvalidInput.
    """

    second_person_score: int = 600
    case_score: int = 800

    def __post_init__(self) -> None:
        scores = (self.second_person_score, self.case_score)
        if not all(type(score) is int and 0 < score <= TOP for score in scores) or scores != tuple(sorted(scores)):
            raise InvalidInput(f"risk lines are whole scores from 1 to {TOP:,}, and a case's is not the lower one")
