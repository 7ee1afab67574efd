from dataclasses import replace

import pytest

from tokenpay.errors import InvalidAuthorization
from tokenpay.ethereum.abi import uint_word
from tokenpay.ethereum.grants import dai_permit as module
from tokenpay.ethereum.grants.dai_permit import DaiPermit, calldata, decode_calldata
from tokenpay.ethereum.grants.grant import sign, verify
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
DAI = Address.parse("0x6B175474E89094C44Da98b954EedeAC495271d0F")
DOMAIN = Domain(name="Dai Stablecoin", version="1", chain_id=1, verifying_contract=DAI)
PERMIT = DaiPermit(
    domain=DOMAIN,
    holder=Address(KEY.public_key.address_bytes()),
    spender=Address(b"\xbb" * 20),
    nonce=3,
    expiry_s=1_700_000_000,
    allowed=True,
)
SIGNED = sign(PERMIT, KEY)
CALL = calldata(SIGNED)


def test_hashes_that_are_published():
    # DAI on Ethereum: PERMIT_TYPEHASH() and DOMAIN_SEPARATOR() of the contract.
    assert module._TYPEHASH.hex() == "ea2aa0a1be11a07ed86d755c93467f4f82362b452371d1ba94d1715123511acb"
    assert DOMAIN.separator.hex() == "dbb8cf42e1ecb028be3f3dbc922e1d878b963f411dc388ced501601c60f7c6f7"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_call_is_read_back(allowed):
    signed = sign(replace(PERMIT, allowed=allowed), KEY)
    assert calldata(signed)[:4].hex() == "8fcbaf0c"
    assert decode_calldata(calldata(signed), DOMAIN) == signed


@pytest.mark.parametrize("change", [{"allowed": False}, {"nonce": 4}, {"expiry_s": 0}, {"spender": DAI}])
def test_a_signature_holds_for_one_content_only(change):
    with pytest.raises(InvalidAuthorization):
        verify(replace(PERMIT, **change), SIGNED.signature)


def test_the_expiry_itself_is_inside_and_zero_never_ends():
    PERMIT.check_window(1_700_000_000)
    replace(PERMIT, expiry_s=0).check_window(2**40)
    with pytest.raises(InvalidAuthorization):
        PERMIT.check_window(1_700_000_001)


@pytest.mark.parametrize(
    "change", [{"nonce": -1}, {"nonce": 2**256}, {"expiry_s": -1}, {"expiry_s": 2**256}, {"allowed": 1}]
)
def test_a_part_out_of_range_is_refused(change):
    with pytest.raises(InvalidAuthorization):
        replace(PERMIT, **change)


@pytest.mark.parametrize(
    "call",
    [
        b"",
        CALL[:-1],
        CALL + b"\x00",
        b"\x00" + CALL[1:],
        CALL[:4] + bytes(32) + CALL[36:],
        CALL[:132] + uint_word(2) + CALL[164:],
        CALL[:-32] + uint_word(ORDER - SIGNED.signature.s),
    ],
    ids=["empty", "cut", "longer", "other function", "zero holder", "allowed is 2", "high s"],
)
def test_any_other_call_is_refused(call):
    with pytest.raises(InvalidAuthorization):
        decode_calldata(call, DOMAIN)
