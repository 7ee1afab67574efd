"""The published red flags, each a rule of its own: it explains itself with its numbers, or says nothing.

The flags are those of FATF, "Virtual Assets: Red Flag Indicators of Money Laundering and Terrorist Financing" (2020),
and of FinCEN's guidance on structuring; the numbers are this bank's own. No rule decides anything: typologies add them
up. Every rule is asked with the intent, the activity before it and the time, and names nobody.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from tokenpay.compliance.risk.activity import REMEMBERED, Activity, Movement, since
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.payments.intent import Intent

HOUR_S, DAY_S = 3_600, 86_400
Rule = Callable[[Intent, Activity, int], str]
"""What it says of a payment, empty where it does not fire."""

UNDER_PERCENT, UNDER_PAYMENTS, UNDER_S = 70, 3, 3 * DAY_S
BURST_PAYMENTS, BURST_S = 5, HOUR_S
DORMANT_S, AWAKE_S = 90 * DAY_S, 3 * DAY_S
FAN_IN_PAYERS, FAN_IN_S = 4, 7 * DAY_S
EXIT_PERCENT, PASS_PERCENT, EXIT_S = 60, 80, 3 * DAY_S
ROUND_PERCENT, ROUNDS, ROUND_S, RETURN_S = 90, 2, 30 * DAY_S, 7 * DAY_S
NEW_S = 90 * DAY_S
FRESH_S = 3 * DAY_S
DRAIN_PERCENT, DRAIN_S = 60, DAY_S
STRANGERS_PAYMENTS, STRANGERS_S, HISTORY_NEEDED = 3, DAY_S // 2, 10
HOURS_NEEDED, HOURS_NEAR = 10, 3


def just_under(intent: Intent, activity: Activity, now_s: int) -> str:
    """Several payments within days, each just under what one person may pay, together well above it (structuring)."""
    line = activity.alone_units
    least = -(-line * UNDER_PERCENT // 100)
    if not 0 < least <= intent.amount.units <= line:
        return ""
    recent = activity.out_since(now_s - UNDER_S, intent.amount.asset.id)
    before = [movement for movement in recent if least <= movement.units <= line]
    above = sum(movement.units > line for movement in recent)
    if len(before) + 1 < UNDER_PAYMENTS or above > len(before):
        return ""
    total = _said(intent, intent.amount.units + _sum(before))
    return (
        f"{len(before) + 1} payments in {UNDER_S // DAY_S} days, each at {UNDER_PERCENT} % or more of the"
        f" {_said(intent, line)} that one person may pay alone, {total} together"
    )


def burst(intent: Intent, activity: Activity, now_s: int) -> str:
    """Many payments within an hour."""
    recent = len(since(activity.outgoing, now_s - BURST_S)) + 1
    return f"{recent} payments within an hour" if recent >= BURST_PAYMENTS else ""


def dormant(intent: Intent, activity: Activity, now_s: int) -> str:
    """The customer had been still for months until a few days ago."""
    awake_s = now_s - AWAKE_S
    known = (activity.outgoing, activity.incoming)
    if any(len(movements) >= REMEMBERED and movements[0].at_s >= awake_s for movements in known):
        return ""  # what came before is not remembered
    recent = [since(movements, awake_s) for movements in known]
    earlier = [movements[: len(movements) - len(new)][-1:] for movements, new in zip(known, recent, strict=True)]
    still_since_s = max((movement.at_s for found in earlier for movement in found), default=activity.enrolled_at_s)
    woke_s = min((movement.at_s for found in recent for movement in found[:1]), default=now_s)
    still_s = woke_s - still_since_s
    return f"no movement for {still_s // DAY_S} days before" if still_s >= DORMANT_S else ""


def fan_in(intent: Intent, activity: Activity, now_s: int) -> str:
    """Money came from many payers within days, none of whom this customer pays."""
    recent = activity.in_since(now_s - FAN_IN_S)
    if len(recent) < FAN_IN_PAYERS:
        return ""
    payees = {movement.counterparty for movement in activity.outgoing}
    payers = {movement.counterparty for movement in recent if movement.counterparty} - payees
    if len(payers) < FAN_IN_PAYERS:
        return ""
    return f"{_said(intent, _sum(recent))} from {len(payers)} payers in {FAN_IN_S // DAY_S} days"


def leaving(intent: Intent, activity: Activity, now_s: int) -> str:
    """Most of what came in within days goes out again, and it is more than half of what one person may pay."""
    return _leaving(intent, activity, now_s, above_units=activity.alone_units // 2)


def passing(intent: Intent, activity: Activity, now_s: int) -> str:
    """Nearly all of what came in within days goes out again, and it is more than half of what one person may pay."""
    return _leaving(intent, activity, now_s, above_units=activity.alone_units // 2, percent=PASS_PERCENT)


def _leaving(intent: Intent, activity: Activity, now_s: int, *, above_units: int, percent: int = EXIT_PERCENT) -> str:
    came = _sum(activity.in_since(now_s - FAN_IN_S))
    if not came:
        return ""
    gone = intent.amount.units + _sum(activity.out_since(now_s - EXIT_S, intent.amount.asset.id))
    if gone <= above_units or gone * 100 < came * percent:
        return ""
    return f"{_said(intent, gone)} leave in {EXIT_S // DAY_S} days of {_said(intent, came)} that came in"


def round_trip(intent: Intent, activity: Activity, now_s: int) -> str:
    """As much as is paid now went out before and came back within days, more than once."""
    least, most = intent.amount.units * ROUND_PERCENT // 100, intent.amount.units * 100 // ROUND_PERCENT
    back = [movement for movement in activity.in_since(now_s - ROUND_S) if least <= movement.units <= most]
    if len(back) < ROUNDS:
        return ""
    out = [move for move in activity.out_since(now_s - ROUND_S, intent.amount.asset.id) if least <= move.units <= most]
    rounds = 0
    for went in out:
        came = next((move for move in back if 0 <= move.at_s - went.at_s <= RETURN_S), None)
        if came is not None:
            back.remove(came)
            rounds += 1
    if rounds < ROUNDS or intent.amount.units * (rounds + 1) <= activity.alone_units:
        return ""
    about = _said(intent, intent.amount.units)
    return f"about {about} went out and came back {rounds} times in {ROUND_S // DAY_S} days"


def same_payee(intent: Intent, activity: Activity, now_s: int) -> str:
    """The payments of the last days go to one payee."""
    payee = str(intent.creditor)
    recent = since(activity.outgoing, now_s - UNDER_S)
    count = sum(movement.counterparty == payee for movement in recent) + 1
    return f"{count} payments to one payee" if count >= UNDER_PAYMENTS and count * 5 > len(recent) * 4 else ""


def fresh_payee(intent: Intent, activity: Activity, now_s: int) -> str:
    """The payee was never paid before."""
    before = activity.outgoing[: len(activity.outgoing) - len(since(activity.outgoing, now_s - FRESH_S))]
    known = any(movement.settled and movement.counterparty == str(intent.creditor) for movement in before)
    return "" if known else f"a payee who was not paid until {FRESH_S // DAY_S} days ago"


def new_customer(intent: Intent, activity: Activity, now_s: int) -> str:
    """The bank has known the customer for less than a month."""
    known_s = now_s - activity.enrolled_at_s
    return f"a customer for {max(known_s, 0) // DAY_S} days" if known_s < NEW_S else ""


def drain(intent: Intent, activity: Activity, now_s: int) -> str:
    """Most of what the customer had a day ago has gone with this payment, and it is more than one person may pay."""
    gone = intent.amount.units + _sum(activity.out_since(now_s - DRAIN_S, intent.amount.asset.id))
    had = activity.available_units + gone - intent.amount.units
    if gone <= activity.alone_units or gone * 100 < had * DRAIN_PERCENT:
        return ""
    return f"{_said(intent, gone)} of {_said(intent, had)} leave in a day"


def emptying(intent: Intent, activity: Activity, now_s: int) -> str:
    """Most of what the customer had, or of what has just come in, leaves, and it is more than one person may pay."""
    above_units = activity.alone_units
    return drain(intent, activity, now_s) or _leaving(intent, activity, now_s, above_units=above_units)


def strangers(intent: Intent, activity: Activity, now_s: int) -> str:
    """Who has paid others before pays several times within hours whom they never paid, above what one person may."""
    recent = since(activity.outgoing, now_s - STRANGERS_S)
    earlier = activity.outgoing[: len(activity.outgoing) - len(recent)]
    if len(recent) + 1 < STRANGERS_PAYMENTS or len(earlier) < HISTORY_NEEDED:
        return ""
    known = {movement.counterparty for movement in earlier if movement.settled}
    if str(intent.creditor) in known:
        return ""
    asset_id = intent.amount.asset.id
    fresh = [move for move in recent if move.asset_id == asset_id and move.counterparty not in known]
    total = intent.amount.units + _sum(fresh)
    if len(fresh) + 1 < STRANGERS_PAYMENTS or total <= activity.alone_units:
        return ""
    count, hours = len(fresh) + 1, STRANGERS_S // HOUR_S
    return f"{_said(intent, total)} in {count} payments within {hours} hours, to payees who were not paid before"


def odd_hour(intent: Intent, activity: Activity, now_s: int) -> str:
    """At an hour of the day that is far from every hour at which this customer paid before today."""
    earlier = activity.outgoing[: len(activity.outgoing) - len(since(activity.outgoing, now_s - DAY_S))]
    if len(earlier) < HOURS_NEEDED:
        return ""
    hour = _hour(now_s, activity)
    away = min(_apart(hour, _hour(movement.at_s, activity)) for movement in earlier)
    return f"{away} hours from any hour at which they paid before" if away >= HOURS_NEAR else ""


def _hour(at_s: int, activity: Activity) -> int:
    return (datetime.fromtimestamp(at_s, UTC) + timedelta(minutes=activity.utc_offset_minutes)).hour


def _apart(hour: int, other: int) -> int:
    return min((hour - other) % 24, (other - hour) % 24)


def _sum(movements: Iterable[Movement]) -> int:
    return sum([movement.units for movement in movements])


def _said(intent: Intent, units: int) -> str:
    return str(Amount(intent.amount.asset, min(units, MAX_UNITS)))
