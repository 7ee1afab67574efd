"""The accounts, mnemonics and keystores of ethers.js, read from outside the repository."""

import pytest

from tests.vectors.ethers import load, raw
from tokenpay.errors import InvalidKeystore, InvalidMnemonic, WrongPassword
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.wallets.hd import ExtendedPrivateKey, ExtendedPublicKey
from tokenpay.wallets.keystore import decrypt_key
from tokenpay.wallets.mnemonic import generate, parse, to_seed
from tokenpay.wallets.word_list import Language

LANGUAGES = {
    "cz": Language.CZECH,
    "en": Language.ENGLISH,
    "es": Language.SPANISH,
    "fr": Language.FRENCH,
    "it": Language.ITALIAN,
    "ja": Language.JAPANESE,
    "ko": Language.KOREAN,
    "pt": Language.PORTUGUESE,
    "zh_cn": Language.CHINESE_SIMPLIFIED,
    "zh_tw": Language.CHINESE_TRADITIONAL,
}


@pytest.fixture(scope="module")
def mnemonics(vectors):
    cases = load(vectors, "mnemonics")
    assert {case["locale"] for case in cases} == set(LANGUAGES)
    return cases


@pytest.fixture(scope="module")
def wallets(vectors):
    return load(vectors, "wallets")


def test_accounts(vectors):
    cases = load(vectors, "accounts")
    assert len(cases) == 259
    for case in cases:
        key = PrivateKey.from_bytes(raw(case["privateKey"]))
        assert Address(key.public_key.address_bytes()) == Address.parse(case["address"]), case["name"]


@pytest.mark.parametrize(("locale", "language"), LANGUAGES.items())
def test_mnemonics(mnemonics, locale, language):
    cases = [case for case in mnemonics if case["locale"] == locale]
    assert len(cases) == 40
    for case in cases:
        phrase = raw(case["phrase"]).decode()
        mnemonic = parse(phrase, language)
        assert mnemonic.phrase() == phrase
        assert generate(raw(case["entropy"]), language) == mnemonic
        seed = to_seed(mnemonic, raw(case["password"]).decode())
        assert seed.reveal() == raw(case["seed"])
        assert len(case["nodes"]) == 6
        for node in case["nodes"]:
            key = ExtendedPrivateKey.from_seed(seed).derive(node["path"])
            assert (key.xprv(), key.public().xpub()) == (node["xpriv"], node["xpub"])
            assert ExtendedPrivateKey.parse(node["xpriv"]).public() == key.public()
            assert ExtendedPublicKey.parse(node["xpub"]) == key.public()
            assert (key.key.reveal(), key.public().key.compressed()) == (
                raw(node["privateKey"]),
                raw(node["publicKey"]),
            )


def test_mnemonics_in_other_languages_are_not_taken_for_english(mnemonics):
    for case in mnemonics:
        if case["locale"] != "en":
            with pytest.raises(InvalidMnemonic):
                parse(raw(case["phrase"]).decode())


def test_keystores(wallets):
    cases = [case for case in wallets if case["type"] == "keystore"]
    assert len(cases) == 7
    for case in cases:
        key = decrypt_key(case["content"], raw(case["password"]).decode())
        assert Address(key.public_key.address_bytes()).text == case["address"]


def test_crowdsale_wallets_are_refused_by_name(wallets):
    cases = [case for case in wallets if case["type"] == "crowdsale"]
    assert len(cases) == 2
    for case in cases:
        with pytest.raises(InvalidKeystore, match="crowdsale") as refusal:
            decrypt_key(case["content"], raw(case["password"]).decode())
        assert refusal.value.fields == {"rule": "presale"}


def test_a_keystore_does_not_open_with_another_password(wallets):
    cheap = next(case for case in wallets if case["name"] == "wallet_random3")
    with pytest.raises(WrongPassword):
        decrypt_key(cheap["content"], "fool")
