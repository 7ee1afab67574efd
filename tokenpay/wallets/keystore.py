"""Secrets encrypted under a password: the Web3 Secret Storage definition, version 3.

What we write carries no address: it is optional, not covered by the MAC, and says whose money is inside.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Self
from unicodedata import normalize
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tokenpay.errors import InvalidInput, InvalidKeystore, WrongPassword
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.primitives.strict_json import read_json
from tokenpay.wallets.kdf import KEY_SIZE, STRONG, Kdf, Pbkdf2, Scrypt
from tokenpay.wallets.secret import Secret

MAX_SECRET_SIZE = 64
_MAX_CHARACTERS = 16_384
_MAX_DEPTH = 8
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keystore:
    """A keystore file read but not opened, or about to be written. Made by `parse` and `encrypt` only.

    `address` is the 20 bytes the file claims to hold the key of, or None.
    """

    kdf: Kdf
    salt: bytes
    iv: bytes
    ciphertext: bytes
    mac: bytes
    address: bytes | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a file without doing any of its work; raises InvalidKeystore with the `rule` that it breaks.

        Names are read in any case, as geth and ethers do: some old clients wrote `Crypto`. Costs beyond what
        `kdf` allows are refused here. What does not open the file is not read: id, name, metadata.
        """
        document = _document(text)
        crypto = _part(document, "crypto")
        if crypto.get("cipher") != "aes-128-ctr":
            raise InvalidKeystore("the cipher is not aes-128-ctr", rule="cipher")
        kdf, salt = _kdf(crypto)
        return cls(
            kdf=kdf,
            salt=salt,
            iv=_hex(_part(crypto, "cipherparams"), "iv", 16, 16),
            ciphertext=_hex(crypto, "ciphertext", 1, MAX_SECRET_SIZE),
            mac=_hex(crypto, "mac", 32, 32),
            address=_address(document),
        )

    def text(self, uuid: UUID) -> str:
        """Return the file's JSON, without the address."""
        crypto = {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": self.iv.hex()},
            "ciphertext": self.ciphertext.hex(),
            **_written(self.kdf, self.salt),
            "mac": self.mac.hex(),
        }
        return json.dumps({"crypto": crypto, "id": str(uuid), "version": 3})

    def open(self, password: str) -> Secret:
        """Return the bytes inside; raises WrongPassword, or Unavailable without the memory it takes.

        A damaged file cannot be told from a wrong password: both fail the MAC.
        """
        # Some wallets hash a password as it was typed: that form is tried where it is another.
        for form in dict.fromkeys((_password(password), password.encode(errors="surrogatepass"))):
            derived = self.kdf.derive(form, self.salt)
            if compare_digest(_mac(derived, self.ciphertext), self.mac):
                return Secret(_cipher(derived, self.iv, self.ciphertext))
        raise WrongPassword("the password does not open this keystore")


def encrypt(secret: Secret, password: str, *, salt: bytes, iv: bytes, uuid: UUID, kdf: Kdf = STRONG) -> str:
    """Return a keystore's JSON around 1 to 64 secret bytes.

    `salt` (32 bytes) and `iv` (16 bytes) are random and used once. Raises InvalidKeystore.
    """
    raw = secret.reveal()
    if not 0 < len(raw) <= MAX_SECRET_SIZE:
        raise InvalidKeystore(f"a keystore holds 1 to {MAX_SECRET_SIZE} bytes", rule="ciphertext")
    if len(salt) != 32 or len(iv) != 16:
        raise InvalidKeystore("a keystore is made with a 32-byte salt and a 16-byte iv", rule="salt")
    derived = kdf.derive(_password(password), salt)
    ciphertext = _cipher(derived, iv, raw)
    return Keystore(kdf=kdf, salt=salt, iv=iv, ciphertext=ciphertext, mac=_mac(derived, ciphertext)).text(uuid)


def decrypt(text: str, password: str) -> Secret:
    """Return the bytes in a keystore, whatever they are. Raises as `Keystore.parse` and `Keystore.open`."""
    return Keystore.parse(text).open(password)


