"""Typed data as a wallet is asked to sign it: the JSON of `eth_signTypedData_v4`.

What two readers could read in two ways is refused: a key twice, a number that JavaScript rounds.
"""

import json
from typing import Any, NoReturn

from tokenpay.ethereum.typed_data import DOMAIN_TYPE, TypedData
from tokenpay.ethereum.typed_data_parts.rule import MAX_DEPTH, MAX_TEXT_SIZE, broken
from tokenpay.primitives.strict_json import nests_deeper

_KEYS = {"types", "primaryType", "domain", "message"}
_MAX_SAFE_INTEGER = 2**53 - 1
_HARMLESS_DEPTH = 100  # for a reader that recurses; how deep a message may be is TypedData's to say


def parse_typed_data(text: str) -> TypedData:
    """Read an object of exactly types (EIP712Domain included), primaryType, domain and message.

    Raises InvalidTypedData, whose field `rule` names what is broken.
    """
    if len(text) > MAX_TEXT_SIZE:
        raise broken("too_large", f"typed data has at most {MAX_TEXT_SIZE} characters")
    if nests_deeper(text, _HARMLESS_DEPTH):
        raise broken("too_deep", f"a message nests at most {MAX_DEPTH} structs and arrays")
    try:
        given = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
        )
    except ValueError:
        raise broken("json", "typed data is one JSON text") from None
    if not isinstance(given, dict):
        raise broken("value_form", "typed data is an object")
    if given.keys() != _KEYS:
        undeclared = given.keys() - _KEYS
        raise broken(
            "undeclared_key" if undeclared else "missing_key", "typed data has types, primaryType, domain and message"
        )
    if not isinstance(given["types"], dict) or not isinstance(given["primaryType"], str):
        raise broken("value_form", "types are an object, and the primary type is text")
    if DOMAIN_TYPE not in given["types"]:
        raise broken("domain_fields", "EIP712Domain is not declared: wallets differ in what they then sign")
    return TypedData(
        types=given["types"],
        primary_type=given["primaryType"],
        domain=given["domain"],
        message=given["message"],
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise broken("duplicate_key", "an object has one key twice")
    return made


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > _MAX_SAFE_INTEGER:
        raise broken("unsafe_number", "a number beyond 2**53 - 1 is written as text: JavaScript would round it")
    return int(digits)


def _refuse_float(_: str) -> NoReturn:
    raise broken("float", "a number is whole: a float has no place in what is signed")
