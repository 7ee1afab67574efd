"""EIP-2930: one gas price, and a list of the addresses and storage keys that the transaction will touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeAlias

from tokenpay.ethereum.transaction_kinds.rule import TransactionRule, broken
from tokenpay.ethereum.transaction_kinds.shape import ADDRESS_LENGTH, check_shape, encode_to, read_to
from tokenpay.primitives import rlp

AccessList: TypeAlias = tuple[tuple[bytes, tuple[bytes, ...]], ...]
"""Pairs of a 20-byte address and its 32-byte storage keys."""

_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessListTransaction:
    """An EIP-2930 transaction. `gas_price_wei` is paid for each unit of gas; `to` None creates a contract.

    Raises InvalidTransaction where a part has a shape that no transaction has.
    """

    TYPE: ClassVar[bytes] = b"\x01"
    FIELDS: ClassVar[int] = 8

    chain_id: int
    nonce: int
    gas_price_wei: int
    gas_limit: int
    to: bytes | None
    value_wei: int = 0
    data: bytes = b""
    access_list: AccessList = ()

    def __post_init__(self) -> None:
        check_shape(self.to, self.chain_id | self.nonce | self.gas_price_wei | self.gas_limit | self.value_wei)
        check_access_list(self.access_list)

    @property
    def max_fee_wei(self) -> int:
        """The gas price, as EIP-1559 reads it."""
        return self.gas_price_wei

    @property
    def max_priority_fee_wei(self) -> int:
        """The gas price, as EIP-1559 reads it."""
        return self.gas_price_wei

    def encode_fields(self) -> bytes:
        """Return the RLP of the eight fields, joined."""
        return b"".join(
            (
                rlp.encode_int(self.chain_id),
                rlp.encode_int(self.nonce),
                rlp.encode_int(self.gas_price_wei),
                rlp.encode_int(self.gas_limit),
                encode_to(self.to),
                rlp.encode_int(self.value_wei),
                rlp.encode_bytes(self.data),
                encode_access_list(self.access_list),
            )
        )

    @classmethod
    def read_fields(cls, members: Sequence[rlp.Decoded]) -> Self:
        """Read the eight fields."""
        chain_id, nonce, gas_price, gas_limit, to, value, data, access_list = members
        return cls(
            chain_id=rlp.decode_int(chain_id),
            nonce=rlp.decode_int(nonce),
            gas_price_wei=rlp.decode_int(gas_price),
            gas_limit=rlp.decode_int(gas_limit),
            to=read_to(to),
            value_wei=rlp.decode_int(value),
            data=rlp.decode_bytes(data),
            access_list=read_access_list(access_list),
        )


def check_access_list(access_list: AccessList) -> None:
    """Raise InvalidTransaction where an address or a key has another length."""
    for address, keys in access_list:
        if len(address) != ADDRESS_LENGTH or any(len(key) != _KEY_LENGTH for key in keys):
            raise broken(TransactionRule.ACCESS_LIST, "an access list holds 20-byte addresses and 32-byte storage keys")


def encode_access_list(access_list: AccessList) -> bytes:
    """Return the RLP of an access list."""
    return rlp.encode(access_list) if access_list else b"\xc0"


def read_access_list(item: rlp.Decoded) -> AccessList:
    """Read an access list; the lengths in it are checked with the transaction."""
    return tuple(_read_entry(rlp.decode_list(entry)) for entry in rlp.decode_list(item))


def _read_entry(parts: Sequence[rlp.Decoded]) -> tuple[bytes, tuple[bytes, ...]]:
    if len(parts) != 2:
        raise broken(TransactionRule.ACCESS_LIST, "an access list entry is an address and its storage keys")
    return rlp.decode_bytes(parts[0]), tuple(map(rlp.decode_bytes, rlp.decode_list(parts[1])))
