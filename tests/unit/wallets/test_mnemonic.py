import hashlib
from unicodedata import normalize

import pytest

from tokenpay.errors import InvalidMnemonic
from tokenpay.wallets.mnemonic import Mnemonic, detect, generate, parse, to_seed
from tokenpay.wallets.secret import Secret
from tokenpay.wallets.word_list import Language, words

ABANDON = " ".join(["abandon"] * 11 + ["about"])


# Of ten languages the SHA-256 of the file in bitcoin/bips (bip-0039); of Russian and Turkish that of
# python-mnemonic 0.21, whose files are in NFC.
PUBLISHED = {
    Language.CHINESE_SIMPLIFIED: "5c5942792bd8340cb8b27cd592f1015edf56a8c5b26276ee18a482428e7c5726",
    Language.CHINESE_TRADITIONAL: "417b26b3d8500a4ae3d59717d7011952db6fc2fb84b807f3f94ac734e89c1b5f",
    Language.CZECH: "7e80e161c3e93d9554c2efb78d4e3cebf8fc727e9c52e03b83b94406bdcc95fc",
    Language.ENGLISH: "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
    Language.FRENCH: "ebc3959ab7801a1df6bac4fa7d970652f1df76b683cd2f4003c941c63d517e59",
    Language.ITALIAN: "d392c49fdb700a24cd1fceb237c1f65dcc128f6b34a8aacb58b59384b5c648c2",
    Language.JAPANESE: "2eed0aef492291e061633d7ad8117f1a2b03eb80a29d0e4e3117ac2528d05ffd",
    Language.KOREAN: "9e95f86c167de88f450f0aaf89e87f6624a57f973c67b516e338e8e8b8897f60",
    Language.PORTUGUESE: "2685e9c194c82ae67e10ba59d9ea5345a23dc093e92276fc5361f6667d79cd3f",
    Language.RUSSIAN: "07f11af3f07fd13d8d74859f4448d8bca8f1d9d336dc4842531ecea083103a26",
    Language.SPANISH: "46846a5a0139d1e3cb77293e521c2865f7bcdb82c44e8d0a06a2cd0ecba48c0b",
    Language.TURKISH: "a7dc9c77913726106c7b8baa022b7e17601d118acf40aa60ab1fbc9c91b383ac",
}


@pytest.mark.parametrize("language", Language)
def test_the_word_lists_are_the_published_ones(language):
    text = "".join(f"{word}\n" for word in words(language))
    assert text == normalize("NFKD", text)
    assert len(set(words(language))) == 2048
    if language in (Language.RUSSIAN, Language.TURKISH):
        text = normalize("NFC", text)
    assert hashlib.sha256(text.encode()).hexdigest() == PUBLISHED[language]


@pytest.mark.parametrize(("size", "count"), [(16, 12), (20, 15), (24, 18), (28, 21), (32, 24)])
def test_entropy_is_read_back(size, count):
    entropy = bytes(range(7, 7 + size))
    mnemonic = generate(entropy)
    assert len(mnemonic.words) == count
    assert parse(mnemonic.phrase()) == mnemonic
    assert mnemonic.entropy().reveal() == entropy


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_keyboard_types_the_same_mnemonic(language, form):
    mnemonic = generate(bytes(range(200, 232)), language)
    assert parse(normalize(form, mnemonic.phrase()), language) == mnemonic
    assert parse(mnemonic.phrase().replace("\u3000", " "), language) == mnemonic


def test_only_japanese_is_written_with_ideographic_spaces():
    parted = {language for language in Language if "\u3000" in generate(bytes(16), language).phrase()}
    assert parted == {Language.JAPANESE}


def test_a_phrase_of_two_languages_is_named_with_both():
    shared = generate(bytes(16), Language.CHINESE_SIMPLIFIED)
    assert detect(shared.phrase()) == (Language.CHINESE_SIMPLIFIED, Language.CHINESE_TRADITIONAL)
    assert to_seed(shared) == to_seed(parse(shared.phrase(), Language.CHINESE_TRADITIONAL))
    phrase = "civil festival festival palace rival concert distance panda junior unique spatial science"
    assert detect(phrase) == (Language.ENGLISH, Language.FRENCH)
    english, french = parse(phrase), parse(phrase, Language.FRENCH)
    assert to_seed(english) == to_seed(french)
    assert english.entropy() != french.entropy()
    assert english != french


@pytest.mark.parametrize("language", Language)
def test_the_language_of_a_phrase_is_found(language):
    phrase = generate(hashlib.sha256(language.encode()).digest(), language).phrase()
    assert detect(phrase) == (language,)


@pytest.mark.parametrize("phrase", ["", "abandon", ABANDON + " abandon", "\ud800 " * 12, "x" * 1_000_000])
def test_what_is_no_mnemonic_has_no_language(phrase):
    assert detect(phrase) == ()


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
        (ABANDON.replace("about", "abuot"), {"position": 12, "language": "english"}),
        (ABANDON.replace("abandon", "Abandon"), {"position": 1, "language": "english"}),
        ("zoo zoo zooo " + "zoo " * 9, {"position": 3, "language": "english"}),
        ("\ud800 " * 12, {"position": 1, "language": "english"}),
        ("zoo zoo\u200b " + "zoo " * 10, {"position": 2, "language": "english"}),
        (ABANDON.replace("about", "abandon"), {}),
        (" ".join(["about", *["abandon"] * 11]), {}),
        ("\ufdfa" * 1_001, {}),
    ],
    ids=["none", "thirteen", "unknown last", "capital", "unknown third", "surrogates", "invisible"]
    + ["one wrong", "two swapped", "huge"],
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
    assert f"{mnemonic}" == f"{mnemonic!r}" == "Mnemonic(language=<Language.ENGLISH: 'english'>)"
    seed = to_seed(mnemonic)
    assert f"{seed} {seed!r} {[seed]}" == "Secret(64 bytes) Secret(64 bytes) [Secret(64 bytes)]"


def test_secrets_compare_and_do_not_hash():
    assert Secret(b"a") == Secret(b"a") != Secret(b"b")
    assert Secret(b"a") != b"a"
    with pytest.raises(TypeError):
        hash(Secret(b"a"))
