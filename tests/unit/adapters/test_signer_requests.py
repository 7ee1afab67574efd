"""The local signer vouches for requests to its own deposit addresses, with a key of their own."""

import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.unit.requests.samples import PAYEE, request
from tokenpay.adapters.signer.local import DEPOSITS_PATH, TREASURY_PATH, LocalSigner
from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.errors import SignerRefused
from tokenpay.requests.request_claims import RequestClaims
from tokenpay.requests.signed_request import BankKey, verify_request
from tokenpay.wallets.hd import ExtendedPrivateKey, ExtendedPublicKey
from tokenpay.wallets.secret import Secret

SEED = bytes(range(64))
SIGNER = LocalSigner(
    Secret(SEED), SignerRules(operators={}, fee_caps_wei={}, alone_units={}), SignerMemory(None)
)  # fmt: skip
ADDRESSES = [ExtendedPublicKey.parse(SIGNER.deposit_xpub()).child_address(index) for index in range(3)]
CLAIMS = RequestClaims.of(request(deposit_address=ADDRESSES[1]), bank="First Token Bank", payee_name="Zoë")


def test_a_request_to_its_own_address_is_signed_alike_each_time():
    text = SIGNER.sign_request(CLAIMS, index=1)
    trusted = [BankKey(bank="First Token Bank", public_key=SIGNER.request_key())]
    assert verify_request(text, trusted_keys=trusted, now_s=1_500).claims == CLAIMS
    assert SIGNER.sign_request(CLAIMS, index=1) == text


@pytest.mark.parametrize("index", [0, 2, -1, 2**31, 2**32])
def test_another_index_is_refused(index):
    with pytest.raises(SignerRefused):
        SIGNER.sign_request(CLAIMS, index=index)


@pytest.mark.parametrize("address", [PAYEE, ADDRESSES[0], SIGNER.treasury()])
def test_another_address_is_refused(address):
    with pytest.raises(SignerRefused):
        SIGNER.sign_request(replace(CLAIMS, deposit_address=address), index=1)


def test_the_key_is_the_seeds_and_no_key_of_an_address():
    """RFC 5869 by hand: extract with a salt of zeros, expand once."""
    secret = hmac.digest(hmac.digest(bytes(32), SEED, "sha256"), b"tokenpay/request-key/1\x01", "sha256")
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert SIGNER.request_key() == key.public_key().public_bytes_raw()
    root = ExtendedPrivateKey.from_seed(Secret(SEED))
    for path in (TREASURY_PATH, DEPOSITS_PATH, f"{DEPOSITS_PATH}/1"):
        assert root.derive(path).key.reveal() != secret
