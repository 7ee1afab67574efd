"""A limit for one role, branch, operator or customer, and for one payment, a day, a week or a month."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tokenpay.errors import InvalidInput
from tokenpay.parties.operator import Role
from tokenpay.primitives.canonical import Value

_MAX_UNITS = 10**78
_MAX_NAME = 64


class Scope(StrEnum):
    """Whose payments a limit counts: an operator's own, each operator's in a role, a branch's or a customer's."""

    OPERATOR = "operator"
    ROLE = "role"
    BRANCH = "branch"
    CUSTOMER = "customer"


class Period(StrEnum):
    """What a limit counts together: one payment, or the calendar day, ISO week or month in the bank's zone."""

    PAYMENT = "payment"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def first_day(self, day: str) -> str:
        """Return the first date of the period that a date (YYYY-MM-DD) lies in."""
        if self is Period.MONTH:
            return f"{day[:8]}01"
        if self is Period.WEEK:
            on = date.fromisoformat(day)
            return (on - timedelta(days=on.weekday())).isoformat()
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedLimit:
    """At most `units` smallest units of an asset; zero allows nothing.

    `name` is one operator's id, role, branch or customer's number; empty, it holds for each. A role has a name, and
    counts each operator in it on their own. For one scope and period a limit with a name replaces the one without:
    also the asset's own limits for a customer's and an operator's day. Everything else counts beside it.
    Raises InvalidInput.
    """

    asset_id: str
    of: Scope
    name: str = ""
    period: Period
    units: int = 0

    def __post_init__(self) -> None:
        if type(self.units) is not int or not 0 <= self.units < _MAX_UNITS:
            raise InvalidInput("a limit is a whole number of smallest units, of 78 digits at most")
        if not self.asset_id or len(self.name) > _MAX_NAME or not (self.name.isprintable() or not self.name):
            raise InvalidInput(f"a limit is of an asset, and for a name of up to {_MAX_NAME} characters")
        if self.of is Scope.ROLE and self.name not in {role.value for role in Role}:
            raise InvalidInput("a limit of a role names the role")

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What there is one limit for."""
        return self.asset_id, self.of.value, self.name, self.period.value

    def content(self) -> dict[str, Value]:
        """Return the canonical content as it stands in a policy."""
        return {
            "asset": self.asset_id,
            "of": self.of.value,
            "name": self.name,
            "period": self.period.value,
            "units": str(self.units),
        }
