"""A passkey's public key as authenticators write it (COSE, RFC 9053), and the signatures it verifies."""

from functools import lru_cache
from hashlib import sha256

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.plain_cbor import load_plain_cbor

ES256, EDDSA = -7, -8
ALGORITHMS = (ES256, EDDSA)
"""What the bank takes, the one it likes best first."""
_KIND, _ALGORITHM, _CURVE, _X, _Y = 1, 3, -1, -2, -3
_EC2 = {_KIND: 2, _ALGORITHM: ES256, _CURVE: 1}
_OKP = {_KIND: 1, _ALGORITHM: EDDSA, _CURVE: 6}
_COORDINATE = 32
_P = 2**255 - 19
_OF_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_Y = frozenset({0, 1, _P - 1, _OF_ORDER_8, _P - _OF_ORDER_8})
_SHA256 = ECDSA(Prehashed(SHA256()))


def p256_cose_key(x: bytes, y: bytes) -> bytes:
    """Return the COSE form of a point on P-256, in the one order that CTAP2 allows."""
    return cbor2.dumps({**_EC2, _X: x, _Y: y}, canonical=True)


def algorithm_of(cose: bytes) -> int:
    """Return what a COSE key signs with: -7 is ES256 on P-256, -8 is EdDSA on Ed25519. Raises InvalidInput."""
    return ES256 if isinstance(_read(cose), EllipticCurvePublicKey) else EDDSA


def check_cose_key(cose: bytes) -> None:
    """Raise InvalidInput for what is no public key that the bank takes, or is one written in another way."""
    _read(cose)


def verify_signature(cose: bytes, message: bytes, signature: bytes) -> None:
    """Raise IntegrityError unless this key signed this message: ES256 in DER, EdDSA in 64 bytes."""
    key = _read(cose)
    try:
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, sha256(message).digest(), _SHA256)
        else:
            key.verify(signature, message)
    except (InvalidSignature, ValueError):
        raise IntegrityError("a passkey did not sign this") from None


@lru_cache(maxsize=256)
def _read(cose: bytes) -> EllipticCurvePublicKey | Ed25519PublicKey:
    fields = load_plain_cbor(cose)
    parts = dict(fields) if isinstance(fields, cbor2.frozendict) else {}
    x, y = parts.pop(_X, b""), parts.pop(_Y, b"")
    points = all(isinstance(part, bytes) and len(part) in (0, _COORDINATE) for part in (x, y))
    if points and x and parts in (_EC2, _OKP) and bool(y) is (parts == _EC2):
        if cbor2.dumps(dict(fields), canonical=True) != cose:
            raise InvalidInput("a passkey's public key is written in an odd way")
        if not y and _is_small(x):
            raise InvalidInput("a passkey's public key is one under which anybody signs")
        try:
            return _point(x, y) if y else Ed25519PublicKey.from_public_bytes(x)
        except ValueError:
            raise InvalidInput("a passkey's public key is not on its curve") from None
    raise InvalidInput("a passkey's public key is on P-256 (ES256) or Ed25519 (EdDSA)")


def _is_small(encoded: bytes) -> bool:
    """Tell whether an Ed25519 point is one of the eight whose multiples are few: RFC 8032 does not refuse them."""
    return (int.from_bytes(encoded, "little") & ((1 << 255) - 1)) % _P in _SMALL_Y


def _point(x: bytes, y: bytes) -> EllipticCurvePublicKey:
    return EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP256R1()).public_key()
