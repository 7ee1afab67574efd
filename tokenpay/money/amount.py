"""An exact number of an asset's smallest units."""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal, DecimalException, Inexact
from typing import Literal, Self

from tokenpay.errors import AssetMismatch, InsufficientFunds, InvalidAmount, PrecisionLost
from tokenpay.money.asset import Asset

MAX_UNITS = 2**256 - 1
_PLAIN = re.compile(r"(0|[1-9][0-9]{0,77})(?:\.([0-9]{1,78}))?")
_EXACT = Context(prec=200)
_EXACT.traps[Inexact] = True

Rounding = Literal["down", "up", "half_even"]
_ROUNDINGS = {"down": ROUND_DOWN, "up": ROUND_UP, "half_even": ROUND_HALF_EVEN}


@dataclass(frozen=True, slots=True, order=False)
class Amount:
    """`units` smallest units of `asset`, from 0 to 2**256 - 1; never a float, never negative.

    Arithmetic and comparison across assets raise AssetMismatch.
    """

    asset: Asset
    units: int

    def __post_init__(self) -> None:
        if type(self.units) is not int:
            raise InvalidAmount("an amount is a whole number of smallest units")
        if not 0 <= self.units <= MAX_UNITS:
            raise InvalidAmount("an amount is between 0 and 2**256 - 1 smallest units")

    @classmethod
    def parse(cls, text: str, asset: Asset, *, rounding: Rounding | None = None) -> Self:
        """Read plain decimal text such as `12.50`, in whole assets.

        No sign, exponent, grouping or locale. More decimals than the asset has raise PrecisionLost
        unless `rounding` names what to do with them. Raises InvalidAmount.
        """
        match = _PLAIN.fullmatch(text)
        if match is None:
            raise InvalidAmount("an amount is written like 12.50: digits, and a point before decimals")
        return cls.of(Decimal(text), asset, rounding=rounding)

    @classmethod
    def of(cls, value: Decimal | int, asset: Asset, *, rounding: Rounding | None = None) -> Self:
        """Return `value` whole assets, exactly; see `parse` for `rounding`. Raises PrecisionLost."""
        if isinstance(value, float):
            raise InvalidAmount("an amount is never a float")
        try:
            scaled = _EXACT.scaleb(Decimal(value), asset.decimals)
        except DecimalException:
            raise InvalidAmount("an amount has at most 200 digits") from None
        if not scaled.is_finite() or not 0 <= scaled <= MAX_UNITS:
            raise InvalidAmount("an amount is between 0 and 2**256 - 1 smallest units")
        if rounding is None:
            units = int(scaled)
            if units != scaled:
                raise PrecisionLost(f"{asset.symbol} has {asset.decimals} decimals", asset=asset.id)
        else:
            units = int(scaled.to_integral_value(_ROUNDINGS[rounding], context=_EXACT))
        return cls(asset, units)

    def decimal(self) -> Decimal:
        """Return whole assets as an exact Decimal with all the asset's decimals."""
        return Decimal(self.units).scaleb(-self.asset.decimals, context=_EXACT)

    def number(self) -> str:
        """Return whole assets as plain text with all decimals and no grouping; `parse` reads it back."""
        digits = str(self.units).zfill(self.asset.decimals + 1)
        point = len(digits) - self.asset.decimals
        return f"{digits[:point]}.{digits[point:]}" if self.asset.decimals else digits

    def short(self) -> str:
        """Return `number` without the zeros that only fill up, keeping two decimals where the asset has them."""
        whole, point, decimals = self.number().partition(".")
        kept = decimals.rstrip("0").ljust(min(2, self.asset.decimals), "0")
        return f"{whole}{point}{kept}" if kept else whole

    def __str__(self) -> str:
        return f"{self.short()} {self.asset.symbol}"

    def __bool__(self) -> bool:
        return self.units != 0

    def _same(self, other: "Amount") -> int:
        if not isinstance(other, Amount):
            raise AssetMismatch("an amount meets only another amount")
        if other.asset.id != self.asset.id or other.asset.decimals != self.asset.decimals:
            raise AssetMismatch("amounts of different assets do not meet", left=self.asset.id, right=other.asset.id)
        return other.units

    def __add__(self, other: "Amount") -> Self:
        return type(self)(self.asset, self.units + self._same(other))

    def __sub__(self, other: "Amount") -> Self:
        units = self.units - self._same(other)
        if units < 0:
            raise InsufficientFunds("the amount is larger than what it is taken from", asset=self.asset.id)
        return type(self)(self.asset, units)

    def __lt__(self, other: "Amount") -> bool:
        return self.units < self._same(other)

    def __le__(self, other: "Amount") -> bool:
        return self.units <= self._same(other)

    def __gt__(self, other: "Amount") -> bool:
        return self.units > self._same(other)

    def __ge__(self, other: "Amount") -> bool:
        return self.units >= self._same(other)


def checked_amount(given: Amount) -> Amount:
    """Return an amount that somebody gave; raises InvalidAmount for a number or a text, which know no asset."""
    if not isinstance(given, Amount):
        raise InvalidAmount('an amount knows its asset: `Amount.parse("12.50", asset)`')
    return given
