"""The accounts, mnemonics and keystores of ethers.js, read from outside the repository."""

import pytest

from tests.vectors.ethers import load, raw
from tokenpay.errors import InvalidMnemonic, WrongPassword
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.wallets.hd import ExtendedPrivateKey, ExtendedPublicKey
from tokenpay.wallets.keystore import decrypt_key
from tokenpay.wallets.mnemonic import generate, parse, to_seed


def test_accounts(vectors):
    for case in load(vectors, "accounts"):
        key = PrivateKey.from_bytes(raw(case["privateKey"]))
        assert Address(key.public_key.address_bytes()) == Address.parse(case["address"]), case["name"]


def test_english_mnemonics(vectors):
    cases = [case for case in load(vectors, "mnemonics") if case["locale"] == "en"]
    assert len(cases) == 40
    for case in cases:
        mnemonic = parse(raw(case["phrase"]).decode())
        assert generate(raw(case["entropy"])) == mnemonic
        seed = to_seed(mnemonic, raw(case["password"]).decode())
        assert seed.reveal() == raw(case["seed"])
        root = ExtendedPrivateKey.from_seed(seed)
        for node in case["nodes"]:
            key = root.derive(node["path"])
            assert (key.xprv(), key.public().xpub()) == (node["xpriv"], node["xpub"])
            assert ExtendedPublicKey.parse(node["xpub"]) == key.public()


def test_mnemonics_in_other_languages_are_refused(vectors):
    others = [case for case in load(vectors, "mnemonics") if case["locale"] != "en"]
    for case in others:
        with pytest.raises(InvalidMnemonic):
            parse(raw(case["phrase"]).decode())


def test_keystores(vectors):
    cases = [case for case in load(vectors, "wallets") if case["type"] == "keystore"]
    assert len(cases) == 7
    for case in cases:
        key = decrypt_key(case["content"], raw(case["password"]).decode())
        assert Address(key.public_key.address_bytes()).text == case["address"]


def test_a_keystore_does_not_open_with_another_password(vectors):
    cheap = next(case for case in load(vectors, "wallets") if case["name"] == "wallet_random3")
    with pytest.raises(WrongPassword):
        decrypt_key(cheap["content"], "fool")
