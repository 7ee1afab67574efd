"""What the bank takes for exchanging a token against a currency's cash."""

from dataclasses import dataclass
from fractions import Fraction

from tokenpay.errors import InvalidInput
from tokenpay.money.amount import MAX_UNITS
from tokenpay.money.asset import Asset

BASIS_POINTS = 10_000
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """The bank's part in the exchange of `token` (an asset id) against cash of `currency` (ISO 4217).

    The bank sells a token for `sell_basis_points` more than the rate, and buys it for `buy_basis_points` less. Its
    fee is `fee_basis_points` of the cash that this comes to, and at least `fee_minimum_units`. A quote stands for
    `quote_lifetime_s`; a rate older than `rate_max_age_s` makes none. Raises InvalidInput, InvalidAsset.
    """

    token: str
    currency: str
    sell_basis_points: int
    buy_basis_points: int
    fee_basis_points: int = 0
    fee_minimum_units: int = 0
    quote_lifetime_s: int
    rate_max_age_s: int

    def __post_init__(self) -> None:
        Asset.cash(self.currency)
        for name, number, least, most in (
            ("sell_basis_points", self.sell_basis_points, 0, BASIS_POINTS - 1),
            ("buy_basis_points", self.buy_basis_points, 0, BASIS_POINTS - 1),
            ("fee_basis_points", self.fee_basis_points, 0, BASIS_POINTS - 1),
            ("fee_minimum_units", self.fee_minimum_units, 0, MAX_UNITS),
            ("quote_lifetime_s", self.quote_lifetime_s, 1, _DAY_S),
            ("rate_max_age_s", self.rate_max_age_s, 1, 366 * _DAY_S),
        ):
            if type(number) is not int or not least <= number <= most:
                raise InvalidInput(f"the tariff's {name} is a whole number from {least} to {most}")

    def fee(self, worth: Fraction) -> Fraction:
        """Return the fee of an exchange that comes to so much cash, in smallest units, before it is rounded."""
        return max(Fraction(self.fee_minimum_units), worth * self.fee_basis_points / BASIS_POINTS)
