"""New identifiers, from the bank's entropy."""

from uuid import UUID

from tokenpay.bank import Bank

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_uetr(bank: Bank) -> str:
    """Return a lowercase UUIDv4, as ISO 20022 writes a UETR."""
    return str(UUID(bytes=bank.entropy.random(16), version=4))


def new_id(bank: Bank, prefix: str) -> str:
    """Return `prefix` and 80 random bits in Crockford's base 32: short enough to read out."""
    value = int.from_bytes(bank.entropy.random(10), "big")
    return f"{prefix}-" + "".join(_ALPHABET[value >> shift & 31] for shift in range(75, -1, -5))
