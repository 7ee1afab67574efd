"""A request that proves itself: the bank's signature over what it asks for, in a text for large codes and links.

`TKS:` and the base 32 (RFC 4648, no padding) of a COSE_Sign1 (RFC 9052, untagged), signed with Ed25519 (RFC 9864)
and nothing else: its signatures need no entropy, and no one but the signer can make a second one. Whoever trusts
the bank's key verifies it without the bank. That it is paid once is for the bank to see: it resolves each id once.
"""

import re
from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tokenpay.errors import InvalidRequest
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.request_claims import RequestClaims, load_cbor

PREFIX = "TKS:"
MAX_BYTES = 1_536  # more than the longest names and texts need
MAX_TEXT = len(PREFIX) + -(-MAX_BYTES * 8 // 5)
_BASE32 = re.compile("[A-Z2-7]+")
_ALGORITHM, _KEY_ID = 1, 4
_ED25519 = -19
# What the signature is for: no signature of this key over anything else can be taken for a request.
_PURPOSE = b"tokenpay/signed-request/1"


class SignedRule(StrEnum):
    """Why a signed request is refused; each rule has one fixed message, so no text is ever echoed."""

    message: str

    NOT_SIGNED = "not_signed", "a signed request is TKS: and capital letters and the digits 2 to 7"
    TOO_LONG = "too_long", "this is longer than any signed request"
    NOT_COSE = "not_cose", "this is not a signed message with the headers of a request"
    WRONG_ALGORITHM = "wrong_algorithm", "a request is signed with Ed25519 only"
    UNKNOWN_KEY = "unknown_key", "the request is signed with a key of no trusted bank"
    BAD_SIGNATURE = "bad_signature", "the signature is not the bank's: something was changed"
    BAD_CLAIMS = "bad_claims", "what is signed is not a request"
    NOT_CANONICAL = "not_canonical", "the request is not in its one spelling"
    WRONG_BANK = "wrong_bank", "the key belongs to another bank than the request names"
    NOT_YET_VALID = "not_yet_valid", "the request was issued later than now: look at the clock"
    EXPIRED = "expired", "the request has expired"

    def __new__(cls, code: str, message: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.message = message
        return member


@dataclass(frozen=True, slots=True, kw_only=True)
class BankKey:
    """A key that is trusted to sign for one bank, under the name that the bank's requests must bear.

    `public_key` is 32 bytes (Ed25519). Raises InvalidRequest for any other length.
    """

    bank: str
    public_key: bytes

    def __post_init__(self) -> None:
        if len(self.public_key) != 32:
            raise InvalidRequest("an Ed25519 public key has 32 bytes")

    @property
    def thumbprint(self) -> bytes:
        """The COSE key thumbprint, SHA-256 (RFC 9679): the `kid` of what the key signs."""
        return sha256(cbor2.dumps({1: 1, -1: 6, -2: self.public_key}, canonical=True)).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRequest:
    """A request whose signature, spelling, bank and time were right when it was verified, and the key that says so."""

    claims: RequestClaims
    key: BankKey


def sign_request(request: PaymentRequest, *, key: Ed25519PrivateKey, bank: str, payee_name: str) -> str:
    """Return `request` as a text that the bank's key vouches for.

    `bank` is the name that verifiers hold with the key, `payee_name` what the payer is shown. The same
    request gives the same text. Raises InvalidRequest for a request without a deposit address.
    """
    return sign_claims(RequestClaims.of(request, bank=bank, payee_name=payee_name), key=key)


def sign_claims(claims: RequestClaims, *, key: Ed25519PrivateKey) -> str:
    """Return `claims` as a text that the bank's key vouches for."""
    payload = claims.to_cbor()
    protected = _protected(BankKey(bank=claims.bank, public_key=key.public_key().public_bytes_raw()))
    return _text(protected, payload, key.sign(_signed_bytes(protected, payload)))


def verify_request(text: str, *, trusted_keys: Iterable[BankKey], now_s: int) -> VerifiedRequest:
    """Return what a signed request says, when a trusted bank said it and it may be paid now.

    Raises InvalidRequest, whose `rule` is a SignedRule. What is accepted is written in one way only.
    """
    protected, payload, signature = _parts(_decoded(text))
    key = _key_of(protected, trusted_keys)
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, _signed_bytes(protected, payload))
    except (InvalidSignature, ValueError):
        raise _refusal(SignedRule.BAD_SIGNATURE) from None
    try:
        claims = RequestClaims.of_cbor(payload)
    except InvalidRequest:
        raise _refusal(SignedRule.BAD_CLAIMS) from None
    if _text(_protected(key), claims.to_cbor(), signature) != text:
        raise _refusal(SignedRule.NOT_CANONICAL)
    if claims.bank != key.bank:
        raise _refusal(SignedRule.WRONG_BANK)
    if now_s < claims.issued_at_s:
        raise _refusal(SignedRule.NOT_YET_VALID)
    if now_s >= claims.expires_at_s:
        raise _refusal(SignedRule.EXPIRED)
    return VerifiedRequest(claims=claims, key=key)


def _refusal(rule: SignedRule) -> InvalidRequest:
    return InvalidRequest(rule.message, rule=rule.value)


def _decoded(text: str) -> bytes:
    if len(text) > MAX_TEXT:
        raise _refusal(SignedRule.TOO_LONG)
    letters = text.removeprefix(PREFIX)
    if letters == text or _BASE32.fullmatch(letters) is None:
        raise _refusal(SignedRule.NOT_SIGNED)
    try:
        return b32decode(letters + "=" * (-len(letters) % 8))
    except NotBase32:
        raise _refusal(SignedRule.NOT_SIGNED) from None


def _parts(message: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the protected header, the payload and the signature."""
    parts = _plain(message)
    if not isinstance(parts, tuple) or len(parts) != 4 or parts[1] != {}:
        raise _refusal(SignedRule.NOT_COSE)
    protected, _, payload, signature = parts
    if not isinstance(protected, bytes) or not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise _refusal(SignedRule.NOT_COSE)
    return protected, payload, signature


def _key_of(protected: bytes, trusted_keys: Iterable[BankKey]) -> BankKey:
    header = _plain(protected)
    if not isinstance(header, cbor2.frozendict) or header.keys() != {_ALGORITHM, _KEY_ID}:
        raise _refusal(SignedRule.NOT_COSE)
    if header[_ALGORITHM] != _ED25519:
        raise _refusal(SignedRule.WRONG_ALGORITHM)
    for key in trusted_keys:
        if key.thumbprint == header[_KEY_ID]:
            return key
    raise _refusal(SignedRule.UNKNOWN_KEY)


def _plain(data: bytes) -> Any:
    try:
        return load_cbor(data)
    except InvalidRequest:
        raise _refusal(SignedRule.NOT_COSE) from None


def _protected(key: BankKey) -> bytes:
    return cbor2.dumps({_ALGORITHM: _ED25519, _KEY_ID: key.thumbprint}, canonical=True)


def _signed_bytes(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052, section 4.4."""
    return cbor2.dumps(["Signature1", protected, _PURPOSE, payload], canonical=True)


def _text(protected: bytes, payload: bytes, signature: bytes) -> str:
    message = cbor2.dumps([protected, {}, payload, signature], canonical=True)
    return PREFIX + b32encode(message).rstrip(b"=").decode()
