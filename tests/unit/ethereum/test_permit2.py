from dataclasses import replace
from typing import Any

import pytest

from tokenpay.errors import InvalidAuthorization
from tokenpay.ethereum.grants import permit2
from tokenpay.ethereum.grants.grant import sign, verify
from tokenpay.ethereum.grants.permit2 import (
    PermitBatch,
    PermitBatchTransferFrom,
    PermitDetails,
    PermitSingle,
    PermitTransferFrom,
    TokenPermissions,
)
from tokenpay.money.address import MAX_CHAIN_ID, Address
from tokenpay.primitives.secp256k1 import PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
TOKEN, SPENDER = Address(b"\xaa" * 20), Address(b"\xbb" * 20)
DETAILS = PermitDetails(token=TOKEN, units=5, expiration_s=1_800_000_000, nonce=0)
PERMISSIONS = TokenPermissions(token=TOKEN, units=5)
GIVEN: dict[str, Any] = {
    "chain_id": 1,
    "owner": Address(KEY.public_key.address_bytes()),
    "spender": SPENDER,
    "deadline_s": 1_700_000_000,
}
SINGLE = PermitSingle(details=DETAILS, **GIVEN)
BATCH = PermitBatch(details=(DETAILS,), **GIVEN)
TRANSFER = PermitTransferFrom(permitted=PERMISSIONS, nonce=7, **GIVEN)
BATCH_TRANSFER = PermitBatchTransferFrom(permitted=(PERMISSIONS,), nonce=7, **GIVEN)
ALL: list[Any] = [SINGLE, BATCH, TRANSFER, BATCH_TRANSFER]


def test_hashes_that_are_published():
    # Permit2 on Ethereum: the constants of its PermitHash, and DOMAIN_SEPARATOR() of the contract.
    assert {
        struct.name: struct.type_hash.hex()
        for struct in (
            permit2.PERMIT_SINGLE,
            permit2.PERMIT_BATCH,
            permit2.PERMIT_TRANSFER_FROM,
            permit2.PERMIT_BATCH_TRANSFER_FROM,
        )
    } == {
        "PermitSingle": "f3841cd1ff0085026a6327b620b67997ce40f282c88a8e905a7a5626e310f3d0",
        "PermitBatch": "af1b0d30d2cab0380e68f0689007e3254993c596f2fdd0aaa7f4d04f79440863",
        "PermitTransferFrom": "939c21a48a8dbe3a9a2404a1d46691e4d39f6583d6ec6b35714604c986d80106",
        "PermitBatchTransferFrom": "fcf35f5ac6a2c28868dc44c302166470266239195f02b0ee408334829333b766",
    }
    separator = "866a5aba21966af95d6c7ab78eb2b2fc913915c28be3b9aa07cc04ff903e3f28"
    assert permit2._separator(1, permit2.PERMIT2).hex() == separator


@pytest.mark.parametrize("grant", ALL, ids=lambda grant: type(grant).__name__)
def test_its_holder_signs_and_nobody_else(grant):
    signed = sign(grant, KEY)
    assert verify(grant, signed.signature) == signed
    with pytest.raises(InvalidAuthorization):
        sign(grant, PrivateKey.from_bytes(b"\x47" * 32))
    for change in ({"chain_id": 2}, {"spender": TOKEN}, {"deadline_s": 1}, {"contract": TOKEN}):
        with pytest.raises(InvalidAuthorization):
            verify(replace(grant, **change), signed.signature)


def test_no_two_kinds_share_a_signature():
    assert len({grant.digest() for grant in ALL}) == len(ALL)


@pytest.mark.parametrize("grant", ALL, ids=lambda grant: type(grant).__name__)
def test_the_deadline_itself_is_inside(grant):
    grant.check_window(1_700_000_000)
    with pytest.raises(InvalidAuthorization):
        grant.check_window(1_700_000_001)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (DETAILS, {"units": -1}),
        (DETAILS, {"units": 2**160}),
        (DETAILS, {"expiration_s": 2**48}),
        (DETAILS, {"nonce": 2**48}),
        (DETAILS, {"nonce": -1}),
        (PERMISSIONS, {"units": -1}),
        (PERMISSIONS, {"units": 2**256}),
        (SINGLE, {"chain_id": 0}),
        (SINGLE, {"chain_id": MAX_CHAIN_ID + 1}),
        (SINGLE, {"deadline_s": -1}),
        (BATCH, {"deadline_s": 2**256}),
        (BATCH, {"details": ()}),
        (TRANSFER, {"nonce": -1}),
        (TRANSFER, {"nonce": 2**256}),
        (BATCH_TRANSFER, {"nonce": 2**256}),
        (BATCH_TRANSFER, {"permitted": ()}),
    ],
)
def test_a_part_out_of_range_is_refused(part, change):
    with pytest.raises(InvalidAuthorization):
        replace(part, **change)
