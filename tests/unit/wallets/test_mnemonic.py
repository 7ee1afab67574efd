import hashlib

import pytest

from tokenpay.errors import InvalidMnemonic
from tokenpay.wallets.mnemonic import Mnemonic, english, generate, parse, to_seed
from tokenpay.wallets.secret import Secret

ABANDON = " ".join(["abandon"] * 11 + ["about"])


def test_the_word_list_is_the_published_one():
    # bitcoin/bips, bip-0039/english.txt
    text = "\n".join(english()) + "\n"
    assert len(english()) == 2048
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
    )


@pytest.mark.parametrize(("size", "count"), [(16, 12), (20, 15), (24, 18), (28, 21), (32, 24)])
def test_entropy_is_read_back(size, count):
    entropy = bytes(range(7, 7 + size))
    mnemonic = generate(entropy)
    assert len(mnemonic.words) == count
    assert parse(mnemonic.phrase()) == mnemonic
    assert mnemonic.entropy().reveal() == entropy


@pytest.mark.parametrize("size", [0, 15, 17, 31, 33, 64])
def test_entropy_of_another_size_is_refused(size):
    with pytest.raises(InvalidMnemonic):
        generate(bytes(size))


def test_any_white_space_parts_words():
    assert parse("\n " + ABANDON.replace(" ", "\t\u3000") + "\n").phrase() == ABANDON


def test_a_passphrase_is_compared_in_nfkd():
    mnemonic = parse(ABANDON)
    assert to_seed(mnemonic, "\u00e9") == to_seed(mnemonic, "e\u0301")
    assert to_seed(mnemonic, "e") != to_seed(mnemonic, "")


def test_a_passphrase_that_is_no_text_raises_nothing_that_shows_it():
    assert len(to_seed(parse(ABANDON), "\ud800").reveal()) == 64


@pytest.mark.parametrize(
    ("phrase", "fields"),
    [
        ("", {"count": 0}),
        (ABANDON + " abandon", {"count": 13}),
        (ABANDON.replace("about", "abuot"), {"position": 12}),
        (ABANDON.replace("abandon", "Abandon"), {"position": 1}),
        ("zoo zoo zooo " + "zoo " * 9, {"position": 3}),
        (ABANDON.replace("about", "abandon"), {}),
    ],
    ids=["none", "thirteen", "unknown last", "capital", "unknown third", "checksum"],
)
def test_a_wrong_phrase_is_refused_without_showing_a_word(phrase, fields):
    with pytest.raises(InvalidMnemonic) as refusal:
        parse(phrase)
    assert refusal.value.fields == fields
    assert not set(refusal.value.message.split()) & set(phrase.split())


def test_a_mnemonic_cannot_be_made_wrong():
    with pytest.raises(InvalidMnemonic):
        Mnemonic(("abandon",) * 12)


def test_nothing_shows_a_secret():
    mnemonic = parse(ABANDON)
    assert f"{mnemonic} {mnemonic!r}" == "Mnemonic() Mnemonic()"
    seed = to_seed(mnemonic)
    assert f"{seed} {seed!r} {[seed]}" == "Secret(64 bytes) Secret(64 bytes) [Secret(64 bytes)]"


def test_secrets_compare_and_do_not_hash():
    assert Secret(b"a") == Secret(b"a") != Secret(b"b")
    assert Secret(b"a") != b"a"
    with pytest.raises(TypeError):
        hash(Secret(b"a"))
