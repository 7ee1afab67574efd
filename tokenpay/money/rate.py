"""What one whole token costs in cash, as somebody said at some time: exact, dated, and only good for a while."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tokenpay.errors import InvalidInput, RateUnavailable
from tokenpay.money.asset import Asset, AssetKind

MAX_SOURCE = 64
_MAX_DIGITS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`price` whole `cash` for one whole `token`; `source` says who said so, at `at_s` in Unix seconds.

    Raises InvalidInput.
    """

    token: Asset
    cash: Asset
    price: Decimal
    source: str
    at_s: int

    def __post_init__(self) -> None:
        if self.token.kind is not AssetKind.TOKEN or self.cash.kind is not AssetKind.CASH:
            raise InvalidInput("a rate is the price of a token in cash")
        if not isinstance(self.price, Decimal) or not self.price.is_finite() or self.price <= 0:
            raise InvalidInput("a price is an exact number above zero")
        _, digits, exponent = self.price.as_tuple()
        if len(digits) > _MAX_DIGITS or not -_MAX_DIGITS <= int(exponent) <= _MAX_DIGITS:
            raise InvalidInput(f"a price has at most {_MAX_DIGITS} digits")
        if not 0 < len(self.source) <= MAX_SOURCE or not self.source.isprintable():
            raise InvalidInput(f"a rate's source is 1 to {MAX_SOURCE} printable characters")
        if type(self.at_s) is not int or self.at_s < 0:
            raise InvalidInput("a rate is dated in whole Unix seconds")

    @property
    def unit_price(self) -> Fraction:
        """Smallest units of cash for one smallest unit of the token."""
        return Fraction(self.price) * Fraction(10) ** (self.cash.decimals - self.token.decimals)

    def good_at(self, now_s: int, *, max_age_s: int) -> bool:
        """Tell whether the rate is neither too old nor from the future."""
        return 0 <= now_s - self.at_s <= max_age_s

    def check_good(self, now_s: int, *, max_age_s: int) -> None:
        """Raise RateUnavailable unless the rate is good now."""
        if not self.good_at(now_s, max_age_s=max_age_s):
            raise RateUnavailable("the rate is too old, or from the future", at_s=self.at_s)
