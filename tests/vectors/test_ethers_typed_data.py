"""The typed data of ethers.js, read from outside the repository: all 130 are hashed, none is refused."""

import json

import pytest

from tests.vectors.ethers import load, raw
from tokenpay.ethereum.typed_data import TypedData
from tokenpay.ethereum.typed_json import parse_typed_data
from tokenpay.primitives.secp256k1 import PrivateKey

DOMAIN = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
    "salt": "bytes32",
}


@pytest.fixture(scope="module")
def typed_data(vectors):
    cases = load(vectors, "typed-data")
    assert len(cases) == 130
    return cases


def test_digests(typed_data):
    for case in typed_data:
        data = TypedData(
            types=case["types"], primary_type=case["primaryType"], domain=case["domain"], message=case["data"]
        )
        assert data.digest() == raw(case["digest"]), case["name"]


def test_digests_of_the_same_as_json(typed_data):
    for case in typed_data:
        of_domain = [{"name": name, "type": kind} for name, kind in DOMAIN.items() if name in case["domain"]]
        text = json.dumps(
            {
                "types": {**case["types"], "EIP712Domain": of_domain},
                "primaryType": case["primaryType"],
                "domain": case["domain"],
                "message": case["data"],
            }
        )
        assert parse_typed_data(text).digest() == raw(case["digest"]), case["name"]


def test_signatures(typed_data):
    signed = [case for case in typed_data if "signature" in case]
    assert len(signed) == 1
    for case in signed:
        made = PrivateKey.from_bytes(raw(case["privateKey"])).sign_digest(raw(case["digest"]))
        expected = raw(case["signature"])
        assert (made.r.to_bytes(32), made.s.to_bytes(32), made.y_parity + 27) == (
            expected[:32],
            expected[32:64],
            expected[64],
        )
