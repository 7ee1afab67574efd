"""Struct types of EIP-712, compiled once: their text, its hash, and the hash of a value."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from tokenpay.errors import InvalidTypedData
from tokenpay.ethereum.typed_data_parts.rule import MAX_MEMBERS, MAX_TYPES, broken
from tokenpay.ethereum.typed_data_parts.values import ENCODERS, Encode
from tokenpay.primitives.keccak import keccak256

Members: TypeAlias = tuple[tuple[str, str], ...]
"""(name, type) of each member, in order."""
Types: TypeAlias = tuple[tuple[str, Members], ...]
"""(name, members) of each struct."""

_LIST = (list, tuple)
_MAPPING = (dict, MappingProxyType)
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,127}")
_MEMBER_TYPE = re.compile(rf"({_NAME.pattern})((?:\[(?:[1-9][0-9]{{0,4}})?\]){{0,16}})")
_RESERVED = re.compile(r"(?:u?int|u?fixed|bytes?)[0-9x]*|bool|address|string|function")


class StructType:
    """One struct of a set of types. Made by `compile_types` only, so its types hold together."""

    __slots__ = ("_encoders", "_names", "name", "type_hash")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.type_hash = keccak256(text.encode())
        self._names: frozenset[str] = frozenset()
        self._encoders: tuple[tuple[str, Encode], ...] = ()

    def _complete(self, members: Members, structs: Mapping[str, "StructType"]) -> None:
        self._names = frozenset(name for name, _ in members)
        self._encoders = tuple((name, _encoder(type_name, structs)) for name, type_name in members)

    def hash(self, value: object) -> bytes:
        """Return hashStruct of a mapping that has exactly the members; raises InvalidTypedData.

        The error's field `rule` names the broken rule, and `member` the member it was found in.
        """
        if not isinstance(value, _MAPPING):
            raise broken("value_form", "a struct is a mapping of its members")
        if value.keys() != self._names:
            raise self._other_keys(value)
        words = [self.type_hash]
        name = ""
        try:
            for name, encode in self._encoders:
                words.append(encode(value[name]))
        except InvalidTypedData as error:
            error.fields.setdefault("member", f"{self.name}.{name}")
            raise
        return keccak256(b"".join(words))

    def _other_keys(self, value: Mapping[str, object]) -> InvalidTypedData:
        if value.keys() - self._names:
            error = broken("undeclared_key", "a key is not declared by its struct: it would be shown and not signed")
            error.fields["member"] = self.name
        else:
            error = broken("missing_key", "a declared member is missing")
            missing = next(name for name, _ in self._encoders if name not in value)
            error.fields["member"] = f"{self.name}.{missing}"
        return error


def _encoder(type_name: str, structs: Mapping[str, StructType]) -> Encode:
    base, sizes = _parts(type_name)
    encode = ENCODERS.get(base) or structs[base].hash
    for size in sizes:
        encode = _array(encode, size)
    return encode


def _array(encode: Encode, size: int | None) -> Encode:
    def encode_array(value: object) -> bytes:
        if not isinstance(value, _LIST):
            raise broken("value_form", "an array is a list of its members")
        if size is not None and len(value) != size:
            raise broken("array_length", f"the array has {size} members")
        return keccak256(b"".join([encode(member) for member in value]))

    return encode_array


@lru_cache(maxsize=64)
def compile_types(types: Types, primary_type: str) -> StructType:
    """Return the struct `primary_type` of `types`, ready to hash values; raises InvalidTypedData.

    Refused are types that nothing reaches from it, and a struct that holds itself, unless a dynamic
    array stands between: only then has it a finite value. The last 64 are kept.
    """
    declared = dict(types)
    if len(types) > MAX_TYPES or sum(len(members) for members in declared.values()) > MAX_MEMBERS:
        raise broken("too_large", f"there are at most {MAX_TYPES} types and {MAX_MEMBERS} members")
    for name, members in types:
        _check_struct(name, members)
    if primary_type not in declared:
        raise broken("primary_type", "the primary type is not declared")
    held = {name: _structs_in(members, declared) for name, members in types}
    reached = {name: _reached(name, held) for name in declared}
    if len(reached[primary_type]) != len(declared):
        raise broken("unused_type", "a declared type is not reached from the primary type")
    _refuse_endless(held)
    structs = {name: StructType(name, _text(name, reached[name], declared)) for name in declared}
    for name, struct in structs.items():
        struct._complete(declared[name], structs)
    return structs[primary_type]


def _check_struct(name: str, members: Members) -> None:
    if _NAME.fullmatch(name) is None or _RESERVED.fullmatch(name) is not None:
        raise broken("type_name", "a struct's name is an identifier of its own")
    if not all(_NAME.fullmatch(member) for member, _ in members):
        raise broken("member_name", "a member's name is an identifier")
    if len({member for member, _ in members}) != len(members):
        raise broken("duplicate_member", "a struct declares a member twice")


def _parts(type_name: str) -> tuple[str, tuple[int | None, ...]]:
    """Return the type without its brackets, and each bracket's size from the inside out, None where it is open."""
    match = _MEMBER_TYPE.fullmatch(type_name)
    if match is None or (match[1] not in ENCODERS and _RESERVED.fullmatch(match[1]) is not None):
        raise broken("type_name", "a member has no type of EIP-712")
    sizes = match[2][1:-1].split("][") if match[2] else []
    return match[1], tuple(int(size) if size else None for size in sizes)


def _structs_in(members: Members, declared: Mapping[str, Members]) -> dict[str, bool]:
    """Return each struct that members are of, and whether a value must hold one."""
    found: dict[str, bool] = {}
    for _, type_name in members:
        base, sizes = _parts(type_name)
        if base in declared:
            found[base] = found.get(base, False) or None not in sizes
        elif base not in ENCODERS:
            raise broken("unknown_type", "a member's type is not declared")
    return found


def _reached(name: str, held: Mapping[str, Mapping[str, bool]]) -> set[str]:
    found, ahead = {name}, [name]
    while ahead:
        new = held[ahead.pop()].keys() - found
        found |= new
        ahead += new
    return found


def _refuse_endless(held: Mapping[str, Mapping[str, bool]]) -> None:
    """Refuse structs without a finite value, once those that have one are set aside."""
    left = {name: {struct for struct, needed in structs.items() if needed} for name, structs in held.items()}
    while finite := [name for name, needed in left.items() if not needed & left.keys()]:
        for name in finite:
            del left[name]
    if left:
        raise broken("recursive_type", "a struct holds itself with no dynamic array between")


def _text(name: str, reached: set[str], declared: Mapping[str, Members]) -> str:
    """Return encodeType: the struct, then those it refers to, sorted by name."""
    return "".join(
        f"{struct}({','.join(f'{type_name} {member}' for member, type_name in declared[struct])})"
        for struct in (name, *sorted(reached - {name}))
    )
