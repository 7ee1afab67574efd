"""The transactions of ethers.js, read from outside the repository."""

import pytest

from tests.vectors.ethers import load, number, raw
from tokenpay.errors import InvalidTransaction
from tokenpay.ethereum.preflight import intrinsic_gas, preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction, decode, decode_unsigned, encode_unsigned, sign
from tokenpay.primitives.secp256k1 import PrivateKey


def london(fields):
    return DynamicFeeTransaction(
        chain_id=number(fields.get("chainId", 0)),
        nonce=number(fields.get("nonce", 0)),
        max_priority_fee_wei=number(fields.get("maxPriorityFeePerGas", 0)),
        max_fee_wei=number(fields.get("maxFeePerGas", 0)),
        gas_limit=number(fields.get("gasLimit", 0)),
        to=raw(fields["to"]) if fields.get("to") else None,
        value_wei=number(fields.get("value", 0)),
        data=raw(fields.get("data", "0x")),
        access_list=tuple(
            (raw(entry["address"]), tuple(raw(key) for key in entry["storageKeys"]))
            for entry in fields.get("accessList", [])
        ),
    )


@pytest.fixture(scope="module")
def transactions(vectors):
    cases = load(vectors, "transactions")
    assert len(cases) == 3_200
    return cases


def test_london_transactions(transactions):
    for case in transactions:
        transaction, key = london(case["transaction"]), PrivateKey.from_bytes(raw(case["privateKey"]))
        assert encode_unsigned(transaction) == raw(case["unsignedLondon"]), case["name"]
        assert decode_unsigned(raw(case["unsignedLondon"])) == transaction, case["name"]
        signed = sign(transaction, key)
        assert signed.raw == raw(case["signedLondon"]), case["name"]
        assert decode(signed.raw) == signed, case["name"]


def test_other_kinds_are_not_read_as_london(transactions):
    for case in transactions:
        for kind in ("Legacy", "Eip155", "Berlin", "Cancun"):
            for form in ("unsigned", "signed"):
                with pytest.raises(InvalidTransaction):
                    decode(raw(case[form + kind]))


def test_preflight_refuses_what_pays_too_little_gas(transactions):
    poor = 0
    for case in transactions:
        transaction = london(case["transaction"])
        if transaction.gas_limit < intrinsic_gas(transaction):
            poor += 1
            with pytest.raises(InvalidTransaction):
                preflight(transaction)
    assert 0 < poor < len(transactions)
