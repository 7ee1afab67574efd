"""Keys derived from passwords, and the costs that are refused before any work is done."""

from dataclasses import dataclass
from typing import TypeAlias

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt as _Scrypt

from tokenpay.errors import InvalidKeystore, Unavailable

KEY_SIZE = 32
_MAX_SCRYPT_BYTES = 2**30
_MAX_ROUNDS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrypt:
    """scrypt's costs; raises InvalidKeystore where 128 * n * r * p is above 1 GiB."""

    n: int = 2**18
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        if min(self.n - 1, self.r, self.p) < 1 or self.n & (self.n - 1):
            raise InvalidKeystore("scrypt's n is a power of two above 1, r and p are above 0", rule="costs")
        if 128 * self.n * self.r * self.p > _MAX_SCRYPT_BYTES:
            raise InvalidKeystore("these scrypt costs ask for more than 1 GiB", rule="costs")
        if self.n.bit_length() > 16 * self.r:
            raise InvalidKeystore("scrypt's n is below 2**(16 * r) (RFC 7914, section 2)", rule="costs")

    def derive(self, password: bytes, salt: bytes) -> bytes:
        """Return 32 bytes; raises Unavailable where the machine has too little memory left."""
        try:
            return _Scrypt(salt=salt, length=KEY_SIZE, n=self.n, r=self.r, p=self.p).derive(password)
        except MemoryError:
            raise Unavailable("this machine has too little free memory to open the keystore") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbkdf2:
    """PBKDF2-HMAC-SHA-256 and its rounds; raises InvalidKeystore beyond 10,000,000."""

    rounds: int = 1_000_000

    def __post_init__(self) -> None:
        if not 0 < self.rounds <= _MAX_ROUNDS:
            raise InvalidKeystore(f"PBKDF2 has 1 to {_MAX_ROUNDS} rounds", rule="costs")

    def derive(self, password: bytes, salt: bytes) -> bytes:
        """Return 32 bytes."""
        return PBKDF2HMAC(SHA256(), length=KEY_SIZE, salt=salt, iterations=self.rounds).derive(password)


Kdf: TypeAlias = Scrypt | Pbkdf2
STRONG = Scrypt()
"""256 MiB and about a second: what geth calls standard."""
