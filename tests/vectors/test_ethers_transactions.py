"""The 3,200 transactions of ethers.js in every form, read from outside the repository."""

from dataclasses import replace

import pytest

from tests.vectors.ethers import load, number, raw
from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.preflight import floor_gas, intrinsic_gas, preflight
from tokenpay.ethereum.transaction import (
    AccessListTransaction,
    DynamicFeeTransaction,
    LegacyTransaction,
    decode,
    decode_unsigned,
    encode_unsigned,
    sign,
)
from tokenpay.primitives.secp256k1 import PrivateKey

WITH_CHAIN = 1_664
"""The cases that name a chain; the others have no EIP-155 and no blob form."""


def shared(fields):
    return {
        "chain_id": number(fields.get("chainId", 0)),
        "nonce": number(fields.get("nonce", 0)),
        "gas_limit": number(fields.get("gasLimit", 0)),
        "to": raw(fields["to"]) if fields.get("to") else None,
        "value_wei": number(fields.get("value", 0)),
        "data": raw(fields.get("data", "0x")),
    }


def access_list(fields):
    return tuple(
        (raw(entry["address"]), tuple(raw(key) for key in entry["storageKeys"]))
        for entry in fields.get("accessList", [])
    )


def eip155(fields):
    return LegacyTransaction(gas_price_wei=number(fields.get("gasPrice", 0)), **shared(fields))


def legacy(fields):
    return replace(eip155(fields), chain_id=None)


def berlin(fields):
    return AccessListTransaction(
        gas_price_wei=number(fields.get("gasPrice", 0)), access_list=access_list(fields), **shared(fields)
    )


def london(fields):
    return DynamicFeeTransaction(
        max_priority_fee_wei=number(fields.get("maxPriorityFeePerGas", 0)),
        max_fee_wei=number(fields.get("maxFeePerGas", 0)),
        access_list=access_list(fields),
        **shared(fields),
    )


@pytest.fixture(scope="module")
def transactions(vectors):
    cases = load(vectors, "transactions")
    assert len(cases) == 3_200
    return cases


@pytest.mark.parametrize(
    ("form", "build", "count"),
    [("Legacy", legacy, 3_200), ("Eip155", eip155, WITH_CHAIN), ("Berlin", berlin, 3_200), ("London", london, 3_200)],
)
def test_every_form_is_written_and_read_back(transactions, form, build, count):
    cases = [case for case in transactions if case[f"signed{form}"]]
    assert len(cases) == count
    for case in cases:
        transaction, key = build(case["transaction"]), PrivateKey.from_bytes(raw(case["privateKey"]))
        assert encode_unsigned(transaction) == raw(case[f"unsigned{form}"]), case["name"]
        assert decode_unsigned(raw(case[f"unsigned{form}"])) == transaction, case["name"]
        signed = sign(transaction, key)
        assert signed.raw == raw(case[f"signed{form}"]), case["name"]
        assert decode(signed.raw) == signed, case["name"]
        expected = case[f"signature{form}"]
        assert (signed.signature.r, signed.signature.s) == (number(expected["r"]), number(expected["s"]))
        assert signed.sender.raw == key.public_key.address_bytes()


def test_blob_forms_are_refused_by_name(transactions):
    cases = [case for case in transactions if case["signedCancun"]]
    assert len(cases) == WITH_CHAIN
    for case in cases:
        for read, form in ((decode, "signedCancun"), (decode_unsigned, "unsignedCancun")):
            with pytest.raises(InvalidTransaction) as refusal:
                read(raw(case[form]))
            assert refusal.value.fields["rule"] == "blob"


def test_preflight_refuses_what_pays_too_little_gas(transactions):
    poor = 0
    for case in transactions:
        transaction = london(case["transaction"])
        if transaction.gas_limit < max(intrinsic_gas(transaction), floor_gas(transaction)):
            poor += 1
            with pytest.raises(InvalidTransaction):
                preflight(transaction)
    assert 0 < poor < len(transactions)
