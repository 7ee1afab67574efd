"""What is particular to each kind of transaction; what all of them share is in test_transaction and the vectors."""

from dataclasses import replace

import pytest

from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.preflight import intrinsic_gas, preflight
from tokenpay.ethereum.transaction import (
    AccessListTransaction,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
    authority,
    decode,
    decode_unsigned,
    encode_unsigned,
    sign,
    sign_authorization,
    signing_digest,
)
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
ELSEWHERE = b"\x77" * 20
LEGACY = LegacyTransaction(
    chain_id=1, nonce=9, gas_price_wei=20 * 10**9, gas_limit=21_000, to=b"\x35" * 20, value_wei=10**18
)
GRANT = sign_authorization(chain_id=1, address=ELSEWHERE, nonce=7, key=KEY)
SET_CODE = SetCodeTransaction(
    chain_id=1,
    nonce=0,
    max_priority_fee_wei=1,
    max_fee_wei=2,
    gas_limit=100_000,
    to=b"\x35" * 20,
    access_list=((b"\x11" * 20, (bytes(32),)),),
    authorization_list=(GRANT,),
)
EIP2930 = AccessListTransaction(chain_id=5, nonce=0, gas_price_wei=1, gas_limit=0, to=None, data=bytes(60))
KINDS: dict[str, Transaction] = {
    "legacy": replace(LEGACY, chain_id=None),
    "legacy creation": replace(LEGACY, chain_id=None, to=None, data=b"\x60\x00"),
    "eip155": LEGACY,
    "eip155, a large chain id": replace(LEGACY, chain_id=2**63 - 1),
    "eip155, chain 0": replace(LEGACY, chain_id=0),
    "eip2930": EIP2930,
    "eip7702": SET_CODE,
    "eip7702, nothing granted": replace(SET_CODE, authorization_list=()),
}


def rule_of(call, *arguments, **fields):
    with pytest.raises(InvalidTransaction) as refusal:
        call(*arguments, **fields)
    return refusal.value.fields["rule"]


@pytest.mark.parametrize("transaction", KINDS.values(), ids=KINDS)
def test_what_is_written_is_read_back(transaction):
    assert decode_unsigned(encode_unsigned(transaction)) == transaction
    signed = sign(transaction, KEY)
    assert decode(signed.raw) == signed
    assert (signed.transaction, signed.hash) == (transaction, keccak256(signed.raw))
    assert signed.sender.raw == KEY.public_key.address_bytes()


def test_the_example_of_eip_155():
    assert encode_unsigned(LEGACY).hex() == (
        "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080"
    )
    assert signing_digest(LEGACY).hex() == "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
    assert sign(LEGACY, KEY).raw.hex() == (
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a0"
        "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800cc"
        "f555c9f3dc64214b297fb1966a3b6d83"
    )


def test_one_gas_price_is_both_fees():
    assert LEGACY.max_fee_wei == LEGACY.max_priority_fee_wei == 20 * 10**9
    assert EIP2930.max_fee_wei == EIP2930.max_priority_fee_wei == 1


@pytest.mark.parametrize(
    ("tail", "rule"), [((1, 0), "field_count"), ((1, 0, 1), "v"), ((1, 1, 0), "v"), ((1, 0, 0, 0), "field_count")]
)
def test_an_unsigned_legacy_transaction_ends_with_nothing_or_its_replay_guard(tail, rule):
    members = rlp.decode(encode_unsigned(replace(LEGACY, chain_id=None)))
    raw = rlp.encode((*members, *(bytes((number,)) if number else b"" for number in tail)))
    assert rule_of(decode_unsigned, raw) == rule


@pytest.mark.parametrize("rest", [b"", b"\xc0", b"\x00", rlp.encode((b"",) * 14)])
def test_a_blob_transaction_is_refused_by_name(rest):
    for read in (decode, decode_unsigned):
        assert rule_of(read, b"\x03" + rest) == "blob"


def test_an_authorization_is_signed_for_one_chain():
    assert authority(GRANT).raw == KEY.public_key.address_bytes()
    digest = keccak256(b"\x05" + rlp.encode((b"\x01", ELSEWHERE, b"\x07")))
    assert (GRANT.r, GRANT.s) == (KEY.sign_digest(digest).r, KEY.sign_digest(digest).s)
    fields = {"address": ELSEWHERE, "nonce": 7, "key": KEY}
    for chain_id in (0, -1, 2**63):
        assert rule_of(sign_authorization, chain_id=chain_id, **fields) == "authorization_chain_id"
    for nonce in (-1, 2**64 - 1):
        assert rule_of(sign_authorization, chain_id=1, **(fields | {"nonce": nonce})) == "authorization_range"
    assert rule_of(sign_authorization, chain_id=1, **(fields | {"address": bytes(19)})) == "authorization_fields"


def test_a_word_for_every_chain_is_read_and_not_signed():
    every = replace(GRANT, chain_id=0)
    carried = replace(SET_CODE, authorization_list=(GRANT, every))
    assert rule_of(sign, carried, KEY) == "authorization_chain_id"
    assert decode_unsigned(encode_unsigned(carried)) == carried
    preflight(carried)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"y_parity": 2}, "y_parity"),
        ({"r": 0}, "signature_range"),
        ({"s": ORDER}, "signature_range"),
        ({"s": ORDER - GRANT.s}, "high_s"),
        ({"r": 5}, "signature"),
        ({"nonce": 2**64 - 1}, "authorization_range"),
    ],
)
def test_an_authorization_that_the_protocol_skips_is_nobodys_and_does_not_stop_the_transaction(change, rule):
    skipped = replace(GRANT, **change)
    assert rule_of(authority, skipped) == rule
    carrying = sign(replace(SET_CODE, authorization_list=(skipped,)), KEY)
    preflight(decode(carrying.raw).transaction)


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"address": b""}, "authorization_fields"), ({"r": -1}, "negative"), ({"chain_id": -1}, "negative")],
)
def test_a_shape_no_authorization_has_is_refused(change, rule):
    assert rule_of(replace, GRANT, **change) == rule


@pytest.mark.parametrize(
    ("transaction", "change", "rule"),
    [
        (LEGACY, {"chain_id": -1}, "negative"),
        (LEGACY, {"gas_price_wei": -1}, "negative"),
        (LEGACY, {"to": b""}, "to_length"),
        (EIP2930, {"chain_id": -1}, "negative"),
        (EIP2930, {"access_list": ((b"", ()),)}, "access_list"),
        (SET_CODE, {"to": None}, "set_code_without_to"),
        (SET_CODE, {"to": b""}, "set_code_without_to"),
        (SET_CODE, {"to": bytes(19)}, "to_length"),
        (SET_CODE, {"value_wei": -1}, "negative"),
    ],
)
def test_a_shape_no_transaction_has_is_refused(transaction, change, rule):
    assert rule_of(replace, transaction, **change) == rule


def test_each_authorization_is_charged():
    assert intrinsic_gas(SET_CODE) == 21_000 + 2_400 + 1_900 + 25_000
    assert intrinsic_gas(replace(SET_CODE, authorization_list=(GRANT,) * 3)) == 21_000 + 2_400 + 1_900 + 75_000
