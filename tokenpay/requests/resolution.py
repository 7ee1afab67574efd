"""What the bank knows of scanned text: each outcome has a name, and says whether it came from us."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from tokenpay.errors import InvalidRequest
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.request_state import RequestState
from tokenpay.requests.scanned import Unreadable


class Resolution(StrEnum):
    """A stable code with its message for people. `payable`: a payment may be proposed from it."""

    message: str

    OPEN = "open", "a request of this bank, waiting to be paid"
    PART_PAID = "part_paid", "a request of this bank, paid in part"
    PAID = "paid", "a request of this bank that has been paid already"
    EXPIRED = "expired", "a request of this bank that has expired"
    CANCELLED = "cancelled", "a request of this bank that was cancelled"
    UNKNOWN_REFERENCE = "unknown_reference", "this bank has issued no such reference"
    ALTERED = "altered", "a reference of this bank in a code that says otherwise than the request: it was changed"
    NOT_GENUINE = "not_genuine", "a signed request whose signature does not fit: it was misread or changed"
    OTHER_BANK = "other_bank", "a request that another bank signed, or somebody in its name"
    SIGNED_EXPIRED = "signed_expired", "a request that this bank signed, and whose time has passed"
    NOT_YET_VALID = "not_yet_valid", "a request that this bank signed later than now: look at the clock"
    FOREIGN_ADDRESS = "foreign_address", "not a request of this bank: check with the payee whose address it is"
    FOREIGN_CODE = "foreign_code", "a merchant's code of another scheme: this bank does not pay it"
    ENS_NAME = "ens_name", "an account by its ENS name: names are not looked up here, ask for the address"
    UNKNOWN_FUNCTION = "unknown_function", "a contract call that is not a token transfer"
    ASSET_ONLY = "asset_only", "an asset alone: nobody is named who would be paid"
    OTHER_CHAIN = "other_chain", "this is for a chain that the bank does not work on"
    UNKNOWN_TOKEN = "unknown_token", "this is for a token that the bank does not know"
    FROZEN_TOKEN = "frozen_token", "the bank has frozen this token"
    UNREADABLE = "unreadable", "this cannot be read as a request"

    def __new__(cls, code: str, message: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.message = message
        return member

    @classmethod
    def of(cls, state: RequestState) -> "Resolution":
        """Return how a request of ours in `state` resolves; `after_time` first brings the state up to date."""
        return _BY_STATE[state]

    @property
    def payable(self) -> bool:
        return self in (Resolution.OPEN, Resolution.PART_PAID, Resolution.FOREIGN_ADDRESS)


_BY_STATE = {
    RequestState.OPEN: Resolution.OPEN,
    RequestState.PART_PAID: Resolution.PART_PAID,
    RequestState.PAID: Resolution.PAID,
    RequestState.OVERPAID: Resolution.PAID,
    RequestState.LATE_PAID: Resolution.PAID,
    RequestState.EXPIRED: Resolution.EXPIRED,
    RequestState.CANCELLED: Resolution.CANCELLED,
}
_OURS = frozenset(_BY_STATE.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Scanned text with what the bank knows of it.

    `request` is there when the text leads to a request of ours, and only then is it `trusted`. The other
    fields are what would be paid; without a request they are the text's own claim, `payee_name` the name that a
    merchant's code claims. `chain_id` is the chain of `payee`: None where the text names none, and an address alone
    names none. Raises InvalidRequest when the parts do not agree.
    """

    resolution: Resolution
    request: PaymentRequest | None = None
    payee: Address | None = None
    chain_id: int | None = None
    asset: Asset | None = None
    amount: Amount | None = None
    payee_name: str = ""
    unreadable: Unreadable | None = None

    def __post_init__(self) -> None:
        # A frozen token may stand in a request of ours or in anybody else's.
        if self.resolution is not Resolution.FROZEN_TOKEN and (self.request is not None) != (self.resolution in _OURS):
            raise InvalidRequest("a request of ours, and nothing else, resolves to one of its states")
        if (self.unreadable is not None) != (self.resolution is Resolution.UNREADABLE):
            raise InvalidRequest("text that cannot be read, and nothing else, says why")
        if self.request is not None and self.payee_name:
            raise InvalidRequest("a request of ours has its payee in the bank's own record")

    @property
    def trusted(self) -> bool:
        """Whether the content is the bank's own record, not what the scanned text claims."""
        return self.request is not None

    @property
    def message(self) -> str:
        return self.resolution.message if self.unreadable is None else self.unreadable.message
