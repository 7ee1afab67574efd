import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_intended_validator

from tokenpay.errors import InvalidInput
from tokenpay.ethereum.personal_message import (
    personal_message_digest,
    recover_for_validator,
    recover_personal_message,
    sign_for_validator,
    sign_personal_message,
    validator_digest,
)
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey, Signature

KEY = PrivateKey.from_bytes(b"\x46" * 32)
SIGNER = Address(KEY.public_key.address_bytes())
VALIDATOR = Address(b"\xaa" * 20)


def test_a_digest_that_is_published():
    # ethers.js, hashMessage("Hello World")
    digest = "a1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2"
    assert personal_message_digest(b"Hello World").hex() == digest


@pytest.mark.parametrize("message", [b"", b"a", "Grüße €".encode(), b"\x00\xff", b"x" * 10, b"x" * 1_000])
def test_signatures_are_those_of_eth_account(message):
    for ours, encoded in [
        (sign_personal_message(message, KEY), encode_defunct(message)),
        (sign_for_validator(VALIDATOR, message, KEY), encode_intended_validator(VALIDATOR.text, message)),
    ]:
        theirs = Account.sign_message(encoded, KEY.reveal())
        assert (ours.y_parity + 27, ours.r, ours.s) == (theirs.v, theirs.r, theirs.s)


def test_the_signer_is_recovered():
    assert recover_personal_message(b"pay", sign_personal_message(b"pay", KEY)) == SIGNER
    assert recover_for_validator(VALIDATOR, b"pay", sign_for_validator(VALIDATOR, b"pay", KEY)) == SIGNER


def test_a_signature_holds_for_one_message_version_and_validator():
    personal, bound = sign_personal_message(b"pay", KEY), sign_for_validator(VALIDATOR, b"pay", KEY)
    assert recover_personal_message(b"pay!", personal) != SIGNER
    assert recover_personal_message(b"pay", bound) != SIGNER
    assert recover_for_validator(Address(b"\xab" * 20), b"pay", bound) != SIGNER
    assert personal_message_digest(b"pay") != validator_digest(VALIDATOR, b"pay")


def test_a_signature_of_nobody():
    with pytest.raises(InvalidInput):
        recover_personal_message(b"pay", Signature(0, 5, 1))
