"""The making of a passkey, and what it proves (WebAuthn 7.1): that somebody holds the key, not who made the device."""

from dataclasses import dataclass
from hashlib import sha256

import cbor2

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.authenticator_data import AuthenticatorData, NewCredential, read_authenticator_data
from tokenpay.parties.cose_key import algorithm_of, verify_signature
from tokenpay.parties.relying_party import Ceremony, RelyingParty
from tokenpay.primitives.plain_cbor import load_plain_cbor

_CREATE = frozenset({Ceremony.CREATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What an authenticator and its client gave when a key was made; `transports` say how the device is reached."""

    client_data: bytes
    attestation_object: bytes
    transports: tuple[str, ...] = ()


def verify_attestation(
    attestation: Attestation, *, party: RelyingParty, challenge: bytes
) -> tuple[NewCredential, AuthenticatorData]:
    """Return the key that was made for this challenge. Formats are `none`, and `packed` signed by the key itself.

    Raises IntegrityError where anything is not as it was asked, InvalidInput for unreadable bytes and other formats.
    """
    party.check_client_data(attestation.client_data, challenge=challenge, ceremonies=_CREATE)
    made = load_plain_cbor(attestation.attestation_object)
    if not isinstance(made, cbor2.frozendict) or made.keys() != {"fmt", "attStmt", "authData"}:
        raise InvalidInput("this is no attestation of a new passkey")
    written, statement = made["authData"], made["attStmt"]
    if not isinstance(written, bytes) or not isinstance(statement, cbor2.frozendict):
        raise InvalidInput("this is no attestation of a new passkey")
    data = read_authenticator_data(written, party)
    if data.credential is None:
        raise InvalidInput("the authenticator made no key")
    if made["fmt"] == "packed" and statement.keys() == {"alg", "sig"}:
        if statement["alg"] != algorithm_of(data.credential.public_key) or not isinstance(statement["sig"], bytes):
            raise IntegrityError("a new passkey is not signed by itself")
        message = written + sha256(attestation.client_data).digest()
        verify_signature(data.credential.public_key, message, statement["sig"])
    elif made["fmt"] != "none" or statement:
        raise InvalidInput("a new passkey comes with no statement about its maker, or signed by itself")
    return data.credential, data
