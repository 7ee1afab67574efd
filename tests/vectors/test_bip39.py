"""The English vectors of python-mnemonic, read from outside the repository."""

import json

from tokenpay.wallets.hd import ExtendedPrivateKey
from tokenpay.wallets.mnemonic import generate, parse, to_seed


def test_mnemonics_seeds_and_roots(vectors):
    cases = json.loads((vectors / "bip39" / "vectors.json").read_text())["english"]
    assert len(cases) == 24
    for entropy, phrase, seed, root in cases:
        mnemonic = parse(phrase)
        assert generate(bytes.fromhex(entropy)) == mnemonic
        assert mnemonic.entropy().reveal().hex() == entropy
        derived = to_seed(mnemonic, "TREZOR")
        assert derived.reveal().hex() == seed
        assert ExtendedPrivateKey.from_seed(derived).xprv() == root
