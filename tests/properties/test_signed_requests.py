"""Signed requests: what is signed is verified, and no change to one, however small, is accepted."""

from base64 import b32decode, b32encode

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, strategies as st

from tests.unit.requests.samples import request
from tokenpay.errors import InvalidRequest
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.money.asset import Asset
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_reader import read_qr
from tokenpay.requests.reference import reference_bytes, reference_id
from tokenpay.requests.signed_request import BankKey, SignedRule, sign_request, verify_request
from tokenpay.requests.visible import is_visible

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BANK = "First Token Bank"
TRUSTED = [BankKey(bank=BANK, public_key=KEY.public_key().public_bytes_raw())]
TEXT = sign_request(request(), key=KEY, bank=BANK, payee_name="Zoë")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

names = st.text(min_size=1, max_size=70).filter(lambda name: name == name.strip() and is_visible(name))
addresses = st.binary(min_size=20, max_size=20).filter(any).map(Address)
chains = st.integers(1, 2**63 - 1)
assets = st.builds(lambda chain, contract: Asset.token(chain, contract, symbol="T", decimals=6), chains, addresses)
coins = st.builds(Asset.native, chains)


def accepted(text: str) -> bool:
    try:
        verify_request(text, trusted_keys=TRUSTED, now_s=1_500)
    except InvalidRequest as error:
        return SignedRule[str(error.fields["rule"]).upper()] not in SignedRule
    return True


@given(st.binary(min_size=16, max_size=16))
def test_a_reference_is_its_bytes(random):
    assert reference_bytes(reference_id(random)) == random


@given(
    assets | coins,
    st.none() | st.integers(1, MAX_UNITS),
    addresses,
    names,
    st.text(max_size=140).filter(is_visible),
    st.integers(0, 2**52),
    st.integers(1, 2**40),
    st.binary(min_size=16, max_size=16),
)
def test_what_is_signed_is_verified(asset, units, deposit, payee_name, remittance, created_s, lifetime_s, random):
    assume(deposit != asset.contract)
    asked = request(
        id=reference_id(random),
        asset=asset,
        amount=None if units is None else Amount(asset, units),
        deposit_address=deposit,
        remittance_information=remittance,
        created_at_s=created_s,
        expires_at_s=created_s + lifetime_s,
    )
    text = sign_request(asked, key=KEY, bank=BANK, payee_name=payee_name)
    claims = verify_request(text, trusted_keys=TRUSTED, now_s=created_s).claims
    assert (claims.id, claims.asset_id, claims.contract, claims.units) == (asked.id, asset.id, asset.contract, units)
    assert (claims.deposit_address, claims.chain_id) == (deposit, asset.chain_id)
    assert (claims.bank, claims.payee_name, claims.remittance_information) == (BANK, payee_name, remittance)
    assert (claims.issued_at_s, claims.expires_at_s) == (created_s, created_s + lifetime_s)


def test_a_signed_request_survives_a_picture():
    assert read_qr(qr_png(TEXT, scale=3)) == [TEXT]


def test_every_flip_of_one_bit_is_refused():
    message = b32decode(TEXT[4:] + "=" * (-len(TEXT[4:]) % 8))
    assert accepted(TEXT)
    for place in range(len(message)):
        for bit in range(8):
            changed = bytearray(message)
            changed[place] ^= 1 << bit
            assert not accepted("TKS:" + b32encode(changed).rstrip(b"=").decode())


@pytest.mark.parametrize("step", [1, 7, 31])
def test_every_change_of_one_letter_is_refused(step):
    for place, letter in enumerate(TEXT):
        other = LETTERS[(LETTERS.find(letter) + step) % len(LETTERS)]
        for changed in (other, letter.lower(), "", letter + other, " "):
            text = TEXT[:place] + changed + TEXT[place + 1 :]
            assert text == TEXT or not accepted(text)


cbor = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.binary(max_size=9)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(-9, 9) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=80) | cbor.map(cbor2.dumps) | st.lists(cbor, min_size=4, max_size=4).map(cbor2.dumps))
def test_no_bytes_are_accepted_or_raise_anything_else(message):
    assert not accepted("TKS:" + b32encode(message).rstrip(b"=").decode())


@given(cbor)
def test_no_signed_payload_raises_anything_else(payload):
    header = cbor2.dumps({1: -19, 4: TRUSTED[0].thumbprint}, canonical=True)
    body = cbor2.dumps(payload)
    signature = KEY.sign(cbor2.dumps(["Signature1", header, b"tokenpay/signed-request/1", body]))
    message = cbor2.dumps([header, {}, body, signature])
    assert not accepted("TKS:" + b32encode(message).rstrip(b"=").decode())


@given(st.text(max_size=60) | st.text(LETTERS, max_size=60).map("TKS:".__add__))
def test_no_text_raises_anything_else(text):
    assert not accepted(text)