def decrypt_key(text: str, password: str) -> PrivateKey:
    """Return the private key in a keystore, which may be stored without its leading zero bytes.

    Raises as `decrypt`, and InvalidKeystore where that is no key, or not that of the address in the file.
    """
    keystore = Keystore.parse(text)
    raw = keystore.open(password).reveal()
    try:
        key = PrivateKey.from_bytes(raw.rjust(32, b"\x00"))
    except InvalidInput:
        raise InvalidKeystore("the keystore holds no private key", rule="ciphertext") from None
    if keystore.address not in (None, key.public_key.address_bytes()):
        raise InvalidKeystore("the keystore names another address than that of its key", rule="address")
    return key


def _password(text: str) -> bytes:
    """One password is one byte string whatever keyboard it was typed on.

    Stray surrogates pass, since the error about one would carry the password.
    """
    return normalize("NFKC", text).encode(errors="surrogatepass")


def _mac(derived: bytes, ciphertext: bytes) -> bytes:
    return keccak256(derived[16:] + ciphertext)


def _cipher(derived: bytes, iv: bytes, data: bytes) -> bytes:
    """Encrypt or decrypt: in counter mode they are the same."""
    context = Cipher(algorithms.AES(derived[:16]), modes.CTR(iv)).encryptor()
    return context.update(data) + context.finalize()


def _written(kdf: Kdf, salt: bytes) -> dict[str, object]:
    shared = {"dklen": KEY_SIZE, "salt": salt.hex()}
    if isinstance(kdf, Scrypt):
        return {"kdf": "scrypt", "kdfparams": {**shared, "n": kdf.n, "r": kdf.r, "p": kdf.p}}
    return {"kdf": "pbkdf2", "kdfparams": {**shared, "c": kdf.rounds, "prf": "hmac-sha256"}}


def _kdf(crypto: Mapping[str, object]) -> tuple[Kdf, bytes]:
    parameters = _part(crypto, "kdfparams")
    if _number(parameters, "dklen") != KEY_SIZE:
        raise InvalidKeystore("the derived key has not 32 bytes", rule="dklen")
    salt = _hex(parameters, "salt", 1, 1024)
    match crypto.get("kdf"), parameters.get("prf"):
        case "scrypt", _:
            n, r, p = (_number(parameters, name) for name in "nrp")
            return Scrypt(n=n, r=r, p=p), salt
        case "pbkdf2", "hmac-sha256":
            return Pbkdf2(rounds=_number(parameters, "c")), salt
    raise InvalidKeystore("the key derivation is neither scrypt nor pbkdf2 with hmac-sha256", rule="kdf")


def _document(text: str) -> Mapping[str, object]:
    try:
        value = read_json(text, max_characters=_MAX_CHARACTERS, max_depth=_MAX_DEPTH)
    except InvalidInput as error:
        raise InvalidKeystore(f"the keystore {error.message}", **error.fields) from None
    document = _folded(value)
    if "encseed" in document:
        raise InvalidKeystore("a wallet of Ethereum's crowdsale, which is no keystore and not read", rule="presale")
    if type(document.get("version")) is not int or document["version"] != 3:
        raise InvalidKeystore("not a keystore of version 3", rule="version")
    return document


def _folded(value: object) -> Mapping[str, object]:
    """Return an object with its names in small letters; anything else has no names."""
    if not isinstance(value, dict):
        return {}
    folded = {name.lower(): item for name, item in value.items()}
    if len(folded) < len(value):
        raise InvalidKeystore("the keystore has an object that holds a name twice", rule="duplicate_name")
    return folded


def _part(parent: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = _folded(parent.get(name))
    if not part:
        raise InvalidKeystore(f"the keystore has no {name}", rule=name)
    return part


def _number(parent: Mapping[str, object], name: str) -> int:
    number = parent.get(name)
    if type(number) is not int:
        raise InvalidKeystore(f"the keystore's {name} is not a whole number", rule=name)
    return number


def _hex(parent: Mapping[str, object], name: str, least: int, most: int) -> bytes:
    text = parent.get(name)
    data = bytes.fromhex(text) if isinstance(text, str) and _HEX.fullmatch(text) else b""
    if not least <= len(data) <= most:
        raise InvalidKeystore(f"the keystore's {name} is not the hexadecimal text of its bytes", rule=name)
    return data


def _address(document: Mapping[str, object]) -> bytes | None:
    """Return the address a file claims, which some write with 0x and some leave empty."""
    text = document.get("address")
    if text is None or text == "":
        return None
    return _hex({"address": text.removeprefix("0x") if isinstance(text, str) else text}, "address", 20, 20)
