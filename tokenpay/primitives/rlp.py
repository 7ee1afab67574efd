"""Recursive length prefix: Ethereum's byte form of nested lists (Yellow Paper, appendix B).

Every value has exactly one form, and reading accepts only that one. An error's field `rule` names what was not so:
rlp_end, rlp_trailing, rlp_prefix, rlp_length, rlp_depth, rlp_kind or leading_zero.
"""

from collections.abc import Sequence
from typing import TypeAlias

from tokenpay.errors import InvalidInput

Item: TypeAlias = "bytes | Sequence[Item]"
Decoded: TypeAlias = "bytes | tuple[Decoded, ...]"

MAX_DEPTH = 16
_BYTE = tuple(bytes((number,)) for number in range(256))


def encode(item: Item) -> bytes:
    """Return the byte form of bytes, or of a sequence of items."""
    if isinstance(item, bytes):
        return encode_bytes(item)
    return encode_list(b"".join(map(encode, item)))


def encode_bytes(data: bytes) -> bytes:
    """Return the form of one byte string."""
    if len(data) == 1 and data[0] < 0x80:
        return data
    return _header(0x80, len(data)) + data


def encode_int(number: int) -> bytes:
    """Return the form of a number from 0 up, big-endian without leading zeros."""
    if number < 0x80:
        return _BYTE[number] if number else b"\x80"
    length = (number.bit_length() + 7) >> 3
    if length < 56:
        return _BYTE[0x80 + length] + number.to_bytes(length)
    return _header(0x80, length) + number.to_bytes(length)


def encode_list(payload: bytes) -> bytes:
    """Return the form of a list whose members, already encoded, are `payload`."""
    return _header(0xC0, len(payload)) + payload


def _header(offset: int, length: int) -> bytes:
    if length < 56:
        return _BYTE[offset + length]
    if length < 256:
        return _BYTE[offset + 56] + _BYTE[length]
    size = (length.bit_length() + 7) >> 3
    return _BYTE[offset + 55 + size] + length.to_bytes(size, "big")


def decode(data: bytes) -> Decoded:
    """Read one item that fills `data` to its end.

    Raises InvalidInput for any other form than `encode` makes, and beyond 16 nested lists.
    """
    start = _start(data)
    return data[start:] if data[0] < 0xC0 else _members(data, start, len(data), 1)


def list_content(data: bytes) -> bytes:
    """Return the content of the one list that fills `data`; raises InvalidInput."""
    start = _start(data)
    if data[0] < 0xC0:
        raise InvalidInput("RLP has bytes where a list stands", rule="rlp_kind")
    return data[start:]


def decode_members(content: bytes) -> tuple[Decoded, ...]:
    """Read the members of a list out of its content, as strictly as `decode` does; raises InvalidInput."""
    return _members(content, 0, len(content), 1)


def decode_int(item: Decoded) -> int:
    """Read a number out of a decoded byte string; raises InvalidInput for a list or a leading zero."""
    if not isinstance(item, bytes):
        raise InvalidInput("RLP has a list where a number stands", rule="rlp_kind")
    if item and not item[0]:
        raise InvalidInput("an RLP number has no leading zeros", rule="leading_zero")
    return int.from_bytes(item)


def decode_bytes(item: Decoded) -> bytes:
    """Return a decoded byte string; raises InvalidInput for a list."""
    if not isinstance(item, bytes):
        raise InvalidInput("RLP has a list where bytes stand", rule="rlp_kind")
    return item


def decode_list(item: Decoded) -> tuple[Decoded, ...]:
    """Return the members of a decoded list; raises InvalidInput for bytes."""
    if isinstance(item, bytes):
        raise InvalidInput("RLP has bytes where a list stands", rule="rlp_kind")
    return item


def _start(data: bytes) -> int:
    """Return where the content of the one item that fills `data` starts."""
    start, end = _extent(data, 0, len(data))
    if end != len(data):
        raise InvalidInput("RLP goes on after its end", rule="rlp_trailing")
    return start


def _members(data: bytes, at: int, end: int, depth: int) -> tuple[Decoded, ...]:
    """Read the members of a list whose content goes from `at` to `end`, inside `depth` lists."""
    if depth > MAX_DEPTH:
        raise InvalidInput("RLP is nested too deeply", rule="rlp_depth")
    members: list[Decoded] = []
    while at < end:
        prefix = data[at]
        if prefix < 0x80:
            members.append(_BYTE[prefix])
            at += 1
        elif prefix < 0xB8 and prefix != 0x81 and (stop := at + prefix - 0x7F) <= end:
            members.append(data[at + 1 : stop])  # what `_extent` would say of most members, and quicker
            at = stop
        else:
            start, at = _extent(data, at, end)
            members.append(data[start:at] if prefix < 0xC0 else _members(data, start, at, depth + 1))
    return tuple(members)


def _extent(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the content of the item at `at` starts and stops, at most `end`."""
    if at >= end:
        raise InvalidInput("RLP ends too early", rule="rlp_end")
    prefix = data[at]
    if prefix < 0x80:
        return at, at + 1
    start, length = at + 1, prefix - 0x80 if prefix < 0xC0 else prefix - 0xC0
    if length > 55:
        start, length = _long_extent(data, at, end, length - 55)
    stop = start + length
    if stop > end:
        raise InvalidInput("RLP ends too early", rule="rlp_end")
    if prefix == 0x81 and data[start] < 0x80:
        raise InvalidInput("RLP gives a small byte a needless prefix", rule="rlp_prefix")
    return start, stop


def _long_extent(data: bytes, at: int, end: int, size: int) -> tuple[int, int]:
    """Return where the content starts and how long it is, where `size` bytes after the one at `at` say so."""
    start = at + 1 + size
    if start > end:
        raise InvalidInput("RLP ends too early", rule="rlp_end")
    length = int.from_bytes(data[at + 1 : start], "big")
    if length < 56 or data[at + 1] == 0:
        raise InvalidInput("RLP writes a length longer than needed", rule="rlp_length")
    return start, length
