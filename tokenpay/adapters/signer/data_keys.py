"""The keys that open what was sealed for the bank, and sign what it tells others: derived from the wallet's seed."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tokenpay.errors import IntegrityError
from tokenpay.wallets.secret import Secret

_OPENS, _SIGNS = b"tokenpay/data-key/opens/1", b"tokenpay/data-key/signs/1"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class LocalDataKeys:
    """X25519 and Ed25519 keys of one seed (HKDF-SHA-256, RFC 5869, no salt): the recovery words bring them back."""

    def __init__(self, seed: Secret) -> None:
        self._opens = X25519PrivateKey.from_private_bytes(_derive(seed, _OPENS))
        self._signs = Ed25519PrivateKey.from_private_bytes(_derive(seed, _SIGNS))

    def __repr__(self) -> str:
        return "LocalDataKeys(secret)"

    def public(self) -> bytes:
        return self._opens.public_key().public_bytes_raw() + self._signs.public_key().public_bytes_raw()

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        try:
            return bytes(_SUITE.decrypt(sealed, self._opens, info=bound_to))
        except (InvalidTag, ValueError):
            raise IntegrityError(
                "what was sealed for the bank was changed, moved, or sealed for somebody else"
            ) from None

    def sign(self, message: bytes) -> bytes:
        return self._signs.sign(message)


def _derive(seed: Secret, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(seed.reveal())
