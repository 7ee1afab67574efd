"""The vectors that BIP-32 prints."""

import json
from pathlib import Path

import pytest

from tokenpay.errors import InvalidInput
from tokenpay.wallets import base58
from tokenpay.wallets.hd import ExtendedPrivateKey, ExtendedPublicKey
from tokenpay.wallets.secret import Secret

VECTORS = json.loads(Path(__file__).with_name("bip32.json").read_text())
KEYS = [(chain["seed"], key) for chain in VECTORS["chains"] for key in chain["keys"]]


@pytest.mark.parametrize(("seed", "key"), KEYS)
def test_derivation(seed, key):
    derived = ExtendedPrivateKey.from_seed(Secret(bytes.fromhex(seed))).derive(key["path"])
    assert derived.xprv() == key["xprv"]
    assert derived.public().xpub() == key["xpub"]


@pytest.mark.parametrize(("seed", "key"), KEYS)
def test_reading(seed, key):
    private, public = ExtendedPrivateKey.parse(key["xprv"]), ExtendedPublicKey.parse(key["xpub"])
    assert (private.xprv(), public.xpub()) == (key["xprv"], key["xpub"])
    assert private.public() == public


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: case["why"])
def test_invalid_keys(case):
    if case["why"] != "invalid checksum":
        base58.decode_check(case["text"])
    for read in (ExtendedPrivateKey.parse, ExtendedPublicKey.parse):
        with pytest.raises(InvalidInput):
            read(case["text"])
