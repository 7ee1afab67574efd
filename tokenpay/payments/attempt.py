"""The signed bytes of a payment, and each time they were sent."""

from dataclasses import dataclass, field
from enum import StrEnum

from tokenpay.ethereum.fees import Fees


class AttemptOutcome(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPayment:
    """One version of a payment's transaction, stored before it is sent. A fee bump adds a version at the same nonce."""

    payment_id: str
    version: int
    chain_id: int
    nonce: int
    raw: bytes = field(repr=False)
    transaction_hash: bytes
    max_fee_wei: int
    priority_fee_wei: int
    signed_at_s: int
    clearance_id: str

    @property
    def fees(self) -> Fees:
        return Fees(priority_fee_wei=self.priority_fee_wei, max_fee_wei=self.max_fee_wei)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One broadcast. `unknown` means: no usable answer, send the same bytes again."""

    payment_id: str
    version: int
    seq: int
    at_s: int
    outcome: AttemptOutcome
    reason: str
