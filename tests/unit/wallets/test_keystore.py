import json
from uuid import UUID

import pytest

from tokenpay.errors import InvalidKeystore, Unavailable, WrongPassword
from tokenpay.wallets.kdf import Pbkdf2, Scrypt
from tokenpay.wallets.keystore import Keystore, decrypt, decrypt_key, encrypt
from tokenpay.wallets.secret import Secret

SECRET = Secret(bytes(range(1, 33)))
LIGHT = Scrypt(n=16, r=1)
FEW = Pbkdf2(rounds=1)
UUID_4 = UUID("3198bc9c-6672-4ab3-9995-4942343ae5b6")


def stored(secret=SECRET, password="correct horse", kdf=LIGHT):
    return encrypt(secret, password, salt=bytes(32), iv=bytes(16), uuid=UUID_4, kdf=kdf)


@pytest.mark.parametrize("kdf", [LIGHT, FEW, Scrypt(n=32, r=2, p=3)])
@pytest.mark.parametrize("size", [1, 31, 32, 64])
def test_a_secret_is_read_back(kdf, size):
    secret = Secret(bytes(range(100, 100 + size)))
    assert decrypt(stored(secret, kdf=kdf), "correct horse") == secret


def test_a_keystore_says_nothing_of_whose_it_is():
    document = json.loads(stored())
    assert set(document) == {"crypto", "id", "version"}
    assert document["id"] == str(UUID_4)


def test_a_key_stored_without_leading_zeros_is_filled_up():
    assert decrypt_key(stored(Secret(b"\x07")), "correct horse").reveal() == bytes(31) + b"\x07"


@pytest.mark.parametrize("raw", [bytes(32), b"\xff" * 32, b"\x01" * 33, b"\x01" * 64])
def test_what_is_no_key_is_refused(raw):
    with pytest.raises(InvalidKeystore):
        decrypt_key(stored(Secret(raw)), "correct horse")


def test_one_password_typed_on_two_keyboards():
    assert decrypt(stored(password="caf\u00e9"), "cafe\u0301") == SECRET


@pytest.mark.parametrize("password", ["", "Correct horse", "correct horse ", "\ud800"])
@pytest.mark.parametrize("kdf", [LIGHT, FEW])
def test_another_password_does_not_open_it(password, kdf):
    with pytest.raises(WrongPassword) as refusal:
        decrypt(stored(kdf=kdf), password)
    assert refusal.value.fields == {}


def test_a_changed_ciphertext_fails_the_mac():
    document = json.loads(stored())
    document["crypto"]["ciphertext"] = "00" * 32
    with pytest.raises(WrongPassword):
        decrypt(json.dumps(document), "correct horse")


@pytest.mark.parametrize("size", [0, 65])
def test_a_secret_of_another_size_is_refused(size):
    with pytest.raises(InvalidKeystore):
        stored(Secret(bytes(size)))


@pytest.mark.parametrize(("salt", "iv"), [(16, 16), (32, 12), (0, 0)])
def test_short_salt_and_iv_are_refused(salt, iv):
    with pytest.raises(InvalidKeystore):
        encrypt(SECRET, "x", salt=bytes(salt), iv=bytes(iv), uuid=UUID_4, kdf=LIGHT)


@pytest.mark.parametrize(
    "costs",
    [
        {"n": 0},
        {"n": 1},
        {"n": -2},
        {"n": 3},
        {"r": 0},
        {"p": 0},
        {"n": 2**21},
        {"n": 2**20, "p": 2},
        {"n": 2**16, "r": 1},
        {"n": 2**4000},
        {"p": 2**30},
        {"n": 2, "r": 2**23},
    ],
)
def test_scrypt_costs_out_of_range_are_refused(costs):
    with pytest.raises(InvalidKeystore):
        Scrypt(**costs)


@pytest.mark.parametrize("rounds", [0, -1, 10_000_001])
def test_rounds_out_of_range_are_refused(rounds):
    with pytest.raises(InvalidKeystore):
        Pbkdf2(rounds=rounds)


def changed(path, *values, kdf=LIGHT):
    """One file for each value put at a place of a good one, such as `crypto.mac`."""
    *parents, last = path.split(".")
    texts = []
    for value in values:
        document = part = json.loads(stored(kdf=kdf))
        for name in parents:
            part = part[name]
        part[last] = value
        texts.append(json.dumps(document))
    return texts


def twice(name):
    """The file with one name in it written twice, the first time with nothing."""
    return stored().replace(f'"{name}":', f'"{name}": null, "{name}":', 1)


