"""A passkey's signature over a challenge, and what it proves (WebAuthn 7.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.authenticator_data import read_authenticator_data
from tokenpay.parties.cose_key import verify_signature
from tokenpay.parties.relying_party import Ceremony, RelyingParty

_GETS = frozenset({Ceremony.GET, Ceremony.PAY})
_VALUE = re.compile(r"[0-9]{1,78}(?:\.[0-9]{1,78})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What an authenticator and its client gave: `signature` is over the data and the hash of the client data."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentShown:
    """What a person is shown before they confirm a payment: in Secure Payment Confirmation their client signs it too.

    `value` is a plain decimal, `currency` the asset's symbol, `instrument` whose account pays.
    """

    payee: str
    currency: str
    value: str
    instrument: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAssertion:
    """`counter` is the authenticator's new count. `shown`: the client signed what it showed, and it was the payment."""

    credential_id: bytes
    counter: int
    backup_eligible: bool
    backed_up: bool
    shown: bool


def verify_assertion(
    assertion: Assertion,
    *,
    public_key: bytes,
    party: RelyingParty,
    challenge: bytes,
    shown: PaymentShown | None = None,
) -> VerifiedAssertion:
    """Return what an assertion proves under a COSE public key; `challenge` is the bytes that were asked to be signed.

    `shown` is the payment that a `payment.get` must have shown; without one, none is taken. The counter is compared by
    `check_counter`. Raises IntegrityError where anything is not as it was asked, InvalidInput for unreadable bytes.
    """
    kind, said = party.check_client_data(assertion.client_data, challenge=challenge, ceremonies=_GETS)
    if kind is Ceremony.PAY:
        _check_shown(said.get("payment"), shown, party)
    elif "payment" in said:
        raise IntegrityError("the passkey was asked for something else")
    data = read_authenticator_data(assertion.authenticator_data, party)
    if data.credential is not None:
        raise InvalidInput("a passkey that was asked to sign made a new key instead")
    signed = assertion.authenticator_data + sha256(assertion.client_data).digest()
    verify_signature(public_key, signed, assertion.signature)
    return VerifiedAssertion(
        credential_id=assertion.credential_id,
        counter=data.counter,
        backup_eligible=data.backup_eligible,
        backed_up=data.backed_up,
        shown=kind is Ceremony.PAY,
    )


def check_counter(before: int, now: int) -> None:
    """Raise IntegrityError where an authenticator that counts its signatures did not count on: it may be a copy.

    One that always says zero does not count (WebAuthn 6.1.1).
    """
    if (before or now) and now <= before:
        raise IntegrityError("the authenticator's counter did not go up: somebody may have a copy of the key")


def _check_shown(payment: object, shown: PaymentShown | None, party: RelyingParty) -> None:
    """Raise IntegrityError unless the client showed exactly this payment (Secure Payment Confirmation, 5.2)."""
    if shown is None:
        raise IntegrityError("the passkey was asked for something else")
    said = _text_map(payment)
    total, instrument = _text_map(said.get("total")), _text_map(said.get("instrument"))
    if said.get("rpId") != party.id or said.get("topOrigin") not in party.origins:
        raise IntegrityError("the payment was shown for another bank")
    if said.get("payeeName") != shown.payee or said.get("payeeOrigin") is not None:
        raise IntegrityError("the payment that was shown has another payee")
    if total.get("currency") != shown.currency or not _equal(total.get("value"), shown.value):
        raise IntegrityError("the payment that was shown has another amount")
    if instrument.get("displayName") != shown.instrument:
        raise IntegrityError("the payment that was shown has another payer")


def _text_map(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput("what a payment's confirmation showed is not readable")
    return value


def _equal(said: object, value: str) -> bool:
    """Compare as numbers: a client may write 10 as 10.00, and never as 1e1."""
    return isinstance(said, str) and _VALUE.fullmatch(said) is not None and Decimal(said) == Decimal(value)
