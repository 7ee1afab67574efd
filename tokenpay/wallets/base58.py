"""Base58Check, the text form of BIP-32 extended keys."""

import hashlib

from tokenpay.errors import InvalidInput

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_MAX_LENGTH = 120
"""An extended key has 111 characters; reading is quadratic, so longer text is refused unread."""


def encode_check(data: bytes) -> str:
    """Return `data` and its four-byte checksum as text."""
    data += _checksum(data)
    zeros = len(data) - len(data.lstrip(b"\x00"))
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, value = divmod(number, 58)
        digits = _ALPHABET[value] + digits
    return _ALPHABET[0] * zeros + digits


def decode_check(text: str) -> bytes:
    """Return the bytes that `encode_check` wrote; raises InvalidInput, which does not repeat the text."""
    if len(text) > _MAX_LENGTH or not _VALUES.keys() >= set(text):
        raise InvalidInput("not base58 text of an extended key")
    number = 0
    for character in text:
        number = number * 58 + _VALUES[character]
    zeros = len(text) - len(text.lstrip(_ALPHABET[0]))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(data) < 4 or _checksum(data[:-4]) != data[-4:]:
        raise InvalidInput("the checksum does not hold: a character is wrong or missing")
    return data[:-4]


def _checksum(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
