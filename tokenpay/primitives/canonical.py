"""One byte form for one value: the JSON that hashes, keys and audit records are made over."""

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.strict_json import read_json

_MAX_CHARACTERS, _MAX_DEPTH = 16_777_216, 32
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
_PLAIN = frozenset({str, int, bool, type(None)})
_KEY = frozenset({str})

Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]


def canonical_text(value: Value) -> str:
    """Return `value` as JSON with sorted keys, no spaces and ASCII only.

    Floats raise TypeError: they have no place in what is hashed. Integers beyond 2**53 belong in
    strings if anything but Python is to read them. Half of a surrogate pair raises InvalidInput: nobody reads it back.
    """
    _refuse_floats(value)
    return _whole(_ENCODER.encode(value), value)


def canonical_bytes(value: Value) -> bytes:
    """Return `canonical_text` as bytes."""
    return canonical_text(value).encode("ascii")


def quoted(text: str) -> str:
    """Return `canonical_text` of a text, for those who put many such together; raises TypeError for anything else."""
    found = encode_basestring_ascii(text)
    return found if text.isascii() else _whole(found, text)  # what is ASCII holds no half of a character


def parse_canonical(text: str) -> Any:
    """Return the value that was stored as `canonical_text`; raises IntegrityError for what nobody wrote so."""
    try:
        return read_json(text, max_characters=_MAX_CHARACTERS, max_depth=_MAX_DEPTH)
    except InvalidInput:
        raise IntegrityError("a stored text is not as it was written") from None


def _whole(text: str, value: Value) -> str:
    """Return the text of a value that `strict_json` reads again."""
    if "\\ud" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()  # half of a pair has no bytes
        except UnicodeEncodeError:
            raise InvalidInput("a text holds half of a character") from None
    return text


def _refuse_floats(value: Value) -> None:
    if isinstance(value, str | int | None):
        return
    if type(value) is dict and _KEY.issuperset(map(type, value)) and _PLAIN.issuperset(map(type, value.values())):
        return  # what is flat, as most is
    if isinstance(value, dict | Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("canonical keys are text")
            if type(item) not in _PLAIN:
                _refuse_floats(item)
    elif isinstance(value, list | tuple | Sequence):
        for item in value:
            if type(item) not in _PLAIN:
                _refuse_floats(item)
    else:
        raise TypeError(f"{type(value).__name__} has no canonical form")
