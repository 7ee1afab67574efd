from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from tokenpay.errors import InvalidAuthorization, InvalidInput, InvalidTransaction
from tokenpay.ethereum import transaction
from tokenpay.ethereum.authorization import Authorization, calldata, decode_calldata, sign
from tokenpay.ethereum.transaction import DynamicFeeTransaction
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.primitives import rlp
from tokenpay.primitives.secp256k1 import PrivateKey

ITEMS = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=60).map(tuple), max_leaves=80
).filter(lambda item: depth(item) <= rlp.MAX_DEPTH)
KEY = PrivateKey.from_bytes(b"\x46" * 32)
DOMAIN = Domain(name="USDC", version="2", chain_id=1, verifying_contract=Address(b"\xaa" * 20))
TRANSACTION = DynamicFeeTransaction(
    chain_id=1,
    nonce=200,
    max_priority_fee_wei=1,
    max_fee_wei=2,
    gas_limit=90_000,
    to=b"\x01" * 20,
    value_wei=3,
    data=b"\x02" * 60,
    access_list=((b"\x03" * 20, (b"\x04" * 32,)),),
)
AUTHORIZATION = Authorization(
    domain=DOMAIN,
    sender=Address(KEY.public_key.address_bytes()),
    recipient=Address(b"\xbb" * 20),
    units=5,
    valid_after_s=1,
    valid_before_s=1_000,
    nonce=b"\x01" * 32,
)


def depth(item):
    return 0 if isinstance(item, bytes) else 1 + max(map(depth, item), default=0)


@given(ITEMS)
def test_rlp_reads_what_it_writes(item):
    assert rlp.decode(rlp.encode(item)) == item


@given(st.binary(max_size=200))
def test_rlp_that_reads_has_one_form(data):
    with suppress(InvalidInput):
        assert rlp.encode(rlp.decode(data)) == data


@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_transaction_is_refused_or_another_senders(at, flip):
    signed = transaction.sign(TRANSACTION, KEY)
    raw = bytearray(signed.raw)
    raw[at % len(raw)] ^= flip
    with suppress(InvalidTransaction):
        assert transaction.decode(bytes(raw)).sender != signed.sender


@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_authorization_is_refused(at, flip):
    call = bytearray(calldata(sign(AUTHORIZATION, KEY)))
    call[at % len(call)] ^= flip
    with pytest.raises(InvalidAuthorization):
        decode_calldata(bytes(call), DOMAIN)
