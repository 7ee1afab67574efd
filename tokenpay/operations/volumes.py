"""How much moved: by day, branch, asset, purpose and the counterparty's country."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain

from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize

MAX_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What became final on one day (UTC): `purpose` is a payment's, or `deposit` for what came in from a chain.

    `branch` is where the payment was made. A deposit comes to no branch, and counts on the day it was judged, with what
    really came. `country` is the counterparty's (ISO 3166-1), where the Travel Rule's data tells it.
    """

    day: date
    branch: str
    purpose: str
    count: int
    amount: Amount
    country: str = ""


def volumes(bank: Bank, *, since_s: int, until_s: int, by: Session) -> list[Volume]:
    """Return what became final from `since_s` up to and without `until_s` (Unix seconds), by day, oldest first.

    Exact: added up from what each payment and deposit says of itself. Raises InvalidInput for more than 400 days.
    """
    if not 0 <= since_s <= until_s <= since_s + MAX_DAYS * 86_400:
        raise InvalidInput(f"volumes are asked for from one time to a later one, for up to {MAX_DAYS} days")
    counts: Counter[tuple[date, str, str, str, str]] = Counter()
    units: Counter[tuple[date, str, str, str, str]] = Counter()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.REPORT)
        known = {registered.asset.id: registered.asset for registered in uow.assets.all()}
        for row in chain(
            uow.payments.final_transfers(since_s, until_s), uow.deposits.final_transfers(since_s, until_s)
        ):
            day = datetime.fromtimestamp(row.at_s, tz=UTC).date()
            place = (day, row.branch, row.kind, row.asset_id, row.country)
            counts[place] += 1
            units[place] += row.units
    return [
        Volume(
            day=place[0],
            branch=place[1],
            purpose=place[2],
            count=counts[place],
            amount=Amount(known[place[3]], units[place]),
            country=place[4],
        )
        for place in sorted(counts)
    ]
