"""What a payee asks for: the content of a request, fixed when it is issued."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tokenpay.errors import InvalidRequest
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.requests.reference import PREFIX, check_reference_id
from tokenpay.requests.visible import is_visible

MAX_REMITTANCE = 140  # ISO 20022 Max140Text
_PAYEE = re.compile(r"[!-~]{1,80}")


class Terms(StrEnum):
    """What becomes of a payment that is not the amount asked."""

    PARTS = "parts"  # less is credited and leaves the rest open; what is above goes to suspense with a case
    EXACT = "exact"  # any other amount goes to suspense whole, with a case, and the request stays as it was


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """A request for money; raises InvalidRequest when its parts do not agree.

    `id` is the 26 characters of the short reference, `payee` a customer's ledger account. No amount
    means an open one: the first payment decides. It may be paid before `expires_at_s`, not at it.
    On a chain each request has its own `deposit_address`, since a token transfer carries no reference.
    """

    id: str
    payee: str
    asset: Asset
    amount: Amount | None
    created_at_s: int
    expires_at_s: int
    remittance_information: str = ""
    deposit_address: Address | None = None
    terms: Terms = Terms.PARTS

    def __post_init__(self) -> None:
        check_reference_id(self.id)
        if _PAYEE.fullmatch(self.payee) is None:
            raise InvalidRequest("a payee is an account id of 1 to 80 visible ASCII characters")
        if self.amount is not None and self.amount.asset != self.asset:
            raise InvalidRequest("the amount is not of the asset that is asked for")
        if self.amount is not None and not self.amount:
            raise InvalidRequest("a request asks for more than zero; leave the amount out to keep it open")
        if self.amount is None and self.terms is Terms.EXACT:
            raise InvalidRequest("an open amount cannot be met exactly")
        if not 0 <= self.created_at_s < self.expires_at_s:
            raise InvalidRequest("a request expires after it was made")
        if len(self.remittance_information) > MAX_REMITTANCE or not is_visible(self.remittance_information):
            raise InvalidRequest(f"the remittance information is up to {MAX_REMITTANCE} visible characters")
        if self.deposit_address is not None:
            if self.asset.chain_id is None:
                raise InvalidRequest("cash has no deposit address")
            if self.deposit_address == self.asset.contract:
                raise InvalidRequest("a token's own contract cannot be a deposit address")

    @property
    def reference(self) -> str:
        """The short reference, `TKP:` and the id: what our own QR code carries."""
        return PREFIX + self.id
