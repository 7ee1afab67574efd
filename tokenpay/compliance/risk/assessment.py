"""What a scorer says of one payment."""

import re
from dataclasses import dataclass

from tokenpay.errors import InvalidInput

TOP = 1_000
_NAME = re.compile(r"[a-z][a-z_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One typology that a payment shows, from 1 to 1,000, and why: with numbers, and no customer's name or number.

    `rules` are the names of the rules or features that moved the score. Raises InvalidInput.
    """

    typology: str
    score: int
    rules: tuple[str, ...]
    explanation: str

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.typology) is None or not all(_NAME.fullmatch(rule) for rule in self.rules):
            raise InvalidInput("a typology and a rule are named in small letters")
        if self.typology == "unavailable":
            raise InvalidInput("no typology is called as a scorer's silence is")
        if type(self.score) is not int or not 0 < self.score <= TOP:
            raise InvalidInput(f"a score is a whole number from 1 to {TOP:,}")
        if not 0 < len(self.explanation) <= 500 or not self.explanation.isprintable():
            raise InvalidInput("a finding is explained in 1 to 500 printable characters")

    @property
    def code(self) -> str:
        """The reason that a payment is held for."""
        return f"risk.{self.typology}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one or more scorers found; nothing found is an answer, and no answer is none of these.

    `silent` says for whom a scorer has no opinion yet, and why: it holds nothing and lets nothing go.
    """

    findings: tuple[Finding, ...] = ()
    silent: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """The highest score there is, 0 where nothing was found."""
        return max((finding.score for finding in self.findings), default=0)
