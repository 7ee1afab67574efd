"""Typed messages by chance: of random nested types, and broken by one rule."""

from collections.abc import Callable
from random import Random
from typing import Any

from tokenpay.money.address import Address

Message = dict[str, Any]
"""types, primaryType, domain and message; numbers and bytes as Python has them."""

TEXTS = ("", "Moo", "Ünï €", "🚀" * 40, "0x00", "line\nbreak", 'quote"', "\x00", "é" * 300)
_SIZES = (1, 2, 8, 16, 20, 31, 32)


def random_number(random: Random, bits: int) -> int:
    """Return a number of any size up to `bits`, its ends more often than chance has them."""
    return random.choice((0, 1, 2**bits - 1, random.getrandbits(bits), random.getrandbits(random.randint(1, bits))))


def random_address(random: Random) -> Address:
    return Address(random.randbytes(20))


def random_message(random: Random) -> Message:
    """Return a message of one to five structs, each reached from the first, with a domain of any members."""
    names = [f"{random.choice(('Order', 'T', '_x', 'Zeta'))}{number}" for number in range(random.randint(1, 5))]
    types = {name: _random_members(random) for name in names}
    for number, name in enumerate(names[1:]):
        # One struct before it refers to each, so that all are reached and none holds itself.
        holder = types[random.choice(names[: number + 1])]
        holder.insert(random.randint(0, len(holder)), {"name": f"to{name}", "type": name + _random_brackets(random)})
    message = {member["name"]: _random_value(random, member["type"], types) for member in types[names[0]]}
    domain = {name: make(random) for name, make in _DOMAIN.items() if random.random() < 0.6}
    if not domain:
        domain = {"name": "alone"}  # eth-account takes no empty domain
    shuffled = list(types.items())
    random.shuffle(shuffled)
    return {"types": dict(shuffled), "primaryType": names[0], "domain": domain, "message": message}


_DOMAIN: dict[str, Callable[[Random], Any]] = {
    "name": lambda random: random.choice(TEXTS),
    "version": lambda random: random.choice(("1", "2", "")),
    "chainId": lambda random: random_number(random, 256),
    "verifyingContract": lambda random: random_address(random).text,
    "salt": lambda random: random.randbytes(32),
}


def _random_members(random: Random) -> list[dict[str, str]]:
    count = random.randint(1, 6)
    return [{"name": f"m{at}", "type": _random_atom(random) + _random_brackets(random)} for at in range(count)]


def _random_atom(random: Random) -> str:
    kind = random.choice(("uint", "int", "bytesN", "address", "bool", "string", "bytes"))
    if kind in ("uint", "int"):
        return f"{kind}{random.choice((8, 16, 48, 128, 160, 256, 8 * random.randint(1, 32)))}"
    return f"bytes{random.choice(_SIZES)}" if kind == "bytesN" else kind


def _random_brackets(random: Random) -> str:
    return random.choice(("", "", "", "", "[]", "[2]", "[1][]", "[][2]"))


def _random_value(random: Random, type_name: str, types: dict[str, list[dict[str, str]]]) -> Any:
    if type_name.endswith("]"):
        base, _, size = type_name[:-1].rpartition("[")
        return [_random_value(random, base, types) for _ in range(int(size) if size else random.randint(0, 3))]
    if type_name in types:
        return {member["name"]: _random_value(random, member["type"], types) for member in types[type_name]}
    if type_name.startswith("uint"):
        return random_number(random, int(type_name[4:]))
    if type_name.startswith("int"):
        bits = int(type_name[3:]) - 1
        return random.choice((random_number(random, bits), -random_number(random, bits), -(2**bits)))
    if type_name == "bytes":
        return random.randbytes(random.choice((0, 1, 31, 32, 33, 200)))
    if type_name.startswith("bytes"):
        return random.randbytes(int(type_name[5:]))
    if type_name == "address":
        return random.choice((random_address(random).text, "0x" + random.randbytes(20).hex(), "0x" + "00" * 20))
    return random.choice((True, False)) if type_name == "bool" else random.choice(TEXTS)


_BAD_CHECKSUM = "0xcD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"
_BAD_VALUES: tuple[tuple[str, str, Any], ...] = (
    ("number_range", "uint8", 256),
    ("number_range", "uint256", -1),
    ("number_range", "int16", 2**15),
    ("bytes_length", "bytes4", b"\x01\x02\x03"),
    ("bytes_length", "bytes4", b"\x01\x02\x03\x04\x05"),
    ("array_length", "uint8[2]", [1]),
    ("array_length", "uint8[2]", [1, 2, 3]),
    ("address_checksum", "address", _BAD_CHECKSUM),
    ("bool_form", "bool", 1),
    ("bool_form", "bool", "false"),
    ("text_form", "string", 7),
    ("value_form", "uint8[]", "0x0102"),
    ("number_form", "uint8", True),
    ("type_name", "uint", 1),
    ("unknown_type", "Nobody", {}),
)


def broken_message(random: Random, message: Message) -> tuple[str, Message]:
    """Return the name of a rule, and a copy of `message` that breaks it and no other."""
    types, primary_type = message["types"], message["primaryType"]
    chance = random.randrange(len(_BAD_VALUES) + 5)
    if chance < len(_BAD_VALUES):
        rule, type_name, value = _BAD_VALUES[chance]
        members = [*types[primary_type], {"name": "broken", "type": type_name}]
        changed = {"types": {**types, primary_type: members}, "message": {**message["message"], "broken": value}}
        return rule, {**message, **changed}
    return (
        ("undeclared_key", {**message, "message": {**message["message"], "shown": 1}}),
        ("undeclared_key", {**message, "domain": {**message["domain"], "shown": 1}}),
        ("missing_key", {**message, "message": dict(list(message["message"].items())[1:])}),
        ("unused_type", {**message, "types": {**types, "Unused": [{"name": "a", "type": "bool"}]}}),
        (
            "duplicate_member",
            {**message, "types": {**types, primary_type: [*types[primary_type], types[primary_type][0]]}},
        ),
    )[chance - len(_BAD_VALUES)]


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: bytes in hexadecimal, whole numbers as decimal text."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if type(value) is int:
        return str(value)
    if isinstance(value, dict):
        return {name: json_value(member) for name, member in value.items()}
    return [json_value(member) for member in value] if isinstance(value, list) else value
