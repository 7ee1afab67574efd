"""What the bank gives for what it gets, fixed for a while: cash against tokens at a rate that expires."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from tokenpay.errors import InvalidInput
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset, AssetKind

MAX_BASIS_POINTS = 10_000


class Side(StrEnum):
    """Which way cash goes over the counter."""

    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one whole `base` costs in whole `quoted`, as somebody named `source` said at `at_s`; exact, never a float."""

    base: Asset
    quoted: Asset
    price: Decimal
    source: str
    at_s: int

    def __post_init__(self) -> None:
        if not isinstance(self.price, Decimal) or not self.price.is_finite() or self.price <= 0:
            raise InvalidInput("a rate is an exact number above zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An offer to exchange `cash` for `tokens`, good before `expires_at_s` and once.

    `margin_basis_points` is the bank's part: the customer pays so much more on the way in and gets so
    much less on the way out. Rounding is always to the customer's cash, in the bank's favour by less
    than one smallest unit, and stands in the books as part of the position.
    """

    id: str
    side: Side
    cash: Amount
    tokens: Amount
    rate: Rate
    margin_basis_points: int
    made_at_s: int
    expires_at_s: int

    def __post_init__(self) -> None:
        if self.cash.asset.kind is not AssetKind.CASH or self.tokens.asset.kind is not AssetKind.TOKEN:
            raise InvalidInput("a quote is cash against a token")
        if not self.cash or not self.tokens:
            raise InvalidInput("a quote exchanges more than nothing: the amount is too small for the rate")
        if not self.made_at_s < self.expires_at_s:
            raise InvalidInput("a quote expires after it was made")

    def good_at(self, now_s: int) -> bool:
        """Tell whether the quote may still be taken."""
        return self.made_at_s <= now_s < self.expires_at_s


def quote(
    id: str, *, side: Side, tokens: Amount, rate: Rate, margin_basis_points: int, now_s: int, lifetime_s: int
) -> Quote:
    """Return what `tokens` cost in cash, or bring, at a rate of token to cash. Raises InvalidInput.

    The cash is rounded to the currency's smallest unit: up when the customer pays it, down when they get it.
    """
    if tokens.asset != rate.base or rate.quoted.kind is not AssetKind.CASH:
        raise InvalidInput("the rate is for other assets")
    if not 0 <= margin_basis_points < MAX_BASIS_POINTS:
        raise InvalidInput("a margin is 0 to 9,999 basis points")
    factor = MAX_BASIS_POINTS + (margin_basis_points if side is Side.CASH_IN else -margin_basis_points)
    per_unit = Fraction(rate.price) * Fraction(10) ** (rate.quoted.decimals - rate.base.decimals)
    worth = tokens.units * per_unit * factor / MAX_BASIS_POINTS
    cash = Amount(rate.quoted, ceil(worth) if side is Side.CASH_IN else floor(worth))
    return Quote(
        id=id,
        side=side,
        cash=cash,
        tokens=tokens,
        rate=rate,
        margin_basis_points=margin_basis_points,
        made_at_s=now_s,
        expires_at_s=now_s + lifetime_s,
    )
