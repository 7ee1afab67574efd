"""What the bank keeps in clear of data that travelled with a transfer: nothing that names a person."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from tokenpay.compliance.ivms101.document import Ivms101
from tokenpay.compliance.ivms101.write import write_ivms101
from tokenpay.primitives.canonical import canonical_bytes

SALT_BYTES = 32
_DOMAIN = "tokenpay/travel-rule/1"


class Way(StrEnum):
    """Which way the money goes."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelRecord:
    """`subject` is a payment's or a deposit's id; of several records of one subject the last stands.

    `institution` and `country` are the counterparty's, empty where the wallet is its owner's own or nothing is told.
    `digest` is over a salt and the document: who has both can prove which document it was, and after the erasure of
    the two it tells nothing.
    """

    id: str
    subject: str
    seq: int
    way: Way
    institution: str
    country: str
    digest: bytes
    attached_by: str
    attached_at_s: int
    keep_until_s: int
    erased_at_s: int | None = None

    @property
    def bound_to(self) -> bytes:
        """What the sealed document is bound to: it opens as that of this record and of no other."""
        return canonical_bytes([_DOMAIN, self.id, self.subject])


def salted_digest(document: Ivms101, salt: bytes) -> bytes:
    """Return SHA-256 over a salt of 32 bytes and the document's canonical text."""
    return sha256(salt + write_ivms101(document).encode()).digest()
