from dataclasses import replace
from typing import Any

import pytest

from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.transaction import (
    DynamicFeeTransaction,
    decode,
    decode_unsigned,
    encode_unsigned,
    sign,
    signing_digest,
)
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
TRANSACTION = DynamicFeeTransaction(
    chain_id=1,
    nonce=9,
    max_priority_fee_wei=10**9,
    max_fee_wei=20 * 10**9,
    gas_limit=21_000,
    to=b"\x35" * 20,
    value_wei=10**18,
)
FIELDS: Any = rlp.decode(encode_unsigned(TRANSACTION)[1:])
SIGNED: Any = rlp.decode(sign(TRANSACTION, KEY).raw[1:])
WORD = b"\x11" * 32


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"to": None, "data": b"\x60\x00"},
        {"to": bytes(20)},
        {"data": bytes(300)},
        {"access_list": ((b"\x01" * 20, ()), (bytes(20), (WORD, WORD)))},
        {"chain_id": 0, "nonce": 0, "gas_limit": 0, "max_fee_wei": 0, "max_priority_fee_wei": 0, "value_wei": 0},
    ],
    ids=["transfer", "create", "to zero", "data", "access list", "zeros"],
)
def test_what_is_written_is_read_back(change):
    transaction = replace(TRANSACTION, **change)
    assert decode_unsigned(encode_unsigned(transaction)) == transaction
    signed = sign(transaction, KEY)
    assert decode(signed.raw) == signed
    assert signed.transaction == transaction
    assert signed.sender.raw == KEY.public_key.address_bytes()
    assert signed.hash == keccak256(signed.raw)
    assert signing_digest(transaction) == keccak256(encode_unsigned(transaction))


@pytest.mark.parametrize(
    "change",
    [
        {"to": b""},
        {"to": bytes(19)},
        {"to": bytes(32)},
        {"nonce": -1},
        {"value_wei": -1},
        {"access_list": ((bytes(19), ()),)},
        {"access_list": ((bytes(20), (bytes(31),)),)},
    ],
)
def test_a_shape_no_transaction_has_is_refused(change):
    with pytest.raises(InvalidTransaction):
        replace(TRANSACTION, **change)


def with_member(members, at, value):
    return b"\x02" + rlp.encode((*members[:at], value, *members[at + 1 :]))


UNREADABLE = {
    "empty": b"",
    "legacy": sign(TRANSACTION, KEY).raw[1:],
    "other type": b"\x01" + sign(TRANSACTION, KEY).raw[1:],
    "a string": b"\x02\x80",
    "trailing byte": sign(TRANSACTION, KEY).raw + b"\x00",
    "cut": sign(TRANSACTION, KEY).raw[:-1],
    "eleven parts": b"\x02" + rlp.encode(SIGNED[:11]),
    "thirteen parts": b"\x02" + rlp.encode((*SIGNED, b"")),
    "nonce with leading zero": with_member(SIGNED, 1, b"\x00\x09"),
    "nonce as list": with_member(SIGNED, 1, ()),
    "to of 19 bytes": with_member(SIGNED, 5, bytes(19)),
    "to as list": with_member(SIGNED, 5, ()),
    "data as list": with_member(SIGNED, 7, (b"\x01",)),
    "access list as bytes": with_member(SIGNED, 8, b"\x01"),
    "access entry as bytes": with_member(SIGNED, 8, (b"\x01",)),
    "access entry of three": with_member(SIGNED, 8, ((bytes(20), (), ()),)),
    "access key of 31 bytes": with_member(SIGNED, 8, ((bytes(20), (bytes(31),)),)),
    "y parity 2": with_member(SIGNED, 9, b"\x02"),
    "y parity 27": with_member(SIGNED, 9, b"\x1b"),
    "r zero": with_member(SIGNED, 10, b""),
    "r is the order": with_member(SIGNED, 10, ORDER.to_bytes(32, "big")),
    "r of no point": with_member(SIGNED, 10, b"\x05"),
    "s zero": with_member(SIGNED, 11, b""),
    "s high": with_member(SIGNED, 11, (ORDER - int.from_bytes(SIGNED[11], "big")).to_bytes(32, "big")),
    "s with leading zero": with_member(SIGNED, 11, b"\x00" + SIGNED[11]),
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_any_other_bytes_are_refused(raw):
    with pytest.raises(InvalidTransaction):
        decode(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x02", b"\x02" + rlp.encode(FIELDS[:8]), sign(TRANSACTION, KEY).raw, with_member(FIELDS, 1, b"\x00")],
    ids=["empty", "type only", "eight parts", "signed", "zero byte for zero"],
)
def test_any_other_unsigned_bytes_are_refused(raw):
    with pytest.raises(InvalidTransaction):
        decode_unsigned(raw)
