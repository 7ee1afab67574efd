"""How a message of the Travel Rule travels: what is no envelope is refused before anybody opens it."""

import json
from typing import Any

import pytest

from tokenpay.compliance.ivms101.read import MAX_CHARACTERS
from tokenpay.compliance.travel_message import MAX_ENVELOPE_BYTES, Envelope
from tokenpay.errors import IntegrityError, InvalidInput

GOOD = {"id": "TR-1", "sender": "a-bank", "recipient": "b-bank", "sealed": "0aff", "signature": "01"}


def written(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def test_an_envelope_is_read_as_it_was_written() -> None:
    read = Envelope.read(written())
    assert (read.sealed, read.signature) == (b"\x0a\xff", b"\x01")
    assert Envelope.read(read.text()) == read
    receipt = Envelope(id="TR-1", sender="b-bank", recipient="a-bank", sealed=b"")
    assert (receipt.signature, Envelope.read(receipt.text())) == (b"", receipt)
    with pytest.raises(IntegrityError):
        receipt.verify(bytes(64))


def test_an_envelope_of_the_largest_size_is_read_and_none_above() -> None:
    assert MAX_ENVELOPE_BYTES == 4 * MAX_CHARACTERS
    room = MAX_ENVELOPE_BYTES - len(written(sealed=""))
    assert len(Envelope.read(written(sealed="00" * (room // 2))).sealed) == room // 2
    with pytest.raises(InvalidInput):
        Envelope.read(written(sealed="00" * (room // 2 + 1)))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"id": "TR-1"}',
        written(more=""),
        written(sealed="0"),
        written(sealed="0A"),
        written(signature="zz"),
        written(id=1),
        written(id=""),
        written(sender="A"),
        written(recipient=""),
        written(sealed=["00"]),
    ],
)
def test_what_is_no_envelope_is_refused(wrong: bytes) -> None:
    with pytest.raises(InvalidInput):
        Envelope.read(wrong)
