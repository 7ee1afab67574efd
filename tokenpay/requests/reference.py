"""Our short reference: `TKP:` and 128 random bits as 26 characters of Crockford's base 32.

All of it is in QR's alphanumeric set, so the code is version 2 (25 modules) and fits a small screen.
There is no check digit: a mistyped reference is one that no bank has issued.
"""

import re

from tokenpay.errors import InvalidRequest
from tokenpay.requests.reason import Reason, refusal

PREFIX = "TKP:"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
# 26 characters are 130 bits: the first two are zero, so that one value has one spelling.
_ID = re.compile(f"[0-7][{_ALPHABET}]{{{_LENGTH - 1}}}")
_TYPED = str.maketrans("OIL", "011")


def reference_id(random: bytes) -> str:
    """Return 16 random bytes as the id of a request; raises InvalidRequest for any other length."""
    if len(random) != 16:
        raise InvalidRequest("a request id is made of 16 random bytes")
    value = int.from_bytes(random)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def reference_bytes(id: str) -> bytes:
    """Return the 16 bytes that `reference_id` wrote as `id`; raises InvalidRequest."""
    value = 0
    for character in check_reference_id(id):
        value = value << 5 | _ALPHABET.index(character)
    return value.to_bytes(16)


def check_reference_id(id: str) -> str:
    """Return `id` when it is written as `reference_id` writes it; raises InvalidRequest."""
    if _ID.fullmatch(id) is None:
        raise refusal(Reason.BAD_REFERENCE)
    return id


def is_reference(text: str) -> bool:
    """Return whether `text` claims to be a reference of ours, by its prefix in any case."""
    return text[: len(PREFIX)].upper() == PREFIX


def parse_reference(text: str) -> str:
    """Return the id in a reference that was scanned or typed; raises InvalidRequest.

    Small letters stand for capitals, O for 0, and I and L for 1 (Crockford's base 32).
    """
    if not is_reference(text) or not text.isascii():
        raise refusal(Reason.BAD_REFERENCE)
    return check_reference_id(text[len(PREFIX) :].upper().translate(_TYPED))
