"""The signed bytes of a payment, and each time they were sent."""

from dataclasses import dataclass, field
from enum import StrEnum

from tokenpay.ethereum.fees import Fees
from tokenpay.ethereum.transaction import DynamicFeeTransaction, SignedTransaction, decode
from tokenpay.payments.outgoing import moves_nothing


class AttemptOutcome(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPayment:
    """One version of a payment's transaction, stored before it is sent. A fee bump adds a version at the same nonce.

    One may recall the payment: it pays nobody, and takes the nonce before any other version does.
    """

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

    @classmethod
    def of(
        cls,
        payment_id: str,
        signed: SignedTransaction,
        content: DynamicFeeTransaction,
        *,
        version: int,
        at_s: int,
        clearance_id: str,
    ) -> "SignedPayment":
        """Return a version of a payment from its transaction, as it was signed and as what."""
        return cls(
            payment_id=payment_id,
            version=version,
            chain_id=content.chain_id,
            nonce=content.nonce,
            raw=signed.raw,
            transaction_hash=signed.hash,
            max_fee_wei=content.max_fee_wei,
            priority_fee_wei=content.max_priority_fee_wei,
            signed_at_s=at_s,
            clearance_id=clearance_id,
        )

    @property
    def fees(self) -> Fees:
        return Fees(priority_fee_wei=self.priority_fee_wei, max_fee_wei=self.max_fee_wei)

    def pays_nobody(self) -> bool:
        """Tell by the bytes themselves whether this is a no-op, whatever the books say of it."""
        signed = decode(self.raw)
        return moves_nothing(signed.transaction, signed.sender)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One broadcast. `unknown` means: no usable answer, send the same bytes again."""

    payment_id: str
    version: int
    seq: int
    at_s: int
    outcome: AttemptOutcome
    reason: str
