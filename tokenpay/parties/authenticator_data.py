"""What an authenticator says of itself and of the person before it (WebAuthn 6.1): 37 bytes, and what follows them."""

from dataclasses import dataclass

import cbor2

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.cose_key import check_cose_key
from tokenpay.parties.relying_party import RelyingParty
from tokenpay.primitives.plain_cbor import split_plain_cbor

_PRESENT, _VERIFIED, _ELIGIBLE, _BACKED_UP, _ATTESTED, _EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
_FIXED, _AAGUID, _LENGTH = 37, 16, 2
MAX_CREDENTIAL_ID = 1_023


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """A key pair that an authenticator has just made: its id, its public half (COSE) and the authenticator's make."""

    id: bytes
    public_key: bytes
    aaguid: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorData:
    """`counter` counts the authenticator's signatures, or is always zero. `backed_up`: the key has left its device."""

    counter: int
    backup_eligible: bool
    backed_up: bool
    credential: NewCredential | None


def read_authenticator_data(data: bytes, party: RelyingParty) -> AuthenticatorData:
    """Read what an authenticator says to this relying party, about a person who was there and whom it verified.

    Raises InvalidInput for bytes that are none, IntegrityError where it speaks to somebody else, or did not ask for a
    touch, or for a fingerprint, a face or its PIN.
    """
    if len(data) < _FIXED:
        raise InvalidInput("an authenticator's data is at least 37 bytes")
    flags, rest = data[32], data[_FIXED:]
    if data[:32] != party.hash:
        raise IntegrityError("the passkey belongs to another relying party")
    if not flags & _PRESENT:
        raise IntegrityError("nobody touched the authenticator")
    if not flags & _VERIFIED:
        raise IntegrityError("the authenticator did not verify its person: no fingerprint, face or PIN")
    if flags & _BACKED_UP and not flags & _ELIGIBLE:
        raise InvalidInput("a key that cannot be backed up says that it is")
    credential = None
    if flags & _ATTESTED:
        credential, rest = _credential(rest)
    if flags & _EXTENDED:
        extensions, rest = split_plain_cbor(rest)
        if not isinstance(extensions, cbor2.frozendict):
            raise InvalidInput("an authenticator's extensions are a map")
    if rest:
        raise InvalidInput("there are bytes after the authenticator's data")
    return AuthenticatorData(
        counter=int.from_bytes(data[33:_FIXED]),
        backup_eligible=bool(flags & _ELIGIBLE),
        backed_up=bool(flags & _BACKED_UP),
        credential=credential,
    )


def _credential(data: bytes) -> tuple[NewCredential, bytes]:
    aaguid, data = data[:_AAGUID], data[_AAGUID:]
    size, data = int.from_bytes(data[:_LENGTH]), data[_LENGTH:]
    credential_id, data = data[:size], data[size:]
    if not 0 < size <= MAX_CREDENTIAL_ID or len(credential_id) != size:
        raise InvalidInput("a passkey's id is 1 to 1023 bytes")
    key, rest = split_plain_cbor(data)
    public_key = cbor2.dumps(key, canonical=True)
    check_cose_key(public_key)
    return NewCredential(id=credential_id, public_key=public_key, aaguid=aaguid), rest
