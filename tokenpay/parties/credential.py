"""An operator's signing key, sealed under their password: opening it is the proof of who they are."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tokenpay.errors import InvalidInput, WrongPassword

_R, _P = 8, 1
MIN_COST, MAX_COST = 2**10, 2**20
DEFAULT_COST = 2**15
MIN_PASSWORD = 8
_PURPOSE = b"tokenpay/operator-key/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An Ed25519 private key under scrypt (`cost` is N, r 8, p 1) and AES-256-GCM."""

    operator_id: str
    public_key: bytes
    salt: bytes
    nonce: bytes
    cost: int
    sealed: bytes


def public_key_of(private_key: bytes) -> bytes:
    """Return the Ed25519 public key of 32 private bytes."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def seal(
    private_key: bytes, password: str, *, operator_id: str, salt: bytes, nonce: bytes, cost: int = DEFAULT_COST
) -> Credential:
    """Seal 32 private bytes under a password of at least 8 characters; raises InvalidInput."""
    if not MIN_COST <= cost <= MAX_COST or cost & (cost - 1):
        raise InvalidInput(f"the cost of a password is a power of two from {MIN_COST} to {MAX_COST}")
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(f"a password has at least {MIN_PASSWORD} characters")
    cipher = AESGCM(_stretch(password, salt, cost))
    return Credential(
        operator_id=operator_id,
        public_key=public_key_of(private_key),
        salt=salt,
        nonce=nonce,
        cost=cost,
        sealed=cipher.encrypt(nonce, private_key, _PURPOSE + operator_id.encode()),
    )


def unseal(credential: Credential, password: str) -> bytes:
    """Return the private key; raises WrongPassword, whatever was wrong."""
    try:
        key = _stretch(password, credential.salt, credential.cost)
        purpose = _PURPOSE + credential.operator_id.encode()
        private_key = AESGCM(key).decrypt(credential.nonce, credential.sealed, purpose)
    except (InvalidTag, ValueError, UnicodeError):
        raise WrongPassword("operator or password is wrong") from None
    if public_key_of(private_key) != credential.public_key:
        raise WrongPassword("operator or password is wrong")
    return private_key


def _stretch(password: str, salt: bytes, cost: int) -> bytes:
    if not MIN_COST <= cost <= MAX_COST:
        raise ValueError("scrypt cost out of range")
    return Scrypt(salt=salt, length=32, n=cost, r=_R, p=_P).derive(password.encode(errors="surrogatepass"))
