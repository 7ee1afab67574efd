"""What the limits that a payment meets have counted so far, locked until the unit of work ends."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from tokenpay.compliance.limits import UNLIMITED, counted_customers
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.scoped_limit import Period, Scope
from tokenpay.payments.intent import Intent
from tokenpay.store.unit_of_work import UnitOfWork

Used = dict[tuple[str, str, Period], int]
"""Units by asset id, counter and period."""


def count_use(uow: UnitOfWork, intent: Intent, *, now_s: int) -> None:
    """Count an intent that is held or cleared in the counters that `clear` has locked."""
    policy = uow.policies.newest()
    used = lock_used(uow, policy, [intent], now_s=now_s)
    for amount in intent.amounts:
        of, day = amount.asset.id, policy.hours.day(now_s)
        uow.limits.use(intent.uetr, used.get(of, {}), asset_id=of, day=day, units=amount.units)


def lock_used(uow: UnitOfWork, policy: Policy, intents: Sequence[Intent], *, now_s: int) -> dict[str, dict[str, int]]:
    """Return what each counter that limits these intents has used today, by asset id, locked.

    An exchange counts for its customer whichever way it goes. Where a week or a month is limited, the day before is
    locked too, and first: a payment just before midnight and one just after then wait for each other.
    """
    wanted: dict[str, set[str]] = {}
    for intent in intents:
        for amount in intent.amounts:
            wanted.setdefault(amount.asset.id, set()).update(_counters(uow, policy, intent, amount.asset.id))
    day = policy.hours.day(now_s)
    used = {}
    for asset_id in sorted(wanted):
        if policy.periods(asset_id) & {Period.WEEK, Period.MONTH}:
            uow.limits.lock_used(wanted[asset_id], asset_id=asset_id, day=_day_before(day))
        used[asset_id] = uow.limits.lock_used(wanted[asset_id], asset_id=asset_id, day=day)
    return used


def used_units(uow: UnitOfWork, policy: Policy, intent: Intent, *, now_s: int) -> Used:
    """Return what every limit that an intent meets has counted without it."""
    today, day, used = lock_used(uow, policy, [intent], now_s=now_s), policy.hours.day(now_s), Used()
    for asset_id, counters in today.items():
        used.update({(asset_id, counter, Period.DAY): units for counter, units in counters.items()})
        for period in policy.periods(asset_id) & {Period.WEEK, Period.MONTH}:
            first = period.first_day(day)
            earlier = uow.limits.used_between(counters, asset_id=asset_id, first_day=first, before_day=day)
            for counter, units in counters.items():
                used[asset_id, counter, period] = units + earlier.get(counter, 0)
    return used


def _counters(uow: UnitOfWork, policy: Policy, intent: Intent, asset_id: str) -> Iterable[str]:
    if intent.purpose in UNLIMITED:
        return
    yield f"operator/{intent.maker}"
    yield from (f"customer/{number}" for number in counted_customers(intent))
    if policy.limits_a(Scope.BRANCH, asset_id):
        yield f"branch/{uow.operators.get(intent.maker).branch}"


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
