import json
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, strategies as st

from tests.benchmarks.random_transactions import KINDS, random_transaction
from tests.comparison.invalid_typed_messages import MAIL
from tokenpay.errors import InvalidAuthorization, InvalidInput, InvalidTransaction, InvalidTypedData
from tokenpay.ethereum import transaction
from tokenpay.ethereum.grants.authorization import Authorization, calldata, decode_calldata
from tokenpay.ethereum.grants.grant import sign
from tokenpay.ethereum.meanings.explain_transaction import explain_transaction
from tokenpay.ethereum.meanings.meaning import MeaningKind
from tokenpay.ethereum.transaction import DynamicFeeTransaction, LegacyTransaction, TransactionRule
from tokenpay.ethereum.typed_data import Domain
from tokenpay.ethereum.typed_json import parse_typed_data
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.primitives import rlp
from tokenpay.primitives.secp256k1 import PrivateKey

ITEMS = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=60).map(tuple), max_leaves=80
).filter(lambda item: depth(item) <= rlp.MAX_DEPTH)
RULES = {rule.value for rule in TransactionRule}
KEY = PrivateKey.from_bytes(b"\x46" * 32)
DOMAIN = Domain(name="USDC", version="2", chain_id=1, verifying_contract=Address(b"\xaa" * 20))
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


@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32), at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_transaction_is_refused_or_another_senders(kind, seed, at, flip):
    signed = result_or_rule(transaction.sign, random_transaction(kind, Random(seed)), KEY)
    if signed == "authorization_chain_id":
        return
    raw = bytearray(signed.raw)
    raw[at % len(raw)] ^= flip
    read = result_or_rule(transaction.decode, bytes(raw))
    if read not in RULES:
        assert read.sender != signed.sender
        assert rewritten(read) == raw


def result_or_rule(call, *arguments):
    try:
        return call(*arguments)
    except InvalidTransaction as refusal:
        return refusal.fields["rule"]


def rewritten(read):
    """What was accepted, put together anew from what was read."""
    tx, signature = read.transaction, read.signature
    v = tx.v(signature.y_parity) if isinstance(tx, LegacyTransaction) else signature.y_parity
    return tx.TYPE + rlp.encode_list(tx.encode_fields() + b"".join(map(rlp.encode_int, (v, signature.r, signature.s))))


@given(st.sampled_from((b"", b"\x01", b"\x02", b"\x03", b"\x04")), st.binary(max_size=200) | ITEMS.map(rlp.encode))
def test_any_bytes_are_read_or_refused_by_a_rule(first, rest):
    for read in (transaction.decode, transaction.decode_unsigned):
        found = result_or_rule(read, first + rest)
        assert not isinstance(found, str) or found in RULES


@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_authorization_is_refused(at, flip):
    call = bytearray(calldata(sign(AUTHORIZATION, KEY)))
    call[at % len(call)] ^= flip
    with pytest.raises(InvalidAuthorization):
        decode_calldata(bytes(call), DOMAIN)


MAIL_TEXT = json.dumps(MAIL)
MAIL_DIGEST = parse_typed_data(MAIL_TEXT).digest()
SNIPPETS = st.sampled_from(
    ('"', "{", "}", "[", "]", ",", ":", "0", "-", "null", "\\", "uint8", "[2]", "Person", "\x00", "é")
)


@given(at=st.integers(0, len(MAIL_TEXT)), cut=st.integers(0, 12), put=st.lists(SNIPPETS, max_size=3).map("".join))
def test_changed_typed_json_is_refused_or_has_another_digest(at, cut, put):
    text = MAIL_TEXT[:at] + put + MAIL_TEXT[at + cut :]
    with suppress(InvalidTypedData):
        assert parse_typed_data(text).digest() != MAIL_DIGEST or json.loads(text) == MAIL


REGISTER = {
    (1, None): Asset.native(1),
    (1, DOMAIN.verifying_contract): Asset.token(1, DOMAIN.verifying_contract, symbol="USDC", decimals=6),
}


@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_call_has_another_meaning_or_none(at, flip):
    call = bytearray(calldata(sign(AUTHORIZATION, KEY)))
    meaning = meaning_of(bytes(call))
    call[at % len(call)] ^= flip
    changed = meaning_of(bytes(call))
    in_signature = at % len(call) >= 4 + 6 * 32  # which the token verifies: it is not put into words
    assert changed != meaning or in_signature
    assert changed.kind in (meaning.kind, MeaningKind.UNKNOWN)


@given(data=st.binary(max_size=80))
def test_every_call_has_a_meaning_or_none(data):
    assert meaning_of(data).text()


def meaning_of(call):
    transaction = DynamicFeeTransaction(
        chain_id=1,
        nonce=0,
        max_priority_fee_wei=1,
        max_fee_wei=2,
        gas_limit=90_000,
        to=DOMAIN.verifying_contract.raw,
        data=call,
    )
    return explain_transaction(transaction, REGISTER)
