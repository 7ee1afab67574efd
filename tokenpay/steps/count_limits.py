"""What the limits that a payment meets have counted so far, locked until the unit of work ends."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from tokenpay.compliance.limits import UNLIMITED, counted_customers, maker_counter
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.scoped_limit import Period, Scope
from tokenpay.payments.intent import Intent
from tokenpay.store.unit_of_work import UnitOfWork

Used = dict[tuple[str, str, Period], int]
"""Units by asset id, counter and period."""


def count_use(uow: UnitOfWork, intent: Intent) -> None:
    """Count a new intent, held or cleared, in the counters that `clear` has locked."""
    policy = uow.policies.newest()
    day = policy.hours.day(intent.created_at_s)
    _count(uow, intent, lock_used(uow, policy, [intent], day=day), day=day)


def count_since(uow: UnitOfWork, intent: Intent) -> None:
    """Count an intent that was held in what is counted only since: a branch's payments, by a limit that came later."""
    policy = uow.policies.newest()
    day, counted = _counted(uow, policy, intent)
    used = lock_used(uow, policy, [intent], day=day)
    missing = {
        asset_id: {counter: units for counter, units in counters.items() if (asset_id, counter) not in counted}
        for asset_id, counters in used.items()
    }
    _count(uow, intent, missing, day=day)


def _count(uow: UnitOfWork, intent: Intent, used: dict[str, dict[str, int]], *, day: str) -> None:
    for amount in intent.amounts:
        of = amount.asset.id
        uow.limits.use(intent.uetr, used.get(of, {}), asset_id=of, day=day, units=amount.units)


def _counted(uow: UnitOfWork, policy: Policy, intent: Intent) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return the day that an intent counts for, when it was made, and the (asset id, counter) that have it."""
    uses = uow.limits.uses(intent.uetr)
    day = next((day for _, _, day in uses), policy.hours.day(intent.created_at_s))
    return day, frozenset((asset_id, counter) for asset_id, counter, _ in uses)


def lock_used(uow: UnitOfWork, policy: Policy, intents: Sequence[Intent], *, day: str) -> dict[str, dict[str, int]]:
    """Return what each counter that limits these intents has used on a day, by asset id, locked.

    An exchange counts for its customer whichever way it goes. Where a week or a month is limited, the day before is
    locked too, and first: a payment just before midnight and one just after then wait for each other.
    """
    wanted: dict[str, set[str]] = {}
    for intent in intents:
        for amount in intent.amounts:
            wanted.setdefault(amount.asset.id, set()).update(_counters(uow, policy, intent, amount.asset.id))
    used = {}
    for asset_id in sorted(wanted):
        if policy.periods(asset_id) & {Period.WEEK, Period.MONTH}:
            uow.limits.lock_used(wanted[asset_id], asset_id=asset_id, day=_day_before(day))
        used[asset_id] = uow.limits.lock_used(wanted[asset_id], asset_id=asset_id, day=day)
    return used


def used_units(uow: UnitOfWork, policy: Policy, intent: Intent, *, counted: bool) -> Used:
    """Return what every limit that an intent meets has counted without it; `counted`: it stands in the counters.

    A payment counts for the day on which it was made, also where it is decided later, or a moment after midnight.
    """
    day, own = _counted(uow, policy, intent) if counted else (policy.hours.day(intent.created_at_s), frozenset())
    units_of = {amount.asset.id: amount.units for amount in intent.amounts}
    used = Used()
    for asset_id, whole in lock_used(uow, policy, [intent], day=day).items():
        counters = {
            counter: units - (units_of[asset_id] if (asset_id, counter) in own else 0)
            for counter, units in whole.items()
        }
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
    maker = uow.operators.get(intent.maker)
    yield maker_counter(maker.id, maker.role)
    yield from (f"customer/{number}" for number in counted_customers(intent))
    if policy.limits_a(Scope.BRANCH, asset_id):
        yield f"branch/{maker.branch}"


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
