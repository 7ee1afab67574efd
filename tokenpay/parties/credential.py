"""An operator's signing key, sealed under their password or PIN: opening it is the proof of who they are."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tokenpay.errors import InvalidInput, WrongPassword

_R, _P = 8, 1
MIN_COST, MAX_COST = 2**10, 2**20
DEFAULT_COST = 2**15
MIN_PASSWORD = 8
MIN_PIN, MAX_PIN = 6, 12
PIN_KEY_BYTES = 32
_DIGITS = frozenset("0123456789")
_LONGEST_PATTERN = 4


class CredentialKind(StrEnum):
    """What opens the key. A PIN opens it only together with the bank's PIN key, which no database holds."""

    PASSWORD = "password"  # noqa: S105 - a kind's name
    PIN = "pin"


_PURPOSE = {
    CredentialKind.PASSWORD: b"tokenpay/operator-key/1",
    CredentialKind.PIN: b"tokenpay/operator-key/pin/1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An Ed25519 private key under scrypt (`cost` is N, r 8, p 1) and AES-256-GCM."""

    operator_id: str
    kind: CredentialKind
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
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(f"a password has at least {MIN_PASSWORD} characters")
    secret = password.encode(errors="surrogatepass")
    return _seal(private_key, secret, CredentialKind.PASSWORD, operator_id, salt=salt, nonce=nonce, cost=cost)


def seal_with_pin(
    private_key: bytes, pin: str, *, pin_key: bytes, operator_id: str, salt: bytes, nonce: bytes, cost: int
) -> Credential:
    """Seal 32 private bytes under a PIN that `checked_pin` lets pass, stretched with the bank's PIN key."""
    secret = _with_pin_key(checked_pin(pin), pin_key)
    return _seal(private_key, secret, CredentialKind.PIN, operator_id, salt=salt, nonce=nonce, cost=cost)


def seal_new_key(
    password: str, *, operator_id: str, random: Callable[[int], bytes], cost: int = DEFAULT_COST
) -> Credential:
    """Make a signing key of `random` bytes and seal it under a password of at least 8 characters; raises InvalidInput.

    Nothing else knows the private half.
    """
    key = random(32)
    return seal(key, password, operator_id=operator_id, salt=random(16), nonce=random(12), cost=cost)


def unseal(credential: Credential, password: str) -> bytes:
    """Return the private key; raises WrongPassword, whatever was wrong."""
    return _unseal(credential, CredentialKind.PASSWORD, password.encode(errors="surrogatepass"))


def unseal_with_pin(credential: Credential, pin: str, *, pin_key: bytes) -> bytes:
    """Return the private key; raises WrongPassword, whatever was wrong."""
    return _unseal(credential, CredentialKind.PIN, _with_pin_key(pin, pin_key))


def checked_pin(pin: str) -> str:
    """Return a PIN of 6 to 12 digits; raises InvalidInput, also for one that is tried first.

    Those are steps from digit to digit that are all the same (000000, 123456, 975319) and a pattern of up to four
    digits that repeats (121212, 123123).
    """
    if not MIN_PIN <= len(pin) <= MAX_PIN or not set(pin) <= _DIGITS:
        raise InvalidInput(f"a PIN is {MIN_PIN} to {MAX_PIN} digits")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 or any((pin[:size] * len(pin))[: len(pin)] == pin for size in range(1, _LONGEST_PATTERN + 1)):
        raise InvalidInput("this PIN is too easy to guess: no runs, no repeated digits or patterns")
    return pin


def pin_key_mark(pin_key: bytes) -> str:
    """Return what the books keep of the PIN key: by it a machine tells that its own is the bank's, and nothing more."""
    return sha256(b"tokenpay/pin-key/1" + pin_key).hexdigest()


def pin_mark(pin: str, *, pin_key: bytes, of: str) -> str:
    """Return what the books keep of a PIN so that a repeated call can be told from another: nothing without the key."""
    return hmac.digest(pin_key, f"tokenpay/pin-mark/1/{of}/{pin}".encode(errors="surrogatepass"), sha256).hex()


def _with_pin_key(pin: str, pin_key: bytes) -> bytes:
    if len(pin_key) != PIN_KEY_BYTES:
        raise InvalidInput(f"a bank's PIN key is {PIN_KEY_BYTES} bytes")
    return hmac.digest(pin_key, pin.encode(errors="surrogatepass"), sha256)


def _seal(
    private_key: bytes, secret: bytes, kind: CredentialKind, operator_id: str, *, salt: bytes, nonce: bytes, cost: int
) -> Credential:
    if not MIN_COST <= cost <= MAX_COST or cost & (cost - 1):
        raise InvalidInput(f"the cost of a password is a power of two from {MIN_COST} to {MAX_COST}")
    cipher = AESGCM(_stretch(secret, salt, cost))
    return Credential(
        operator_id=operator_id,
        kind=kind,
        public_key=public_key_of(private_key),
        salt=salt,
        nonce=nonce,
        cost=cost,
        sealed=cipher.encrypt(nonce, private_key, _PURPOSE[kind] + operator_id.encode(errors="surrogatepass")),
    )


def _unseal(credential: Credential, kind: CredentialKind, secret: bytes) -> bytes:
    try:
        key = _stretch(secret, credential.salt, credential.cost)
        purpose = _PURPOSE[kind] + credential.operator_id.encode(errors="surrogatepass")
        private_key = AESGCM(key).decrypt(credential.nonce, credential.sealed, purpose)
    except (InvalidTag, ValueError, UnicodeError):
        raise WrongPassword("operator or password is wrong") from None
    if public_key_of(private_key) != credential.public_key:
        raise WrongPassword("operator or password is wrong")
    return private_key


def _stretch(secret: bytes, salt: bytes, cost: int) -> bytes:
    if not MIN_COST <= cost <= MAX_COST:
        raise ValueError("scrypt cost out of range")
    return Scrypt(salt=salt, length=32, n=cost, r=_R, p=_P).derive(secret)
