"""The key that signs the heads of audit streams: derived from the wallet's seed, and no other key of it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tokenpay.wallets.secret import Secret

_PURPOSE = b"tokenpay/head-key/1"


def derive_head_key(seed: Secret) -> Ed25519PrivateKey:
    """Return the Ed25519 key of one seed (HKDF-SHA-256, RFC 5869, no salt): the recovery words bring it back."""
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(seed.reveal())
    return Ed25519PrivateKey.from_private_bytes(raw)
