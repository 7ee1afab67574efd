"""What the bank gives for what it gets, fixed for a while: cash against tokens at a rate that expires."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from tokenpay.counter.cash_count import faces
from tokenpay.errors import AssetMismatch, InvalidInput
from tokenpay.money.amount import Amount
from tokenpay.money.asset import AssetKind
from tokenpay.money.rate import Rate
from tokenpay.money.tariff import BASIS_POINTS, Tariff


class Direction(StrEnum):
    """Which way cash goes over the counter: in, and the customer gets tokens; out, and they give tokens."""

    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """What changes hands: tokens, and the cash that goes over the counter. The bank's `fee` is within that cash."""

    tokens: Amount
    cash: Amount
    fee: Amount

    def __post_init__(self) -> None:
        if self.tokens.asset.kind is not AssetKind.TOKEN or self.cash.asset.kind is not AssetKind.CASH:
            raise InvalidInput("an exchange is cash against a token")
        if self.fee.asset != self.cash.asset:
            raise AssetMismatch("the fee of an exchange is in its cash")
        if not self.tokens or not self.cash:
            raise InvalidInput("the amount is too small for the rate and the fee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The bank's offer to one customer, by the operator and in the shift that made it; taken once, before it expires.

    It names the `policy_version` whose tariff it was made by. Times are Unix seconds.
    """

    id: str
    direction: Direction
    customer_id: str
    legs: Legs
    rate: Rate
    policy_version: int
    shift_id: str
    operator_id: str
    branch: str
    quoted_at_s: int
    expires_at_s: int

    def __post_init__(self) -> None:
        if (self.legs.tokens.asset, self.legs.cash.asset) != (self.rate.token, self.rate.cash):
            raise AssetMismatch("a quote is of what its rate is of")
        if not self.quoted_at_s < self.expires_at_s:
            raise InvalidInput("a quote expires after it was made")

    def good_at(self, now_s: int) -> bool:
        """Tell whether the quote may still be taken."""
        return self.quoted_at_s <= now_s < self.expires_at_s


def work_out(amount: Amount, *, direction: Direction, rate: Rate, tariff: Tariff) -> Legs:
    """Return what changes hands for so many tokens, or for so much cash.

    What is worked out is rounded once, in the bank's favour and by less than one smallest unit: of the token, or of
    what can be paid in the currency's notes and coins. The fee is told rounded down. Raises InvalidInput for cash
    that no coins make, for an amount that is too small, and where the notes and coins are not known; AssetMismatch.
    """
    if (tariff.token, tariff.currency) != (rate.token.id, rate.cash.symbol):
        raise AssetMismatch("the tariff is for other assets than the rate")
    coin_units = faces(rate.cash.symbol)[-1].units
    cash_in = direction is Direction.CASH_IN
    spread = tariff.sell_basis_points if cash_in else -tariff.buy_basis_points
    price = rate.unit_price * (BASIS_POINTS + spread) / BASIS_POINTS
    if amount.asset == rate.token:
        worth = amount.units * price
        fee = tariff.fee(worth)
        cash_units = _rounded(worth + fee if cash_in else worth - fee, coin_units, "up" if cash_in else "down")
        return _legs(rate, amount.units, cash_units, fee)
    if amount.asset != rate.cash:
        raise AssetMismatch("the amount is neither of the token nor of the cash")
    if amount.units % coin_units:
        raise InvalidInput(f"the smallest coin is {Amount(rate.cash, coin_units)}")
    worth = _worth_of(amount.units, tariff, cash_in=cash_in)
    token_units = _rounded(worth / price, 1, "down" if cash_in else "up")
    return _legs(rate, token_units, amount.units, tariff.fee(token_units * price))


def _worth_of(cash_units: int, tariff: Tariff, *, cash_in: bool) -> Fraction:
    """Return what the tokens are worth where so much cash, with the fee in it or taken off it, changes hands."""
    part, minimum = Fraction(tariff.fee_basis_points, BASIS_POINTS), tariff.fee_minimum_units
    if cash_in:
        return min(Fraction(cash_units - minimum), cash_units / (1 + part))
    return max(Fraction(cash_units + minimum), cash_units / (1 - part))


def _rounded(value: Fraction, step_units: int, rounding: Literal["down", "up"]) -> int:
    steps = value / step_units
    return (floor(steps) if rounding == "down" else ceil(steps)) * step_units


def _legs(rate: Rate, token_units: int, cash_units: int, fee: Fraction) -> Legs:
    if token_units <= 0 or cash_units <= 0:
        raise InvalidInput("the amount is too small for the rate and the fee")
    return Legs(
        tokens=Amount(rate.token, token_units), cash=Amount(rate.cash, cash_units), fee=Amount(rate.cash, floor(fee))
    )
