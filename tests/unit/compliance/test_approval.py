"""A consent is one person's, in one part, to one content, at one time."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.unit.payments.samples import intent
from tokenpay.compliance.approval import Part, give
from tokenpay.errors import IntegrityError
from tokenpay.parties.credential import public_key_of
from tokenpay.parties.operator import Operator, Role
from tokenpay.parties.session import Session

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
MIA = Operator(id="mia", name="Mia", role=Role.TELLER, branch="main", public_key=public_key_of(KEY))
SESSION = Session(id="S1", operator=MIA, terminal="T1", opened_at_s=1, expires_at_s=2, key=KEY)
HASH = intent().hash()
APPROVAL = give(SESSION, HASH, part=Part.MAKER, at_s=7)
STORED = replace(APPROVAL)
"""The same as it is read again: nobody remembers having signed it."""


def test_it_verifies_under_its_operators_key() -> None:
    for approval in (APPROVAL, STORED):
        approval.verify(MIA.public_key)
    assert APPROVAL == STORED
    assert (APPROVAL.operator_id, APPROVAL.intent_hash, APPROVAL.part, APPROVAL.at_s) == ("mia", HASH, "maker", 7)


@pytest.mark.parametrize(
    "change",
    [
        {"intent_hash": bytes(32)},
        {"operator_id": "moe"},
        {"part": Part.CHECKER},
        {"at_s": 8},
        {"signature": b""},
        {"signature": bytes(64)},
        {"signature": APPROVAL.signature + b"\x00"},
        {"signature": give(SESSION, HASH, part=Part.CHECKER, at_s=7).signature},
    ],
)
def test_nothing_of_it_can_be_changed(change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        replace(APPROVAL, **change).verify(MIA.public_key)


@pytest.mark.parametrize("public_key", [public_key_of(OTHER_KEY), b"", bytes(31), bytes(33), b"\xff" * 32])
def test_no_other_key_will_do(public_key: bytes) -> None:
    for approval in (APPROVAL, STORED):
        with pytest.raises(IntegrityError, match="signature"):
            approval.verify(public_key)


@given(st.integers(min_value=0, max_value=511))
def test_no_bit_of_the_signature_is_free(bit: int) -> None:
    flipped = bytearray(APPROVAL.signature)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(IntegrityError):
        replace(APPROVAL, signature=bytes(flipped)).verify(MIA.public_key)
