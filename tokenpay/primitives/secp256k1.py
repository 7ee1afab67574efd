"""Keys and recoverable signatures on secp256k1, through libsecp256k1 (coincurve)."""

from dataclasses import dataclass
from typing import Self

import coincurve

from tokenpay.errors import InvalidInput
from tokenpay.primitives.keccak import keccak256

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF_ORDER = ORDER // 2


@dataclass(frozen=True, slots=True)
class Signature:
    """A recoverable ECDSA signature that is in range and in its low-s form, or raises InvalidInput.

    Of each signature (r, s) a twin (r, -s) holds as well; accepting only the lower keeps one
    transaction from having two hashes (EIP-2). The error's field `rule` is y_parity, signature_range or high_s.
    """

    y_parity: int
    r: int
    s: int

    def __post_init__(self) -> None:
        if self.y_parity not in (0, 1):
            raise InvalidInput("a signature's y parity is 0 or 1", rule="y_parity")
        if not 0 < self.r < ORDER or not 0 < self.s < ORDER:
            raise InvalidInput("a signature's r and s are between 1 and the order of the curve", rule="signature_range")
        if self.s > HALF_ORDER:
            raise InvalidInput("a signature's s is in the lower half (EIP-2)", rule="high_s")


class PublicKey:
    """A point on the curve. Equal when the point is equal."""

    __slots__ = ("_address", "_compressed", "_point")

    def __init__(self, point: coincurve.PublicKey) -> None:
        self._point = point
        self._address = self._compressed = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read 33 compressed or 64 raw bytes; raises InvalidInput where they are no point of the curve."""
        try:
            if len(data) == 33:
                return cls(coincurve.PublicKey(data))
            if len(data) == 64:
                return cls(coincurve.PublicKey(b"\x04" + data))
        except ValueError:
            raise InvalidInput("these bytes are no public key on secp256k1") from None
        raise InvalidInput("a public key has 33 bytes compressed or 64 raw")

    def compressed(self) -> bytes:
        """Return the 33-byte form."""
        if not self._compressed:
            self._compressed = self._point.format()
        return self._compressed

    def raw(self) -> bytes:
        """Return the two coordinates, 64 bytes."""
        return self._point.format(compressed=False)[1:]

    def address_bytes(self) -> bytes:
        """Return the 20 bytes of the key's EVM address: the end of Keccak-256 of the raw form."""
        if not self._address:
            self._address = keccak256(self.raw())[12:]
        return self._address

    def add(self, scalar: bytes) -> Self:
        """Return this point plus 32-byte `scalar` times the generator (BIP-32); raises InvalidInput."""
        if len(scalar) != 32:
            raise InvalidInput("a scalar has 32 bytes")
        try:
            # The generator's own table and one addition: a quarter less work than libsecp256k1's tweak.
            tweak = coincurve.PublicKey.from_valid_secret(scalar)
            return type(self)(coincurve.PublicKey.combine_keys([self._point, tweak]))
        except ValueError:
            raise InvalidInput("the scalar gives no key on the curve") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.compressed() == other.compressed()

    def __hash__(self) -> int:
        return hash(self.compressed())

    def __repr__(self) -> str:
        return f"PublicKey({self.compressed().hex()})"


class PrivateKey:
    """A secret scalar that signs. Nothing shows it but `reveal`, and two keys do not compare."""

    __slots__ = ("_key", "public_key")
    public_key: PublicKey

    def __init__(self, key: coincurve.PrivateKey) -> None:
        self._key = key
        self.public_key = PublicKey(key.public_key)

    @classmethod
    def from_bytes(cls, secret: bytes) -> Self:
        """Read 32 bytes; raises InvalidInput unless they are between 1 and the order of the curve."""
        if len(secret) != 32:
            raise InvalidInput("a private key has 32 bytes")
        try:
            return cls(coincurve.PrivateKey(secret))
        except ValueError:
            raise InvalidInput("a private key is between 1 and the order of the curve") from None

    def reveal(self) -> bytes:
        """Return the 32 secret bytes, to encrypt or to derive from; never to show or to log."""
        return self._key.secret

    def add(self, scalar: bytes) -> Self:
        """Return this key plus 32-byte `scalar` (BIP-32); raises InvalidInput where that is no key."""
        if len(scalar) != 32:
            raise InvalidInput("a scalar has 32 bytes")
        try:
            return type(self)(self._key.add(scalar))
        except ValueError:
            raise InvalidInput("the scalar gives no key on the curve") from None

    def sign_digest(self, digest: bytes) -> Signature:
        """Sign a 32-byte digest: deterministic (RFC 6979) and low s. Raises InvalidInput."""
        if len(digest) != 32:
            raise InvalidInput("a digest has 32 bytes")
        made = self._key.sign_recoverable(digest, hasher=None)
        return Signature(made[64], int.from_bytes(made[:32], "big"), int.from_bytes(made[32:64], "big"))

    def __repr__(self) -> str:
        return "PrivateKey(secret)"


def recover(digest: bytes, signature: Signature) -> PublicKey:
    """Return the public key whose owner signed this 32-byte digest; raises InvalidInput where there is none."""
    if len(digest) != 32:
        raise InvalidInput("a digest has 32 bytes")
    compact = signature.r.to_bytes(32, "big") + signature.s.to_bytes(32, "big") + bytes((signature.y_parity,))
    try:
        return PublicKey(coincurve.PublicKey.from_signature_and_message(compact, digest, hasher=None))
    except ValueError:
        raise InvalidInput("no public key fits this signature", rule="signature") from None
