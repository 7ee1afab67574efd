"""The rules that typed data must keep (EIP-712), each with the name that an error carries in its field `rule`."""

from typing import Literal, TypeAlias

from tokenpay.errors import InvalidTypedData

TypedDataRule: TypeAlias = Literal[
    "address_checksum",  # an address in mixed case is not as EIP-55 writes it
    "address_form",  # no 20 bytes, and no 0x with 40 hexadecimal digits
    "array_length",  # not as many members as a fixed array has
    "bool_form",  # neither true nor false
    "bytes_form",  # no bytes, and no 0x with pairs of hexadecimal digits
    "bytes_length",  # not N bytes for a bytesN
    "domain_fields",  # EIP712Domain is declared otherwise than the domain is given
    "duplicate_key",  # a JSON object has one key twice: readers differ in which they take
    "duplicate_member",  # a struct declares one name twice
    "float",  # a JSON number with a fraction or an exponent, or a Python float
    "json",  # no JSON text
    "member_name",  # no identifier: it could smuggle other members into the type's text
    "missing_key",  # a declared key is not there
    "number_form",  # no whole number, decimal text without leading zeros, or 0x and up to 64 hexadecimal digits
    "number_range",  # beyond what an intN or uintN holds
    "primary_type",  # the primary type is not declared
    "recursive_type",  # a struct holds itself with no dynamic array between: no finite value exists
    "text_form",  # no text, or text that UTF-8 cannot write
    "too_deep",  # nested beyond MAX_DEPTH
    "too_large",  # beyond MAX_TEXT_SIZE, MAX_TYPES, MAX_MEMBERS or MAX_VALUES
    "type_name",  # no identifier, or reserved: uint, bytes33, fixed128x18
    "undeclared_key",  # a key that no type declares: shown by a wallet, and not signed
    "unknown_type",  # a member's type is neither atomic nor declared
    "unsafe_number",  # a JSON number beyond 2**53 - 1: JavaScript wallets round it
    "unused_type",  # a declared type that the primary type does not reach
    "value_form",  # no mapping where a struct stands, no list where an array stands
]

MAX_DEPTH = 32
"""How deep a message nests structs and arrays."""
MAX_VALUES = 65_536
"""How many members a message has in all."""
MAX_TYPES = 64
MAX_MEMBERS = 1_024
"""How many members the structs declare in all."""
MAX_TEXT_SIZE = 1_048_576
"""How many characters of JSON are read."""


def broken(rule: TypedDataRule, message: str) -> InvalidTypedData:
    """Return the error to raise; whoever knows which member was read adds the field `member`."""
    return InvalidTypedData(message, rule=rule)
