"""The other half of an exchange: the cash that moves in a drawer against the payment's tokens."""

import re
from dataclasses import dataclass

from tokenpay.errors import AssetMismatch, InvalidInput
from tokenpay.money.amount import Amount
from tokenpay.money.asset import AssetKind
from tokenpay.primitives.canonical import Value

_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CashLeg:
    """`amount` goes into or out of `drawer`, the bank's `fee` within it, as the quote said. Raises InvalidInput."""

    drawer: str
    amount: Amount
    fee: Amount
    quote_id: str

    def __post_init__(self) -> None:
        if self.amount.asset.kind is not AssetKind.CASH or not self.amount:
            raise InvalidInput("an exchange moves cash")
        if self.fee.asset != self.amount.asset:
            raise AssetMismatch("the fee of an exchange is in its cash")
        if _NAME.fullmatch(self.drawer) is None or _NAME.fullmatch(self.quote_id) is None:
            raise InvalidInput("an exchange names its drawer and its quote")

    def content(self) -> dict[str, Value]:
        """Return what an intent's canonical content says of its cash."""
        return {
            "drawer": self.drawer,
            "cash_asset": self.amount.asset.id,
            "cash_decimals": self.amount.asset.decimals,
            "cash_units": str(self.amount.units),
            "fee_units": str(self.fee.units),
            "quote_id": self.quote_id,
        }
