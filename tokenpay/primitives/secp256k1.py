"""Keys and recoverable signatures on secp256k1, through libsecp256k1.

The library is coincurve's build of it, called without coincurve's own classes: each would take a copy on the way.
"""

from dataclasses import dataclass
from typing import Any, Self

from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

from tokenpay.errors import InvalidInput
from tokenpay.primitives.keccak import keccak256

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF_ORDER = ORDER // 2

_CONTEXT = GLOBAL_CONTEXT.ctx  # blinded with random bytes where coincurve is imported
_POINT = ffi.typeof("secp256k1_pubkey *")
_SIGNATURE = ffi.typeof("secp256k1_ecdsa_recoverable_signature *")
_NUMBERS = ffi.typeof("unsigned char[64]")
_PARITY = ffi.typeof("int *")
_WRITTEN = ffi.typeof("unsigned char[65]")
_LENGTH = ffi.typeof("size_t *")
_UNSET = ffi.NULL
_set = object.__setattr__
_new, _sign, _write = (
    ffi.new,
    lib.secp256k1_ecdsa_sign_recoverable,
    lib.secp256k1_ecdsa_recoverable_signature_serialize_compact,
)


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
        r, s = self.r, self.s
        if self.y_parity not in (0, 1):
            raise InvalidInput("a signature's y parity is 0 or 1", rule="y_parity")
        if not 0 < r < ORDER or not 0 < s < ORDER:
            raise InvalidInput("a signature's r and s are between 1 and the order of the curve", rule="signature_range")
        if s > HALF_ORDER:
            raise InvalidInput("a signature's s is in the lower half (EIP-2)", rule="high_s")


class PublicKey:
    """A point on the curve. Equal when the point is equal."""

    __slots__ = ("_address", "_compressed", "_point")

    def __init__(self, point: Any) -> None:
        self._point = point
        self._address = self._compressed = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read 33 compressed or 64 raw bytes; raises InvalidInput where they are no point of the curve."""
        if len(data) not in (33, 64):
            raise InvalidInput("a public key has 33 bytes compressed or 64 raw")
        written = data if len(data) == 33 else b"\x04" + data
        point = ffi.new(_POINT)
        if not lib.secp256k1_ec_pubkey_parse(_CONTEXT, point, written, len(written)):
            raise InvalidInput("these bytes are no public key on secp256k1")
        return cls(point)

    def compressed(self) -> bytes:
        """Return the 33-byte form."""
        if not self._compressed:
            self._compressed = _written(self._point, 33, lib.SECP256K1_EC_COMPRESSED)
        return self._compressed

    def raw(self) -> bytes:
        """Return the two coordinates, 64 bytes."""
        return _written(self._point, 65, lib.SECP256K1_EC_UNCOMPRESSED)[1:]

    def address_bytes(self) -> bytes:
        """Return the 20 bytes of the key's EVM address: the end of Keccak-256 of the raw form."""
        if not self._address:
            self._address = keccak256(self.raw())[12:]
        return self._address

    def add(self, scalar: bytes) -> Self:
        """Return this point plus 32-byte `scalar` times the generator (BIP-32); raises InvalidInput."""
        # The generator's own table and one addition: a quarter less work than libsecp256k1's tweak.
        total = ffi.new(_POINT)
        if not lib.secp256k1_ec_pubkey_combine(_CONTEXT, total, (self._point, _point_of(scalar)), 2):
            raise InvalidInput("the scalar gives no key on the curve")
        return type(self)(total)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.compressed() == other.compressed()

    def __hash__(self) -> int:
        return hash(self.compressed())

    def __repr__(self) -> str:
        return f"PublicKey({self.compressed().hex()})"


class PrivateKey:
    """A secret scalar that signs. Nothing shows it but `reveal`, and two keys do not compare."""

    __slots__ = ("_secret", "public_key")

    def __init__(self, secret: bytes, public_key: PublicKey) -> None:
        self._secret = secret
        self.public_key = public_key

    @classmethod
    def from_bytes(cls, secret: bytes) -> Self:
        """Read 32 bytes; raises InvalidInput unless they are between 1 and the order of the curve."""
        return cls(secret, PublicKey(_point_of(secret)))

    def reveal(self) -> bytes:
        """Return the 32 secret bytes, to encrypt or to derive from; never to show or to log."""
        return self._secret

    def add(self, scalar: bytes) -> Self:
        """Return this key plus 32-byte `scalar` (BIP-32); raises InvalidInput where that is no key."""
        if len(scalar) != 32:
            raise InvalidInput("a scalar has 32 bytes")
        total = ffi.new("unsigned char[32]", self._secret)
        if not lib.secp256k1_ec_seckey_tweak_add(_CONTEXT, total, scalar):
            raise InvalidInput("the scalar gives no key on the curve")
        return self.from_bytes(ffi.buffer(total)[:])

    def sign_digest(self, digest: bytes) -> Signature:
        """Sign a 32-byte digest: deterministic (RFC 6979) and low s. Raises InvalidInput."""
        if len(digest) != 32:
            raise InvalidInput("a digest has 32 bytes")
        made, numbers, y_parity = _new(_SIGNATURE), _new(_NUMBERS), _new(_PARITY)
        if not _sign(_CONTEXT, made, digest, self._secret, _UNSET, _UNSET):
            raise InvalidInput("the digest cannot be signed with this key")
        _write(_CONTEXT, numbers, y_parity, made)
        written: bytes = ffi.buffer(numbers)[:]
        return _made(y_parity[0], int.from_bytes(written[:32]), int.from_bytes(written[32:]))

    def __repr__(self) -> str:
        return "PrivateKey(secret)"


def recover(digest: bytes, signature: Signature) -> PublicKey:
    """Return the public key whose owner signed this 32-byte digest; raises InvalidInput where there is none."""
    if len(digest) != 32:
        raise InvalidInput("a digest has 32 bytes")
    read, point = ffi.new(_SIGNATURE), ffi.new(_POINT)
    numbers = signature.r.to_bytes(32, "big") + signature.s.to_bytes(32, "big")
    if not lib.secp256k1_ecdsa_recoverable_signature_parse_compact(
        _CONTEXT, read, numbers, signature.y_parity
    ) or not lib.secp256k1_ecdsa_recover(_CONTEXT, point, read, digest):
        raise InvalidInput("no public key fits this signature", rule="signature")
    return PublicKey(point)


def _made(y_parity: int, r: int, s: int) -> Signature:
    """Return what libsecp256k1 has just made: in range and low, with no need to ask again."""
    signature = object.__new__(Signature)
    _set(signature, "y_parity", y_parity)
    _set(signature, "r", r)
    _set(signature, "s", s)
    return signature


def _point_of(scalar: bytes) -> Any:
    """Return a 32-byte scalar times the generator; raises InvalidInput unless it is from 1 to below the order."""
    if len(scalar) != 32:
        raise InvalidInput("a private key or a scalar has 32 bytes")
    point = ffi.new(_POINT)
    if not lib.secp256k1_ec_pubkey_create(_CONTEXT, point, scalar):
        raise InvalidInput("a private key or a scalar is between 1 and the order of the curve")
    return point


def _written(point: Any, size: int, form: int) -> bytes:
    data, length = ffi.new(_WRITTEN), ffi.new(_LENGTH, size)
    lib.secp256k1_ec_pubkey_serialize(_CONTEXT, data, length, point, form)
    written: bytes = ffi.buffer(data, size)[:]
    return written
