from dataclasses import replace

import pytest

from tokenpay.errors import InvalidAuthorization
from tokenpay.ethereum.abi import uint_word
from tokenpay.ethereum.grants import authorization as module
from tokenpay.ethereum.grants.authorization import Authorization, calldata, decode_calldata
from tokenpay.ethereum.grants.grant import sign, verify
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
OTHER_KEY = PrivateKey.from_bytes(b"\x47" * 32)
DOMAIN = Domain(name="USDC", version="2", chain_id=31337, verifying_contract=Address(b"\xaa" * 20))
AUTHORIZATION = Authorization(
    domain=DOMAIN,
    sender=Address(KEY.public_key.address_bytes()),
    recipient=Address(b"\xbb" * 20),
    units=12_500_000,
    valid_after_s=1_700_000_000,
    valid_before_s=1_700_000_600,
    nonce=b"\x01" * 32,
)


def test_the_type_hashes_are_those_of_the_standard():
    # EIP-3009, section "Specification".
    assert {kind: value.hex() for kind, value in module._TYPEHASH.items()} == {
        "transfer": "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
        "receive": "d099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8",
    }


@pytest.mark.parametrize(("kind", "selector"), [("transfer", "e3ee160e"), ("receive", "ef55bec6")])
def test_a_call_is_read_back(kind, selector):
    signed = sign(replace(AUTHORIZATION, kind=kind), KEY)
    call = calldata(signed)
    assert call[:4].hex() == selector
    assert decode_calldata(call, DOMAIN) == signed
    assert verify(signed.grant, signed.signature) == signed


def test_the_two_kinds_do_not_share_a_signature():
    signed = sign(AUTHORIZATION, KEY)
    with pytest.raises(InvalidAuthorization):
        verify(replace(AUTHORIZATION, kind="receive"), signed.signature)


@pytest.mark.parametrize(
    "change",
    [
        {"domain": replace(DOMAIN, chain_id=1)},
        {"domain": replace(DOMAIN, name="USD Coin")},
        {"sender": Address(b"\xcc" * 20)},
        {"recipient": Address(b"\xcc" * 20)},
        {"units": 12_500_001},
        {"valid_after_s": 0},
        {"valid_before_s": 2**40},
        {"nonce": b"\x02" * 32},
    ],
)
def test_a_signature_holds_for_one_content_only(change):
    signature = sign(AUTHORIZATION, KEY).signature
    with pytest.raises(InvalidAuthorization):
        verify(replace(AUTHORIZATION, **change), signature)


def test_only_the_holder_signs():
    with pytest.raises(InvalidAuthorization):
        sign(AUTHORIZATION, OTHER_KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": bytes(31)},
        {"nonce": bytes(33)},
        {"units": -1},
        {"units": 2**256},
        {"valid_after_s": -1},
        {"valid_before_s": 1_700_000_000},
        {"valid_before_s": 2**256},
        {"kind": "cancel"},
    ],
)
def test_a_part_out_of_range_is_refused(change):
    with pytest.raises(InvalidAuthorization):
        replace(AUTHORIZATION, **change)


@pytest.mark.parametrize("now_s", [1_700_000_001, 1_700_000_599])
def test_inside_its_window_it_holds(now_s):
    AUTHORIZATION.check_window(now_s)


@pytest.mark.parametrize(
    ("now_s", "why"), [(0, "yet"), (1_700_000_000, "yet"), (1_700_000_600, "expired"), (2**40, "expired")]
)
def test_both_ends_of_the_window_are_outside(now_s, why):
    with pytest.raises(InvalidAuthorization, match=why):
        AUTHORIZATION.check_window(now_s)


def with_word(at, word):
    call = calldata(sign(AUTHORIZATION, KEY))
    return call[: 4 + 32 * at] + word + call[36 + 32 * at :]


CALL = calldata(sign(AUTHORIZATION, KEY))
UNREADABLE = {
    "empty": b"",
    "cut": CALL[:-1],
    "longer": CALL + b"\x00",
    "other function": b"\xa9\x05\x9c\xbb" + CALL[4:],
    "dirty sender": with_word(0, b"\x01" + CALL[5:36]),
    "zero sender": with_word(0, bytes(32)),
    "zero recipient": with_word(1, bytes(32)),
    "changed units": with_word(2, uint_word(1)),
    "window reversed": with_word(4, bytes(32)),
    "v 0": with_word(6, uint_word(0)),
    "v 29": with_word(6, uint_word(29)),
    "v large": with_word(6, b"\xff" * 32),
    "r zero": with_word(7, bytes(32)),
    "s high": with_word(8, uint_word(ORDER - sign(AUTHORIZATION, KEY).signature.s)),
}


@pytest.mark.parametrize("call", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_any_other_call_is_refused(call):
    with pytest.raises(InvalidAuthorization):
        decode_calldata(call, DOMAIN)


def test_a_call_to_another_token_does_not_verify():
    with pytest.raises(InvalidAuthorization):
        decode_calldata(CALL, replace(DOMAIN, verifying_contract=Address(b"\xab" * 20)))
