"""From which score on a payment waits, from which a case is opened, and which scorers must answer."""

from dataclasses import dataclass

from tokenpay.compliance.risk.assessment import TOP
from tokenpay.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLines:
    """A payment that scores `second_person_score` needs a second person, one of `case_score` is a case as well.

    Both are from 1 to 1,000: no line can be taken away. `habit`: the model of a customer's habit is asked besides the
    rules, and no payment leaves without its answer. Raises InvalidInput.
    """

    second_person_score: int = 600
    case_score: int = 800
    habit: bool = False

    def __post_init__(self) -> None:
        scores = (self.second_person_score, self.case_score)
        if not all(type(score) is int and 0 < score <= TOP for score in scores) or scores != tuple(sorted(scores)):
            raise InvalidInput(f"risk lines are whole scores from 1 to {TOP:,}, and a case's is not the lower one")
        if type(self.habit) is not bool:
            raise InvalidInput("whether habits are asked is true or false")

    def content(self) -> dict[str, int | bool]:
        """Return the lines as they are stored; `habit` stands there only where it is asked."""
        lines: dict[str, int | bool] = {
            "second_person_score": self.second_person_score,
            "case_score": self.case_score,
        }
        return lines | {"habit": True} if self.habit else lines
