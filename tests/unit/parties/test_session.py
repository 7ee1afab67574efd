"""A session signs for its operator and shows its key to nobody."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import asdict, astuple, fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tokenpay.cli.output import plain
from tokenpay.parties.credential import public_key_of
from tokenpay.parties.operator import Operator, Role
from tokenpay.parties.session import Session

KEY = bytes(range(200, 232))
MIA = Operator(id="mia", name="Mia", role=Role.TELLER, branch="main", public_key=public_key_of(KEY))
SESSION = Session(id="S1", operator=MIA, terminal="T1", opened_at_s=1, expires_at_s=2, key=KEY)


def test_it_signs_with_the_operators_key() -> None:
    Ed25519PublicKey.from_public_bytes(MIA.public_key).verify(SESSION.sign(b"message"), b"message")
    assert SESSION.role is Role.TELLER


@pytest.mark.parametrize("show", [repr, str, "{}".format])
def test_the_key_is_never_shown(show: Callable[[object], str]) -> None:
    shown = show(SESSION)
    assert "S1" not in shown  # the id opens doors too
    assert repr(KEY) not in shown
    assert KEY.hex() not in shown
    assert "key=b" not in shown.replace("public_key=b", "")


def test_the_key_is_no_field_and_no_attribute() -> None:
    assert "key" not in {field.name for field in fields(SESSION)}
    for taken in (asdict(SESSION), astuple(SESSION), plain(SESSION)):
        assert KEY.hex() not in repr(taken)
        assert repr(KEY) not in repr(taken)
    assert "id" not in plain(SESSION)
    assert not hasattr(SESSION, "key")
    with pytest.raises(ValueError, match="key"):
        replace(SESSION, terminal="T2")  # type: ignore[call-arg]


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_does_not_leave_its_process(take: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="not copied"):
        take(SESSION)
