"""One hash over all stream heads: the Merkle tree of RFC 6962, section 2.1."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from tokenpay.audit.record import AuditHead
from tokenpay.primitives.canonical import canonical_bytes


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 tree hash of `leaves` in their order (SHA-256; empty: the hash of nothing)."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


def heads_root(heads: Iterable[AuditHead]) -> bytes:
    """Return the root over stream heads, sorted by stream: what leaves the building as proof."""
    ordered = sorted(heads, key=lambda head: head.stream)
    return merkle_root([canonical_bytes([head.stream, head.seq, head.hash.hex()]) for head in ordered])
