"""The atomic and dynamic types of EIP-712, and the 32-byte word that each writes for a value.

A value is read in the forms that Python and `eth_signTypedData_v4` JSON have for it: numbers as
integers, decimal text or 0x text; bytes as bytes or 0x text; addresses as Address, 20 bytes or text.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from tokenpay.ethereum.typed_data_parts.rule import broken
from tokenpay.money.address import Address, eip55
from tokenpay.primitives.keccak import keccak256

Encode = Callable[[object], bytes]
"""Write a value as one word; raises InvalidTypedData."""

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,77})")
_HEX_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,64}")
_HEX_BYTES = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_HEX_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_PADDING = tuple(bytes(32 - size) for size in range(33))
_FALSE, _TRUE = bytes(32), bytes(31) + b"\x01"


def read_number(value: object) -> int:
    """Return the whole number that a value is in one of its forms."""
    if type(value) is int:
        return value
    if isinstance(value, str):
        if _DECIMAL.fullmatch(value) is not None and value != "-0":
            return int(value)
        if _HEX_NUMBER.fullmatch(value) is not None:
            return int(value, 16)
    if isinstance(value, float):
        raise broken("float", "a number is whole: a float has no place in what is signed")
    raise broken("number_form", "a number is an integer, decimal text without leading zeros, or 0x and up to 64 digits")


def read_bytes(value: object) -> bytes:
    """Return the bytes that a value is in one of its forms."""
    if type(value) is bytes:
        return value
    if isinstance(value, str) and _HEX_BYTES.fullmatch(value) is not None:
        return bytes.fromhex(value[2:])
    raise broken("bytes_form", "bytes are written 0x and pairs of hexadecimal digits")


def read_address(value: object) -> bytes:
    """Return 20 bytes; the zero address is one here, since messages name it for nobody or for native coin."""
    if isinstance(value, Address):
        return value.raw
    if isinstance(value, str):
        return _address_text(value)
    if type(value) is bytes and len(value) == 20:
        return value
    raise broken("address_form", "an address is 20 bytes, written 0x and 40 hexadecimal digits")


@lru_cache(maxsize=4_096)
def _address_text(text: str) -> bytes:
    if _HEX_ADDRESS.fullmatch(text) is None:
        raise broken("address_form", "an address is 20 bytes, written 0x and 40 hexadecimal digits")
    raw, digits = bytes.fromhex(text[2:]), text[2:]
    if digits != digits.lower() and digits != digits.upper() and text != eip55(raw):
        raise broken("address_checksum", "the address has a wrong checksum (EIP-55): a digit or its case was changed")
    return raw


def _uint(bits: int) -> Encode:
    limit = 1 << bits

    def encode(value: object) -> bytes:
        number = value if type(value) is int else read_number(value)
        if not 0 <= number < limit:
            raise broken("number_range", f"a uint{bits} is between 0 and 2**{bits} - 1")
        return number.to_bytes(32, "big")

    return encode


def _int(bits: int) -> Encode:
    limit = 1 << (bits - 1)

    def encode(value: object) -> bytes:
        number = value if type(value) is int else read_number(value)
        if not -limit <= number < limit:
            raise broken("number_range", f"an int{bits} is between -2**{bits - 1} and 2**{bits - 1} - 1")
        return number.to_bytes(32, "big", signed=True)

    return encode


def _fixed_bytes(size: int) -> Encode:
    padding = _PADDING[size]

    def encode(value: object) -> bytes:
        data = read_bytes(value)
        if len(data) != size:
            raise broken("bytes_length", f"a bytes{size} has exactly {size} bytes")
        return data + padding

    return encode


def _address(value: object) -> bytes:
    return _PADDING[20] + read_address(value)


def _bool(value: object) -> bytes:
    if value is True:
        return _TRUE
    if value is False:
        return _FALSE
    raise broken("bool_form", "a bool is true or false, and nothing that stands for either")


def _bytes(value: object) -> bytes:
    return keccak256(read_bytes(value))


def _string(value: object) -> bytes:
    if not isinstance(value, str):
        raise broken("text_form", "a string is text")
    try:
        return keccak256(value.encode())
    except UnicodeEncodeError:
        raise broken("text_form", "text holds half of a surrogate pair: UTF-8 cannot write it") from None


ENCODERS: dict[str, Encode] = {
    "address": _address,
    "bool": _bool,
    "bytes": _bytes,
    "string": _string,
    **{f"bytes{size}": _fixed_bytes(size) for size in range(1, 33)},
    **{f"uint{bits}": _uint(bits) for bits in range(8, 257, 8)},
    **{f"int{bits}": _int(bits) for bits in range(8, 257, 8)},
}
"""How each type but structs and arrays is written."""
