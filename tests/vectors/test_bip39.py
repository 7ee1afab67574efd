"""The vectors of python-mnemonic in every language, read from outside the repository."""

import json

import pytest

from tokenpay.wallets.hd import ExtendedPrivateKey
from tokenpay.wallets.mnemonic import detect, generate, parse, to_seed
from tokenpay.wallets.word_list import Language


@pytest.fixture(scope="module")
def languages(vectors):
    return json.loads((vectors / "bip39" / "vectors.json").read_text())


def test_every_language_has_its_cases(languages):
    assert {language: len(cases) for language, cases in languages.items()} == dict.fromkeys(Language, 24)


@pytest.mark.parametrize("language", Language)
def test_mnemonics_seeds_and_roots(languages, language):
    for entropy, phrase, seed, root in languages[language]:
        mnemonic = parse(phrase, language)
        assert mnemonic.phrase() == phrase
        assert generate(bytes.fromhex(entropy), language) == mnemonic
        assert mnemonic.entropy().reveal().hex() == entropy
        assert language in detect(phrase)
        derived = to_seed(mnemonic, "TREZOR")
        assert derived.reveal().hex() == seed
        assert ExtendedPrivateKey.from_seed(derived).xprv() == root
