"""Which limits a payment meets, whom each counts for, and what it says when it is passed."""

from collections.abc import Iterator
from dataclasses import dataclass

from tokenpay.compliance.scoped_limit import Period, Scope, ScopedLimit
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.operator import Role
from tokenpay.payments.intent import CASH, OWN_MONEY, BookParty, Intent, Purpose

UNLIMITED = OWN_MONEY | {Purpose.COLLECTION, Purpose.REVERSAL, Purpose.VARIANCE}
"""No limit counts these: the bank's own money, money that comes in, what two people take back, what a count found."""
_WHOSE = {
    Scope.CUSTOMER: "this customer's",
    Scope.OPERATOR: "this operator's",
    Scope.ROLE: "this role's",
    Scope.BRANCH: "this branch's",
}
_REASONS = {
    (scope, period): (code, f"{_WHOSE[scope]} {period}")
    for code, scope, periods in (
        ("limit.customer_day", Scope.CUSTOMER, [Period.DAY]),
        ("limit.customer", Scope.CUSTOMER, [Period.PAYMENT, Period.WEEK, Period.MONTH]),
        ("limit.operator_day", Scope.OPERATOR, [Period.DAY]),
        ("limit.operator", Scope.OPERATOR, [Period.PAYMENT, Period.WEEK, Period.MONTH]),
        ("limit.role", Scope.ROLE, list(Period)),
        ("limit.branch", Scope.BRANCH, list(Period)),
    )
    for period in periods
}

Limits = dict[tuple[str, str, str, str], ScopedLimit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One limit that a payment meets; `counter` is where what it counts is kept, such as `operator/ann`."""

    of: Scope
    period: Period
    counter: str
    units: int

    def counted(self, asset_id: str) -> tuple[str, str, Period]:
        """Return what names the use that it counts."""
        return asset_id, self.counter, self.period


def counted_customers(intent: Intent) -> tuple[str, ...]:
    """Return whose day a payment counts for: who pays, and in an exchange the customer whichever way it goes."""
    parties = (intent.debtor,) if intent.cash is None else (intent.debtor, intent.creditor)
    return tuple(p.owner for p in parties if isinstance(p, BookParty) and p.kind is AccountKind.CUSTOMER)


def maker_counter(maker: str, role: Role) -> str:
    """Return where what an operator makes is counted: a customer's ways in, numbered behind a dot, are one person."""
    return f"operator/{maker}" if role is not Role.CUSTOMER else f"self_service/{maker.rpartition('.')[0]}"


def met(
    limits: Limits, asset_id: str, intent: Intent, *, role: Role, branch: str, days: tuple[int, int]
) -> Iterator[Met]:
    """Yield the limits beyond one payment's own that an intent meets in one asset.

    `days` are the asset's own limits for a customer's day and an operator's.
    """
    # Money that is no customer's is bounded all the same, but for the bank's own cash.
    customers = counted_customers(intent) or (() if intent.purpose in CASH else ("",))
    for customer in customers:
        yield from _of(limits, asset_id, Scope.CUSTOMER, customer, days[0])
    counter = maker_counter(intent.maker, role)
    yield from _of(limits, asset_id, Scope.OPERATOR, intent.maker, days[1], counter=counter)
    if limits:
        yield from _of(limits, asset_id, Scope.ROLE, role, None, counter=counter)
        yield from _of(limits, asset_id, Scope.BRANCH, branch, None)


def reason_of(limit: Met) -> tuple[str, str]:
    """Return the code of a limit that was passed, and which it is in words."""
    return _REASONS[limit.of, limit.period]


def _of(
    limits: Limits, asset_id: str, of: Scope, name: str, day_units: int | None, *, counter: str = ""
) -> Iterator[Met]:
    counter = counter or f"{of}/{name}"
    if not limits:
        if day_units is not None:
            yield Met(of=of, period=Period.DAY, counter=counter, units=day_units)
        return
    for period in Period:
        scoped = limits.get((asset_id, of, name, period)) or limits.get((asset_id, of, "", period))
        if scoped is not None:
            yield Met(of=of, period=period, counter=counter, units=scoped.units)
        elif period is Period.DAY and day_units is not None:
            yield Met(of=of, period=period, counter=counter, units=day_units)
