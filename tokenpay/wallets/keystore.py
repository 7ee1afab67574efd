"""Secrets encrypted under a password: the Web3 Secret Storage definition, version 3.

A file carries no address: it is optional, not covered by the MAC, and says whose money is inside.
"""

import json
from dataclasses import dataclass
from hmac import compare_digest
from typing import TypeAlias
from unicodedata import normalize
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt as _Scrypt

from tokenpay.errors import InvalidInput, InvalidKeystore, WrongPassword
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.wallets.secret import Secret

MAX_SECRET_SIZE = 64
_MAX_TEXT_SIZE = 16_384
_MAX_SCRYPT_BYTES = 2**30
_MAX_ROUNDS = 10_000_000
_KEY_SIZE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrypt:
    """scrypt's costs; raises InvalidKeystore where 128 * n * r * p is above 1 GiB."""

    n: int = 2**18
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        if min(self.n - 1, self.r, self.p) < 1 or self.n & (self.n - 1):
            raise InvalidKeystore("scrypt's n is a power of two above 1, r and p are above 0")
        if 128 * self.n * self.r * self.p > _MAX_SCRYPT_BYTES:
            raise InvalidKeystore("these scrypt costs ask for more than 1 GiB")
        if self.n >= 2 ** (16 * self.r):
            raise InvalidKeystore("scrypt's n is below 2**(16 * r) (RFC 7914, section 2)")

    def derive(self, password: bytes, salt: bytes) -> bytes:
        return _Scrypt(salt=salt, length=_KEY_SIZE, n=self.n, r=self.r, p=self.p).derive(password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbkdf2:
    """PBKDF2-HMAC-SHA-256 and its rounds; raises InvalidKeystore beyond 10,000,000."""

    rounds: int = 1_000_000

    def __post_init__(self) -> None:
        if not 0 < self.rounds <= _MAX_ROUNDS:
            raise InvalidKeystore(f"PBKDF2 has 1 to {_MAX_ROUNDS} rounds")

    def derive(self, password: bytes, salt: bytes) -> bytes:
        return PBKDF2HMAC(SHA256(), length=_KEY_SIZE, salt=salt, iterations=self.rounds).derive(password)


Kdf: TypeAlias = Scrypt | Pbkdf2
STRONG = Scrypt()
"""256 MiB and about a second: what geth calls standard."""


def encrypt(secret: Secret, password: str, *, salt: bytes, iv: bytes, uuid: UUID, kdf: Kdf = STRONG) -> str:
    """Return a keystore's JSON around 1 to 64 secret bytes.

    `salt` (32 bytes) and `iv` (16 bytes) are random and used once. Raises InvalidKeystore.
    """
    raw = secret.reveal()
    if not 0 < len(raw) <= MAX_SECRET_SIZE:
        raise InvalidKeystore(f"a keystore holds 1 to {MAX_SECRET_SIZE} bytes")
    if len(salt) != 32 or len(iv) != 16:
        raise InvalidKeystore("a keystore is made with a 32-byte salt and a 16-byte iv")
    derived = kdf.derive(_password(password), salt)
    ciphertext = _cipher(derived, iv, raw)
    crypto = {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": iv.hex()},
        "ciphertext": ciphertext.hex(),
        **_written(kdf, salt),
        "mac": keccak256(derived[16:] + ciphertext).hex(),
    }
    return json.dumps({"crypto": crypto, "id": str(uuid), "version": 3})


def decrypt(text: str, password: str) -> Secret:
    """Return the bytes in a keystore. Raises WrongPassword, or InvalidKeystore before any work is done.

    A damaged file cannot be told from a wrong password: both fail the MAC.
    """
    crypto = _crypto(text)
    if crypto.get("cipher") != "aes-128-ctr":
        raise InvalidKeystore("the cipher is not aes-128-ctr")
    iv = _hex(_part(crypto, "cipherparams"), "iv", 16, 16)
    ciphertext = _hex(crypto, "ciphertext", 1, MAX_SECRET_SIZE)
    mac = _hex(crypto, "mac", 32, 32)
    kdf, salt = _kdf(crypto)
    derived = kdf.derive(_password(password), salt)
    if not compare_digest(keccak256(derived[16:] + ciphertext), mac):
        raise WrongPassword("the password does not open this keystore")
    return Secret(_cipher(derived, iv, ciphertext))


def decrypt_key(text: str, password: str) -> PrivateKey:
    """Return the private key in a keystore, which may be stored without its leading zero bytes.

    Raises WrongPassword or InvalidKeystore.
    """
    raw = decrypt(text, password).reveal()
    try:
        return PrivateKey.from_bytes(raw.rjust(32, b"\x00"))
    except InvalidInput:
        raise InvalidKeystore("the keystore holds no private key") from None


def _password(text: str) -> bytes:
    """One password is one byte string whatever keyboard it was typed on.

    Stray surrogates pass, since the error about one would carry the password.
    """
    return normalize("NFKC", text).encode(errors="surrogatepass")


def _cipher(derived: bytes, iv: bytes, data: bytes) -> bytes:
    """Encrypt or decrypt: in counter mode they are the same."""
    context = Cipher(algorithms.AES(derived[:16]), modes.CTR(iv)).encryptor()
    return context.update(data) + context.finalize()


def _written(kdf: Kdf, salt: bytes) -> dict[str, object]:
    shared = {"dklen": _KEY_SIZE, "salt": salt.hex()}
    if isinstance(kdf, Scrypt):
        return {"kdf": "scrypt", "kdfparams": {**shared, "n": kdf.n, "r": kdf.r, "p": kdf.p}}
    return {"kdf": "pbkdf2", "kdfparams": {**shared, "c": kdf.rounds, "prf": "hmac-sha256"}}


def _kdf(crypto: dict[str, object]) -> tuple[Kdf, bytes]:
    parameters = _part(crypto, "kdfparams")
    if _number(parameters, "dklen") != _KEY_SIZE:
        raise InvalidKeystore("the derived key has not 32 bytes")
    salt = _hex(parameters, "salt", 1, 1024)
    match crypto.get("kdf"), parameters.get("prf"):
        case "scrypt", _:
            n, r, p = (_number(parameters, name) for name in "nrp")
            return Scrypt(n=n, r=r, p=p), salt
        case "pbkdf2", "hmac-sha256":
            return Pbkdf2(rounds=_number(parameters, "c")), salt
    raise InvalidKeystore("the key derivation is neither scrypt nor pbkdf2 with hmac-sha256")


def _crypto(text: str) -> dict[str, object]:
    if len(text) > _MAX_TEXT_SIZE:
        raise InvalidKeystore("too large for a keystore")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidKeystore("not JSON") from None
    if not isinstance(document, dict) or document.get("version") != 3:
        raise InvalidKeystore("not a keystore of version 3")
    # Old clients wrote the name with a capital.
    return _part(document, "crypto" if "crypto" in document else "Crypto")


def _part(parent: dict[str, object], name: str) -> dict[str, object]:
    part = parent.get(name)
    if not isinstance(part, dict):
        raise InvalidKeystore(f"the keystore has no {name}")
    return part


def _number(parent: dict[str, object], name: str) -> int:
    number = parent.get(name)
    if type(number) is not int:
        raise InvalidKeystore(f"the keystore's {name} is not a whole number")
    return number


def _hex(parent: dict[str, object], name: str, least: int, most: int) -> bytes:
    text = parent.get(name)
    try:
        data = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        data = b""
    if not least <= len(data) <= most:
        raise InvalidKeystore(f"the keystore's {name} is not the hexadecimal text of its bytes")
    return data
