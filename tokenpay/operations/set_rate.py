"""Say what a token costs in cash: a supervisor's word, which a second one repeats where the price jumps."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from tokenpay.bank import Bank
from tokenpay.errors import AssetMismatch, RateUnavailable
from tokenpay.money.rate import Rate
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.ports import RateBook
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize
from tokenpay.steps.first_of_two import FirstOfTwo
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork

MAX_STEP = Fraction(1, 10)
"""What one person may change a price by: in one step, and since the day began or two people agreed."""


def set_rate(bank: Bank, rate: Rate, *, by: Session) -> bool:
    """Write a rate into the bank's own table. Returns whether it stands there now.

    A price more than a tenth away from the one in the table, or from the one that the day began with or two people
    agreed to since, is only asked for, until another supervisor sets the same price within an hour. Raises
    RateUnavailable for a bank whose rates come from elsewhere, or whose table cannot be read or written, NotFound and
    AssetMismatch for an asset that the bank does not know so, NotPermitted when the same person calls twice.
    """
    book = bank.required_rates()
    if not isinstance(book, RateBook):
        raise RateUnavailable("this bank's rates come from elsewhere")
    pair = f"{rate.token.id}/{rate.cash.symbol}"
    asked = FirstOfTwo(fact=f"rate_asked/{pair}", what=format(rate.price, "f"))
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        if any(uow.assets.get(asset.id).asset != asset for asset in (rate.token, rate.cash)):
            raise AssetMismatch("the rate is of an asset that this bank knows otherwise")
        last = book.last(rate.token, rate.cash)
        details: dict[str, Value] = {"price": asked.what, "source": rate.source, "dated_s": rate.at_s}
        now_s = bank.clock.now_s()
        day = uow.policies.newest().hours.day(now_s)
        before = last.price if last is not None else rate.price
        began = _began(uow, pair, day) or before
        if _jumps(rate.price, before) or _jumps(rate.price, began):
            first = asked.second(uow, operator, at_s=now_s, alone="a price that jumps is set by two people")
            if not first:
                record(uow, bank, operator, "rate.asked", pair, details)
                return False
            details["with"] = first
            began = rate.price
        asked.forget(uow)
        uow.facts.set(_day_of(pair), f"{day} {began:f}")
        record(uow, bank, operator, "rate.set", pair, details)
        uow.at_last(lambda: book.write(rate))  # behind the record, and where it fails there is none
        return True


def _jumps(price: Decimal, since: Decimal) -> bool:
    return abs(Fraction(price) / Fraction(since) - 1) > MAX_STEP


def _day_of(pair: str) -> str:
    return f"rate_asked/{pair}/day"


def _began(uow: UnitOfWork, pair: str, day: str) -> Decimal | None:
    """Return what one person's steps of this day are measured from, once one was made."""
    on, _, text = uow.facts.get(_day_of(pair), "").partition(" ")
    try:
        price = Decimal(text)
    except InvalidOperation:  # a terminal's own SQL may write here
        return None
    return price if on == day and price.is_finite() and price > 0 else None
