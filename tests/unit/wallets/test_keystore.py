import json
from uuid import UUID

import pytest

from tokenpay.errors import InvalidKeystore, WrongPassword
from tokenpay.wallets.keystore import Pbkdf2, Scrypt, decrypt, decrypt_key, encrypt
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
    ],
)
def test_scrypt_costs_out_of_range_are_refused(costs):
    with pytest.raises(InvalidKeystore):
        Scrypt(**costs)


@pytest.mark.parametrize("rounds", [0, -1, 10_000_001])
def test_rounds_out_of_range_are_refused(rounds):
    with pytest.raises(InvalidKeystore):
        Pbkdf2(rounds=rounds)


def changed(path, value, kdf=LIGHT):
    document = json.loads(stored(kdf=kdf))
    *parents, last = path
    part = document
    for name in parents:
        part = part[name]
    part[last] = value
    return json.dumps(document)


UNREADABLE = {
    "empty": "",
    "not JSON": "{",
    "a list": "[]",
    "deep": "[" * 10_000,
    "huge": " " * 20_000 + "{}",
    "no parts": '{"version": 3}',
    "version 1": changed(["version"], 1),
    "crypto is text": changed(["crypto"], "x"),
    "other cipher": changed(["crypto", "cipher"], "aes-128-cbc"),
    "iv short": changed(["crypto", "cipherparams", "iv"], "00" * 15),
    "iv missing": changed(["crypto", "cipherparams"], {}),
    "ciphertext empty": changed(["crypto", "ciphertext"], ""),
    "ciphertext long": changed(["crypto", "ciphertext"], "00" * 65),
    "ciphertext odd": changed(["crypto", "ciphertext"], "0"),
    "ciphertext a number": changed(["crypto", "ciphertext"], 7),
    "mac short": changed(["crypto", "mac"], "00" * 31),
    "other kdf": changed(["crypto", "kdf"], "argon2id"),
    "kdf a list": changed(["crypto", "kdf"], []),
    "other prf": changed(["crypto", "kdfparams", "prf"], "hmac-sha1", FEW),
    "no salt": changed(["crypto", "kdfparams", "salt"], None),
    "dklen 16": changed(["crypto", "kdfparams", "dklen"], 16),
    "dklen 2**40": changed(["crypto", "kdfparams", "dklen"], 2**40),
    "n as text": changed(["crypto", "kdfparams", "n"], "16"),
    "n as float": changed(["crypto", "kdfparams", "n"], 16.0),
    "n true": changed(["crypto", "kdfparams", "n"], True),
    "memory": changed(["crypto", "kdfparams", "n"], 2**30),
    "many rounds": changed(["crypto", "kdfparams", "c"], 2**40, FEW),
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_any_other_file_is_refused(text):
    with pytest.raises(InvalidKeystore):
        decrypt(text, "correct horse")
