"""Seal what names people, so that only who holds the private data key of a bank opens it: a terminal does not."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tokenpay.bank import Bank
from tokenpay.compliance.ivms101.document import Ivms101
from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.travel_record import TravelRecord
from tokenpay.errors import IntegrityError, InvalidTravelRule, SignerUnavailable
from tokenpay.store.unit_of_work import UnitOfWork

KEY_BYTES = 32
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(data: bytes, *, to: bytes, bound_to: bytes) -> bytes:
    """Seal data to the first 32 bytes of a public data key (RFC 9180: X25519, HKDF-SHA-256, AES-256-GCM).

    It opens only with what it is `bound_to`. The cipher makes its own fresh key each time, from the system's entropy.
    """
    try:
        key = X25519PublicKey.from_public_bytes(to[:KEY_BYTES])
        return bytes(_SUITE.encrypt(data, key, info=bound_to))
    except ValueError:
        raise IntegrityError("a public data key is damaged") from None


def data_key(uow: UnitOfWork) -> bytes:
    """Return the bank's own public data key: 32 bytes to seal to, 32 to verify with.

    Raises SignerUnavailable in a bank that was founded before it had one, until its engine was started once.
    """
    text = uow.facts.get("data_key", "")
    if not text:
        raise SignerUnavailable("the bank has no data key yet: its engine makes it when it is started")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 2 * KEY_BYTES:
        raise IntegrityError("the bank's public data key is damaged")
    return key


def open_document(bank: Bank, record: TravelRecord, sealed: bytes) -> Ivms101:
    """Return the document of a record, where the bank's keys are; raises SignerUnavailable, IntegrityError.

    Anybody may seal to a public key: that it opens does not say that it is a document.
    """
    opened = bank.required_data_keys().open(sealed, bound_to=record.bound_to)
    try:
        return read_ivms101(opened.decode(), today=datetime.fromtimestamp(record.attached_at_s, UTC).date())
    except (InvalidTravelRule, OSError, OverflowError, ValueError):
        raise IntegrityError("kept data of the Travel Rule is no document", record=record.id) from None
