from dataclasses import replace

import pytest

from tokenpay.errors import InvalidAuthorization
from tokenpay.ethereum.abi import uint_word
from tokenpay.ethereum.grants import cancel_authorization as module
from tokenpay.ethereum.grants.cancel_authorization import Cancellation, calldata, decode_calldata
from tokenpay.ethereum.grants.grant import sign, verify
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
DOMAIN = Domain(name="USDC", version="2", chain_id=31337, verifying_contract=Address(b"\xaa" * 20))
CANCELLATION = Cancellation(domain=DOMAIN, authorizer=Address(KEY.public_key.address_bytes()), nonce=b"\x01" * 32)
SIGNED = sign(CANCELLATION, KEY)
CALL = calldata(SIGNED)


def test_the_type_hash_is_that_of_the_standard():
    # EIP-3009, section "Specification".
    assert module._TYPEHASH.hex() == "158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429"


def test_a_call_is_read_back():
    assert CALL[:4].hex() == "5a049a70"
    assert decode_calldata(CALL, DOMAIN) == SIGNED


@pytest.mark.parametrize("change", [{"nonce": b"\x02" * 32}, {"domain": replace(DOMAIN, chain_id=1)}])
def test_a_signature_holds_for_one_content_only(change):
    with pytest.raises(InvalidAuthorization):
        verify(replace(CANCELLATION, **change), SIGNED.signature)


def test_only_the_holder_cancels():
    with pytest.raises(InvalidAuthorization):
        sign(CANCELLATION, PrivateKey.from_bytes(b"\x47" * 32))


@pytest.mark.parametrize("nonce", [b"", bytes(31), bytes(33)])
def test_a_nonce_of_another_size_is_refused(nonce):
    with pytest.raises(InvalidAuthorization):
        replace(CANCELLATION, nonce=nonce)


@pytest.mark.parametrize(
    "call",
    [
        b"",
        CALL[:-1],
        CALL + b"\x00",
        b"\x00" + CALL[1:],
        CALL[:4] + bytes(32) + CALL[36:],
        CALL[:-32] + uint_word(ORDER - SIGNED.signature.s),
    ],
    ids=["empty", "cut", "longer", "other function", "zero authorizer", "high s"],
)
def test_any_other_call_is_refused(call):
    with pytest.raises(InvalidAuthorization):
        decode_calldata(call, DOMAIN)
