"""New identifiers, from the bank's entropy."""

from base64 import b32encode
from uuid import UUID

from tokenpay.bank import Bank

_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def new_uetr(bank: Bank) -> str:
    """Return a lowercase UUIDv4, as ISO 20022 writes a UETR."""
    return str(UUID(bytes=bank.entropy.random(16), version=4))


def new_id(bank: Bank, prefix: str) -> str:
    """Return `prefix` and 80 random bits in Crockford's base 32: short enough to read out."""
    return f"{prefix}-{b32encode(bank.entropy.random(10)).translate(_CROCKFORD).decode()}"
