"""New identifiers, from the bank's entropy.

Those of which a payment makes several begin with their second: what is made together stands together in every index,
however long the books are.
"""

from base64 import b32encode
from uuid import UUID

from tokenpay.bank import Bank

_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def new_uetr(bank: Bank) -> str:
    """Return a lowercase UUID of version 4 by its form, as ISO 20022 writes a UETR: a second and 90 random bits."""
    return str(UUID(bytes=_second(bank) + bank.entropy.random(12), version=4))


def new_id(bank: Bank, prefix: str) -> str:
    """Return `prefix` and 80 random bits in Crockford's base 32: short enough to read out."""
    return _written(prefix, bank.entropy.random(10))


def new_id_in_time(bank: Bank, prefix: str) -> str:
    """Return `prefix`, a second and 48 random bits, for what is written with every payment."""
    return _written(prefix, _second(bank) + bank.entropy.random(6))


def _written(prefix: str, number: bytes) -> str:
    return f"{prefix}-{b32encode(number).translate(_CROCKFORD).decode()}"


def _second(bank: Bank) -> bytes:
    """Return the Unix time in four bytes, which begin anew in 2106: then it is the order that is lost."""
    return (bank.clock.now_s() % 2**32).to_bytes(4)
