"""EIP-712: the domain that a typed message is bound to, the message, and the digest that is signed.

`Domain` is that of a token, prepared once, for messages whose struct is known (authorization, permit).
`TypedData` is any message, with its types.
"""

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from tokenpay.ethereum.abi import address_word, uint_word
from tokenpay.ethereum.typed_data_parts.rule import MAX_DEPTH, MAX_VALUES, broken
from tokenpay.ethereum.typed_data_parts.struct_type import Members, StructType, Types, compile_types
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256

DOMAIN_TYPE = "EIP712Domain"
_MEMBER_KEYS = {"name", "type"}
_LIST = (list, tuple)
_MAPPING = (dict, MappingProxyType)
_NESTED = (*_LIST, *_MAPPING)
_DOMAIN_MEMBERS: Members = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
)
_DOMAIN_TYPEHASH = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The contract and chain for which a signature holds.

    `name` and `version` are read from the contract: the same token is "USDC" on one chain and
    "USD Coin" on another. `separator` is prepared once; compare it with DOMAIN_SEPARATOR() on the chain.
    """

    name: str
    version: str
    chain_id: int
    verifying_contract: Address
    separator: bytes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        try:
            name, version = self.name.encode(), self.version.encode()
        except UnicodeEncodeError:
            raise broken("text_form", "text holds half of a surrogate pair: UTF-8 cannot write it") from None
        encoded = b"".join(
            (
                _DOMAIN_TYPEHASH,
                keccak256(name),
                keccak256(version),
                uint_word(self.chain_id),
                address_word(self.verifying_contract),
            )
        )
        object.__setattr__(self, "separator", keccak256(encoded))

    def digest(self, struct_hash: bytes) -> bytes:
        """Return the 32 bytes to sign for a message whose hashStruct is `struct_hash`."""
        return keccak256(b"\x19\x01" + self.separator + struct_hash)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypedData:
    """A message that agrees with its types in every part, or InvalidTypedData whose field `rule` names what does not.

    `types` is written as in JSON, {struct: [{"name": ..., "type": ...}]}, with or without EIP712Domain.
    Values have the forms that `typed_data_parts.values` reads, in dicts for structs and lists for arrays. `domain`
    holds any of name, version, chainId, verifyingContract and salt; with none of them, a signature
    holds everywhere. With the primary type EIP712Domain the message is empty and the domain alone is
    signed. What is given is copied, so what is read from it later is what `digest` is of.
    """

    types: InitVar[Mapping[str, Sequence[Mapping[str, str]]]]
    primary_type: str
    domain: Mapping[str, Any]
    message: Mapping[str, Any]
    struct: StructType | None = field(init=False, repr=False)
    """The compiled primary type; None where the domain alone is signed."""
    _digest: bytes = field(init=False, repr=False)

    def __post_init__(self, types: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        if type(self.primary_type) is not str:
            raise broken("primary_type", "the primary type is the name of a struct")
        declared = _types(types)
        domain, message = _frozen(self.domain), _frozen(self.message)
        separator = domain_separator(domain, declared=declared.pop(DOMAIN_TYPE, None))
        others = tuple(declared.items())
        if self.primary_type == DOMAIN_TYPE:
            struct, encoded = None, _nothing_else(others, message)
        else:
            struct = compile_types(others, self.primary_type)
            encoded = struct.hash(message)
        made = (domain, message, struct, keccak256(b"\x19\x01" + separator + encoded))
        for name, value in zip(("domain", "message", "struct", "_digest"), made, strict=True):
            object.__setattr__(self, name, value)

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        return self._digest


def _types(given: object) -> dict[str, Members]:
    """Read types written as in JSON."""
    if not isinstance(given, dict):
        raise broken("value_form", "types are a mapping of structs")
    return {_name(name): _members(members) for name, members in given.items()}


def _members(given: object) -> Members:
    if not isinstance(given, _LIST):
        raise broken("value_form", "a struct is declared as a list of members")
    members = []
    for member in given:
        if not isinstance(member, dict):
            raise broken("value_form", "a member is declared by its name and type")
        if member.keys() != _MEMBER_KEYS:
            undeclared = member.keys() - _MEMBER_KEYS
            raise broken("undeclared_key" if undeclared else "missing_key", "a member has a name and a type")
        members.append((_name(member["name"]), _name(member["type"])))
    return tuple(members)


def _name(given: object) -> str:
    if type(given) is str:
        return given
    raise broken("value_form", "a name is text")


def _nothing_else(types: Types, message: object) -> bytes:
    """Refuse types and members beside a domain that is signed alone, and return no bytes."""
    if types:
        raise broken("unused_type", "the domain is signed alone: no other type is reached")
    if message != {}:
        raise broken("undeclared_key", "the domain is signed alone: the message is empty")
    return b""


def domain_separator(domain: Mapping[str, Any], *, declared: Members | None = None) -> bytes:
    """Return hashStruct of a domain; raises InvalidTypedData where its members are others than `declared`."""
    members = tuple([member for member in _DOMAIN_MEMBERS if member[0] in domain])
    if len(members) != len(domain):
        raise broken("undeclared_key", "a domain has name, version, chainId, verifyingContract and salt only")
    if declared is not None and declared != members:
        raise broken("domain_fields", "EIP712Domain declares other members, or in another order, than the domain has")
    return _domain_type(members).hash(domain)


@lru_cache(maxsize=32)
def _domain_type(members: Members) -> StructType:
    return compile_types(((DOMAIN_TYPE, members),), DOMAIN_TYPE)


def _frozen(given: object) -> Mapping[str, Any]:
    """Return a copy of a domain or message that nobody changes."""
    if not isinstance(given, _MAPPING):
        raise broken("value_form", "a domain and a message are mappings of their members")
    left = MAX_VALUES

    def copied(value: Any, depth: int) -> Any:
        nonlocal left
        if not isinstance(value, _NESTED):
            return value
        left -= len(value)
        if left < 0:
            raise broken("too_large", f"a message has at most {MAX_VALUES} members")
        if depth == MAX_DEPTH:
            raise broken("too_deep", f"a message nests at most {MAX_DEPTH} structs and arrays")
        if isinstance(value, _LIST):
            return tuple([copied(member, depth + 1) for member in value])
        return MappingProxyType({name: copied(member, depth + 1) for name, member in value.items()})

    frozen: Mapping[str, Any] = copied(given, 0)
    return frozen
