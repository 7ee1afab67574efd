"""What a payment is like beside what its customer paid before: the numbers that a model of their habit learns from.

Only what was paid to the end teaches, and only days after it was: nobody trains a model by attempts, nor within the
days in which a theft is noticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tokenpay.compliance.risk.activity import Activity, Movement, since
from tokenpay.payments.intent import Intent

HABIT = "habit"
"""What the scorer of habits is called, and what the policy asks for it by."""
DAY_S = 86_400
LEARNT_AFTER_S = 3 * DAY_S
USUAL_PERCENT = 150
"""As much of the most that a payee ever got is usual for them, and nothing to look at."""
HOURS = 3
PARTS_OF_DAY = 24 // HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One payment beside those before it: in units, and with all of its day, that one included.

    `part_of_day` is by the bank's clock, three hours each.
    """

    amount: int
    day_units: int
    day_count: int
    fresh_payee: bool
    part_of_day: int


def learnt(intent: Intent, activity: Activity, now_s: int) -> tuple[Movement, ...]:
    """Return the payments that teach a habit, oldest first: of this asset, final, and days ago."""
    asset_id = intent.amount.asset.id
    old = activity.outgoing[: len(activity.outgoing) - len(since(activity.outgoing, now_s - LEARNT_AFTER_S))]
    return tuple(movement for movement in old if movement.settled and movement.asset_id == asset_id)


def lived(movements: tuple[Movement, ...], utc_offset_minutes: int) -> Iterator[Traits]:
    """Yield the traits of a customer's payments, one after the other; a day's sums are of all that was paid in it."""
    payees: set[str] = set()
    first, day_units = 0, 0
    for number, movement in enumerate(movements):
        while movements[first].at_s <= movement.at_s - DAY_S:
            day_units -= movements[first].units
            first += 1
        day_units += movement.units
        yield Traits(
            amount=movement.units,
            day_units=day_units,
            day_count=1 + number - first,
            fresh_payee=movement.counterparty not in payees,
            part_of_day=_part_of_day(movement.at_s, utc_offset_minutes),
        )
        payees.add(movement.counterparty)


def asked(intent: Intent, activity: Activity, now_s: int, movements: tuple[Movement, ...]) -> Traits | None:
    """Return the traits of a payment, its day's of all that is paid out of habit; None for a usual one.

    A payee who got about as much before is a habit of their own: rent is no surprise because bread costs less. What
    is held or on its way counts as paid.
    """
    most: dict[str, int] = {}
    for movement in movements:
        most[movement.counterparty] = max(movement.units, most.get(movement.counterparty, 0))

    def usual(payee: str, units: int) -> bool:
        return units * 100 <= most.get(payee, 0) * USUAL_PERCENT

    units, payee = intent.amount.units, str(intent.creditor)
    if usual(payee, units):
        return None
    today = activity.out_since(now_s - DAY_S + 1, intent.amount.asset.id)
    odd = [movement.units for movement in today if not usual(movement.counterparty, movement.units)]
    return Traits(
        amount=units,
        day_units=units + sum(odd),
        day_count=1 + len(odd),
        fresh_payee=payee not in most,
        part_of_day=_part_of_day(now_s, activity.utc_offset_minutes),
    )


def _part_of_day(at_s: int, utc_offset_minutes: int) -> int:
    return (datetime.fromtimestamp(at_s, UTC) + timedelta(minutes=utc_offset_minutes)).hour // HOURS
