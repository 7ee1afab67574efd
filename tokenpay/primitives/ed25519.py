"""Ed25519 (RFC 8032): whether somebody's key signed exactly this."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def is_signed(message: bytes, signature: bytes, *, public_key: bytes) -> bool:
    """Tell whether a public key's owner signed a message; a key or a signature that is none signed nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
