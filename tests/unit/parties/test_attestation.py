"""What the making of a passkey proves."""

from dataclasses import replace
from typing import Any

import cbor2
import pytest

from tests.unit.parties.key_on_paper import ATTESTED, CHALLENGE, ELIGIBLE, PARTY, PRESENT, VERIFIED, KeyOnPaper
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.attestation import Attestation, verify_attestation

KEY = KeyOnPaper(aaguid=bytes(range(16)))


def verify(attestation: Attestation) -> Any:
    return verify_attestation(attestation, party=PARTY, challenge=CHALLENGE)


@pytest.mark.parametrize("form", ["none", "packed"])
def test_a_new_key_is_read(form: str) -> None:
    credential, data = verify(KEY.make(form=form, flags=PRESENT | VERIFIED | ATTESTED | ELIGIBLE))
    assert (credential.id, credential.public_key, credential.aaguid) == (KEY.id, KEY.public_key, KEY.aaguid)
    assert (data.counter, data.backup_eligible, data.backed_up) == (0, True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"challenge": bytes(32)},
        {"said": {"type": "webauthn.get"}},
        {"said": {"origin": "https://evil.example"}},
        {"said": {"crossOrigin": True}},
        {"flags": PRESENT | ATTESTED},
        {"flags": VERIFIED | ATTESTED},
        {"form": "packed", "statement": {"alg": -7, "sig": b"\x30\x00"}},
        {"form": "packed", "statement": {"alg": -8, "sig": b""}},
        {"form": "packed", "statement": {"alg": -7, "sig": "text"}},
    ],
)
def test_one_that_was_asked_for_otherwise_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        verify(KEY.make(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": PRESENT | VERIFIED},
        {"statement": {"alg": -7}},
        {"form": "packed", "statement": {"alg": -7, "sig": b"", "x5c": [b""]}},
        {"form": "packed", "statement": {}},
        {"form": "fido-u2f"},
        {"credential": b""},
        {"credential": bytes(16) + b"\x00\x00" + KEY.public_key},
        {"credential": bytes(16) + b"\x00\x20" + bytes(31)},
        {"credential": bytes(16) + b"\x00\x01k" + cbor2.dumps({1: 2})},
        {"credential": bytes(16) + b"\x00\x01k" + KEY.public_key + b"\x00"},
    ],
)
def test_bytes_that_mean_nothing_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        verify(KEY.make(**changes))


@pytest.mark.parametrize("written", [b"", b"\xa0", b"\x80", cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": 1})])
def test_what_is_no_attestation_is_refused(written: bytes) -> None:
    with pytest.raises(InvalidInput):
        verify(replace(KEY.make(), attestation_object=written))
