"""Typed messages that are invalid by one rule each, beside valid twins."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text that is invalid by one rule, and one that differs from it in that alone and is valid.

    `unseen_by` names peers whose interface has no place for the fault.
    """

    what: str
    rule: str
    text: str
    twin: str
    unseen_by: tuple[str, ...] = ()


_DOMAIN_TYPES = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
_COW = {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"}
_PERSON = [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}]
MAIL: Document = {
    "types": {
        "EIP712Domain": _DOMAIN_TYPES,
        "Person": _PERSON,
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person"},
            {"name": "contents", "type": "string"},
        ],
    },
    "primaryType": "Mail",
    "domain": {
        "name": "Ether Mail",
        "version": "1",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    },
    "message": {
        "from": _COW,
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!",
    },
}
"""The example of EIP-712."""

# What, the rule, the type, a value that it has, and one that it has not.
_VALUES: tuple[tuple[str, str, str, Any, Any], ...] = (
    ("a uint8 of 256", "number_range", "uint8", 255, 256),
    ("a uint8 of -1", "number_range", "uint8", 0, -1),
    ("an int8 of 128", "number_range", "int8", 127, 128),
    ("an int8 of -129", "number_range", "int8", -128, -129),
    ("a uint256 of 2**256", "number_range", "uint256", str(2**256 - 1), str(2**256)),
    ("decimal text with leading zeros", "number_form", "uint256", "7", "007"),
    ("0x without digits for a number", "number_form", "uint256", "0x0", "0x"),
    ("empty text for a number", "number_form", "uint256", "0", ""),
    ("text with a space for a number", "number_form", "uint256", "7", " 7"),
    ("text with a decimal point for a number", "number_form", "uint256", "7", "7.0"),
    ("true for a number", "number_form", "uint256", 1, True),
    ("null for a number", "number_form", "uint256", 0, None),
    ("a number with a fraction", "float", "uint256", 1, 1.5),
    ("a number beyond 2**53 that is not text", "unsafe_number", "uint256", str(2**53 + 1), 2**53 + 1),
    ('"false" for a bool', "bool_form", "bool", False, "false"),
    ("1 for a bool", "bool_form", "bool", True, 1),
    ("null for a bool", "bool_form", "bool", False, None),
    ("3 bytes for a bytes4", "bytes_length", "bytes4", "0x01020300", "0x010203"),
    ("5 bytes for a bytes4", "bytes_length", "bytes4", "0x01020304", "0x0102030405"),
    ("an odd number of hexadecimal digits", "bytes_form", "bytes", "0x0123", "0x123"),
    ("words for bytes", "bytes_form", "bytes", "0x48656c6c6f", "Hello"),
    ("a number for bytes", "bytes_form", "bytes", "0x07", 7),
    ("an address with a wrong checksum", "address_checksum", "address", _COW["wallet"], "0xc" + _COW["wallet"][3:]),
    ("an address of 19 bytes", "address_form", "address", "0x" + "ab" * 20, "0x" + "ab" * 19),
    ("an address without 0x", "address_form", "address", "0x" + "ab" * 20, "ab" * 20),
    ("null for an address", "address_form", "address", "0x" + "00" * 20, None),
    ("a number for a string", "text_form", "string", "7", 7),
    ("null for a string", "text_form", "string", "", None),
    ("half of a surrogate pair", "text_form", "string", "\N{ROCKET}", "\ud83d"),
    ("one member in an array of two", "array_length", "uint8[2]", [1, 2], [1]),
    ("three members in an array of two", "array_length", "uint8[2]", [1, 2], [1, 2, 3]),
    ("text for an array", "value_form", "uint8[]", [], "0x"),
    ("null for an array", "value_form", "uint8[]", [], None),
    ("null for a struct", "value_form", "Person", _COW, None),
    ("a list for a struct", "value_form", "Person", _COW, list(_COW.values())),
)


def _with_value(type_name: str, value: Any) -> str:
    types: dict[str, Any] = {"EIP712Domain": _DOMAIN_TYPES, "Thing": [{"name": "value", "type": type_name}]}
    if type_name == "Person":
        types["Person"] = _PERSON
    return json.dumps({**MAIL, "types": types, "primaryType": "Thing", "message": {"value": value}})


def _changed(change: Callable[[Document], object]) -> str:
    document = deepcopy(MAIL)
    change(document)
    return json.dumps(document)


def _member(name: str, type_name: str, value: Any) -> Callable[[Document], object]:
    """Give Mail one member more."""

    def change(document: Document) -> None:
        document["types"]["Mail"].append({"name": name, "type": type_name})
        document["message"][name] = value

    return change


def _struct(name: str) -> Callable[[Document], object]:
    """Call Person something else."""

    def change(document: Document) -> None:
        document["types"][name] = document["types"].pop("Person")
        for member in document["types"]["Mail"][:2]:
            member["type"] = name

    return change


def _holding_itself(member: str, value: Any) -> Callable[[Document], object]:
    def change(document: Document) -> None:
        document["types"]["Person"].append({"name": "friend", "type": member})
        document["message"]["from"]["friend"] = value
        document["message"]["to"]["friend"] = value

    return change