UNREADABLE = {
    "json": ["", "{", "\ufeff" + stored(), *changed("crypto.kdfparams.n", float("nan"))]
    + [stored().replace('"n": 16', f'"n": {number}') for number in ("1e999", "-Infinity", "1" * 5_000, "0x10")],
    "size": [" " * 20_000 + "{}", stored() + " " * 17_000],
    "depth": ["[" * 10_000, *changed("meta", [[[[[[[[0]]]]]]]])],
    "duplicate_name": [*map(twice, ("version", "crypto", "n")), stored().replace('"id":', '"Crypto": {}, "id":')],
    "version": ["[]", "null", "3", '{"version": "3"}', *changed("version", 1, 3.0, True)],
    "presale": ['{"encseed": "00", "ethaddr": "00", "email": "a@b", "btcaddr": "1"}'],
    "crypto": ['{"version": 3}', *changed("crypto", "x", [], {})],
    "cipher": changed("crypto.cipher", "aes-128-cbc", None),
    "cipherparams": changed("crypto.cipherparams", {}, 1),
    "iv": changed("crypto.cipherparams.iv", "00" * 15, "00" * 17, None, 0, " " + "00" * 16),
    "ciphertext": changed("crypto.ciphertext", "", "00" * 65, "0", 7, "0x00", "00 00", "\u0660" * 2),
    "mac": changed("crypto.mac", "00" * 31, ["00" * 32]),
    "kdf": [*changed("crypto.kdf", "argon2id", []), *changed("crypto.kdfparams.prf", "hmac-sha1", kdf=FEW)],
    "kdfparams": changed("crypto.kdfparams", None),
    "salt": changed("crypto.kdfparams.salt", None, ""),
    "dklen": changed("crypto.kdfparams.dklen", 16, 2**40, 32.0, "32"),
    "n": changed("crypto.kdfparams.n", "16", 16.0, True, None, [16]),
    "c": changed("crypto.kdfparams.c", "1", 1.0, True, kdf=FEW),
    "costs": changed("crypto.kdfparams.n", 2**30, 0, -16, 15, 10**4_000)
    + changed("crypto.kdfparams.r", 2**27, 0)
    + changed("crypto.kdfparams.p", 2**27, 0)
    + changed("crypto.kdfparams.c", 2**40, 0, -1, kdf=FEW),
    "address": changed("address", "00" * 19, "0x0x" + "00" * 19, 7, False, {}, "me"),
}
"""The rule that a file breaks, and files that break it."""


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in UNREADABLE.items() for text in texts])
def test_any_other_file_is_refused_by_rule_before_its_password_is_tried(rule, text, monkeypatch):
    monkeypatch.setattr(Scrypt, "derive", None)
    monkeypatch.setattr(Pbkdf2, "derive", None)
    with pytest.raises(InvalidKeystore) as refusal:
        decrypt(text, "correct horse")
    assert refusal.value.fields == {"rule": rule}


@pytest.mark.parametrize("rename", [str.upper, str.capitalize])
def test_names_are_read_in_any_case(rename):
    text = stored()
    for name in ("crypto", "cipher", "cipherparams", "iv", "kdf", "kdfparams", "salt", "mac", "version", "dklen"):
        text = text.replace(f'"{name}":', f'"{rename(name)}":')
    assert decrypt(text, "correct horse") == SECRET


def test_hexadecimal_digits_are_read_in_any_case():
    document = json.loads(stored())
    for part, name in ((document["crypto"], "ciphertext"), (document["crypto"], "mac")):
        part[name] = part[name].upper()
    assert decrypt(json.dumps(document), "correct horse") == SECRET


ADDRESS = decrypt_key(stored(), "correct horse").public_key.address_bytes().hex()


@pytest.mark.parametrize("address", [None, "", ADDRESS, "0x" + ADDRESS, ADDRESS.upper()])
def test_the_address_in_a_file_is_that_of_its_key(address):
    (text,) = changed("address", address)
    assert decrypt_key(text, "correct horse").reveal() == SECRET.reveal()


def test_the_address_of_another_key_is_refused():
    (text,) = changed("address", "11" * 20)
    with pytest.raises(InvalidKeystore) as refusal:
        decrypt_key(text, "correct horse")
    assert refusal.value.fields == {"rule": "address"}
    assert decrypt(text, "correct horse") == SECRET  # a secret that is no key has no address


@pytest.mark.parametrize("typed", ["caf\u00e9", "cafe\u0301", "\ufb01sh", "\uff21"])
def test_a_wallet_that_takes_passwords_as_they_are_typed(typed, monkeypatch):
    monkeypatch.setattr("tokenpay.wallets.keystore._password", str.encode)
    text = stored(password=typed)
    monkeypatch.undo()
    assert decrypt(text, typed) == SECRET


def test_too_little_memory_is_no_wrong_password(monkeypatch):
    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr("tokenpay.wallets.kdf._Scrypt.derive", exhausted)
    with pytest.raises(Unavailable):
        decrypt(stored(), "correct horse")


def test_what_was_read_is_written_again():
    for kdf in (LIGHT, FEW):
        assert Keystore.parse(stored(kdf=kdf)).text(UUID_4) == stored(kdf=kdf)
