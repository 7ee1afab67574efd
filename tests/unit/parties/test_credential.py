"""An operator's key opens with their password and for nobody else."""

from dataclasses import replace
from typing import Any

import pytest

from tokenpay.errors import InvalidInput, WrongPassword
from tokenpay.parties.credential import (
    Credential,
    checked_pin,
    public_key_of,
    seal,
    seal_with_pin,
    unseal,
    unseal_with_pin,
)

KEY = bytes(range(32))
PASSWORD = "correct horse"
COST = 2**10


def sealed(**changes: Any) -> Credential:
    parts: dict[str, Any] = {"operator_id": "mia", "salt": b"s" * 16, "nonce": b"n" * 12, "cost": COST}
    return seal(KEY, PASSWORD, **(parts | changes))


def test_the_password_opens_it() -> None:
    credential = sealed()
    assert unseal(credential, PASSWORD) == KEY
    assert credential.public_key == public_key_of(KEY)
    assert KEY not in credential.sealed


@pytest.mark.parametrize("password", ["", "correct hors", "Correct horse", "correct horse ", "\udcff", "x" * 10_000])
def test_another_password_does_not(password: str) -> None:
    with pytest.raises(WrongPassword, match=r"^operator or password is wrong$") as caught:
        unseal(sealed(), password)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "change",
    [
        {"operator_id": "moe"},
        {"public_key": bytes(32)},
        {"salt": b"t" * 16},
        {"nonce": b"m" * 12},
        {"nonce": b""},
        {"cost": COST * 2},
        {"cost": 0},
        {"cost": 2**21},
        {"sealed": b""},
        {"sealed": bytes(48)},
    ],
)
def test_a_changed_credential_does_not_open(change: dict[str, Any]) -> None:
    with pytest.raises(WrongPassword):
        unseal(replace(sealed(), **change), PASSWORD)


@pytest.mark.parametrize("password", ["", "1234567"])
def test_a_short_password_seals_nothing(password: str) -> None:
    with pytest.raises(InvalidInput, match="at least 8"):
        seal(KEY, password, operator_id="mia", salt=b"s" * 16, nonce=b"n" * 12, cost=COST)


@pytest.mark.parametrize("cost", [0, 3, -1, 2**9, 3_000, 2**21, 2**10 + 1])
def test_a_cost_out_of_range_seals_nothing(cost: int) -> None:
    with pytest.raises(InvalidInput, match="power of two"):
        seal(KEY, PASSWORD, operator_id="mia", salt=b"s" * 16, nonce=b"n" * 12, cost=cost)


def test_the_published_public_key_of_a_private_key() -> None:
    # RFC 8032, section 7.1, test 1.
    private = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert public_key_of(private).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.mark.parametrize("pin", ["402857", "135790", "112233445566", "198012", "271828"])
def test_a_pin_seals_with_the_banks_key(pin: str) -> None:
    credential = seal_with_pin(
        KEY, pin, pin_key=b"k" * 32, operator_id="mia", salt=b"s" * 16, nonce=b"n" * 12, cost=COST
    )
    assert unseal_with_pin(credential, pin, pin_key=b"k" * 32) == KEY
    assert KEY not in credential.sealed
    for wrong_pin, key in ((pin, b"K" * 32), (pin[:-1] + str((int(pin[-1]) + 1) % 10), b"k" * 32)):
        with pytest.raises(WrongPassword):
            unseal_with_pin(credential, wrong_pin, pin_key=key)
    with pytest.raises(WrongPassword):  # sealed as a PIN, it is no password
        unseal(credential, pin)


@pytest.mark.parametrize(
    "pin",
    ["", "12345", "1234567890123", "12345a", "٤٠٢٨٥٧", " 402857", "-402857", "000000", "123456", "987654", "890123",
     "135791", "975319", "121212", "123123", "402402", "1212121", "40284028", "482482482"],
)  # fmt: skip
def test_a_pin_that_is_none_or_is_tried_first_is_refused(pin: str) -> None:
    with pytest.raises(InvalidInput):
        checked_pin(pin)


def test_a_pin_key_has_its_length() -> None:
    with pytest.raises(InvalidInput):
        seal_with_pin(KEY, "402857", pin_key=b"k", operator_id="mia", salt=b"s" * 16, nonce=b"n" * 12, cost=COST)
