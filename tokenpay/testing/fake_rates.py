"""A source of rates in memory: it says what it was told to, or does not answer."""

from decimal import Decimal

from tokenpay.errors import RateUnavailable
from tokenpay.money.asset import Asset
from tokenpay.money.rate import Rate
from tokenpay.ports import Clock


class FakeRates:
    """A RateSource whose rates are always of this moment, until they are given a date of their own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rates: dict[tuple[str, str], tuple[Decimal, int | None]] = {}
        self.answers = True

    def set(self, token: Asset, cash: Asset, price: str, *, at_s: int | None = None) -> None:
        """Say a price from now on; without `at_s` it is never old."""
        self._rates[token.id, cash.id] = (Decimal(price), at_s)

    def rate(self, token: Asset, cash: Asset) -> Rate:
        if not self.answers or (token.id, cash.id) not in self._rates:
            raise RateUnavailable(f"nobody says what {token.symbol} costs in {cash.symbol}")
        price, at_s = self._rates[token.id, cash.id]
        dated_s = self._clock.now_s() if at_s is None else at_s
        return Rate(token=token, cash=cash, price=price, source="fake", at_s=dated_s)
