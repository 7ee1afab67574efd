"""A password is stretched once a process: slow on purpose, and a thousand tests sign in to copies of one bank."""

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tokenpay.parties import credential
from tokenpay.wallets import kdf


@dataclass(frozen=True)
class _Remembering:
    """scrypt, whose answer depends on nothing but what it is given."""

    salt: bytes
    length: int
    n: int
    r: int
    p: int

    def derive(self, secret: bytes) -> bytes:
        return _derived(self, secret)


@cache
def _derived(of: _Remembering, secret: bytes) -> bytes:
    return Scrypt(salt=of.salt, length=of.length, n=of.n, r=of.r, p=of.p).derive(secret)


def remember() -> None:
    setattr(credential, "Scrypt", _Remembering)  # noqa: B010
    setattr(kdf, "_Scrypt", _Remembering)  # noqa: B010
