"""Keccak-256 as Ethereum uses it (the padding before SHA-3 was standardised)."""

import sha3 as _sha3


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte Keccak-256 digest of `data`."""
    digest: bytes = _sha3.keccak_256(data).digest()
    return digest