def _alone(message: Any) -> str:
    return json.dumps(
        {**MAIL, "types": {"EIP712Domain": _DOMAIN_TYPES}, "primaryType": "EIP712Domain", "message": message}
    )


_VALID = json.dumps(MAIL)
_MAIL_AND: tuple[tuple[str, str, Callable[[Document], object]], ...] = (
    ("a key that no type declares", "undeclared_key", lambda d: d["message"].update(amount="1")),
    ("such a key in a struct within", "undeclared_key", lambda d: d["message"]["to"].update(iban="DE1")),
    ("such a key in the domain", "undeclared_key", lambda d: d["domain"].update(url="mail.example")),
    ("a declared key that is missing", "missing_key", lambda d: d["message"].pop("contents")),
    ("a missing key in a struct within", "missing_key", lambda d: d["message"]["to"].pop("name")),
    ("a type that nothing refers to", "unused_type", lambda d: d["types"].update(Extra=_PERSON)),
    ("a struct that is not declared", "unknown_type", lambda d: d["types"].pop("Person")),
    ("a member declared twice", "duplicate_member", lambda d: d["types"]["Person"].append(dict(_PERSON[0]))),
)
_PAIRS: tuple[tuple[str, str, Callable[[Document], object], Callable[[Document], object]], ...] = (
    ("the type uint", "type_name", _member("n", "uint", 1), _member("n", "uint256", 1)),
    ("the type uint7", "type_name", _member("n", "uint7", 1), _member("n", "uint8", 1)),
    ("the type uint08", "type_name", _member("n", "uint08", 1), _member("n", "uint8", 1)),
    (
        "the type bytes33",
        "type_name",
        _member("n", "bytes33", "0x" + "01" * 33),
        _member("n", "bytes32", "0x" + "01" * 32),
    ),
    ("an array of no members", "type_name", _member("n", "uint8[0]", []), _member("n", "uint8[]", [])),
    ("a size with a leading zero", "type_name", _member("n", "uint8[02]", [1, 2]), _member("n", "uint8[2]", [1, 2])),
    ("an array without its last bracket", "type_name", _member("n", "uint8[", [1]), _member("n", "uint8[]", [1])),
    ("a struct called uint8", "type_name", _struct("uint8"), _struct("Uint8")),
    ("a struct with a space in its name", "type_name", _struct("Per son"), _struct("Per_son")),
    (
        "a member's name that brings another member",
        "member_name",
        _member("a,uint8 b", "uint8", 1),
        _member("a_uint8_b", "uint8", 1),
    ),
    (
        "a struct that holds itself",
        "recursive_type",
        _holding_itself("Person", None),
        _holding_itself("Person[]", []),
    ),
)
_OF_THE_DOMAIN: tuple[tuple[str, Callable[[Document], object]], ...] = (
    ("EIP712Domain not declared", lambda d: d["types"].pop("EIP712Domain")),
    ("EIP712Domain without a member that the domain has", lambda d: d["types"].update(EIP712Domain=_DOMAIN_TYPES[:3])),
    ("EIP712Domain in another order", lambda d: d["types"].update(EIP712Domain=_DOMAIN_TYPES[::-1])),
    (
        "EIP712Domain with another type for chainId",
        lambda d: d["types"].update(
            EIP712Domain=[*_DOMAIN_TYPES[:2], {"name": "chainId", "type": "uint64"}, _DOMAIN_TYPES[3]]
        ),
    ),
)


def cases() -> Iterator[Case]:
    """Yield every invalid message with its twin."""
    for what, rule, type_name, good, bad in _VALUES:
        yield Case(what=what, rule=rule, text=_with_value(type_name, bad), twin=_with_value(type_name, good))
    for what, rule, change in _MAIL_AND:
        yield Case(what=what, rule=rule, text=_changed(change), twin=_VALID)
    for what, rule, bad_change, good_change in _PAIRS:
        yield Case(what=what, rule=rule, text=_changed(bad_change), twin=_changed(good_change))
    for what, change in _OF_THE_DOMAIN:
        yield Case(what=what, rule="domain_fields", text=_changed(change), twin=_VALID, unseen_by=("ethers",))
    letter = _changed(lambda d: d.update(primaryType="Letter"))
    yield Case(
        what="a primary type that is not declared",
        rule="primary_type",
        text=letter,
        twin=_VALID,
        unseen_by=("ethers",),
    )
    twice = _VALID.replace('"contents": "Hello', '"contents": "Goodbye", "contents": "Hello')
    yield Case(what="a key written twice", rule="duplicate_key", text=twice, twin=_VALID)
    extra = _changed(lambda d: d.update(note="pay 1 only"))
    yield Case(
        what="a key beside the four", rule="undeclared_key", text=extra, twin=_VALID, unseen_by=("ethers", "viem")
    )
    yield Case(
        what="a message beside a domain that is signed alone",
        rule="undeclared_key",
        text=_alone({"amount": "1"}),
        twin=_alone({}),
        unseen_by=("eth-account", "ethers"),
    )
