"""EIP-1559: a tip and a maximum in place of one gas price. What tokenpay itself sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from tokenpay.ethereum.transaction_kinds.access_list import (
    AccessList,
    check_access_list,
    encode_access_list,
    read_access_list,
)
from tokenpay.ethereum.transaction_kinds.shape import check_shape, encode_to, read_to
from tokenpay.primitives import rlp

_set = object.__setattr__


@dataclass(frozen=True, slots=True, init=False)
class DynamicFeeTransaction:
    """An EIP-1559 transaction. Fees are in wei per gas; `to` is 20 bytes, or None to create a contract.

    `access_list` holds (20-byte address, 32-byte storage keys) pairs (EIP-2930). Raises
    InvalidTransaction where a part has a shape that no transaction has.
    """

    TYPE: ClassVar[bytes] = b"\x02"
    FIELDS: ClassVar[int] = 9

    chain_id: int
    nonce: int
    max_priority_fee_wei: int
    max_fee_wei: int
    gas_limit: int
    to: bytes | None
    value_wei: int
    data: bytes
    access_list: AccessList

    def __init__(  # written out: what dataclass would write takes a fifth longer
        self,
        *,
        chain_id: int,
        nonce: int,
        max_priority_fee_wei: int,
        max_fee_wei: int,
        gas_limit: int,
        to: bytes | None,
        value_wei: int = 0,
        data: bytes = b"",
        access_list: AccessList = (),
    ) -> None:
        check_shape(to, chain_id | nonce | max_priority_fee_wei | max_fee_wei | gas_limit | value_wei)
        if access_list:
            check_access_list(access_list)
        _set(self, "chain_id", chain_id)
        _set(self, "nonce", nonce)
        _set(self, "max_priority_fee_wei", max_priority_fee_wei)
        _set(self, "max_fee_wei", max_fee_wei)
        _set(self, "gas_limit", gas_limit)
        _set(self, "to", to)
        _set(self, "value_wei", value_wei)
        _set(self, "data", data)
        _set(self, "access_list", access_list)

    def encode_fields(self) -> bytes:
        """Return the RLP of the nine fields, joined."""
        number = rlp.encode_int
        return (
            number(self.chain_id)
            + number(self.nonce)
            + number(self.max_priority_fee_wei)
            + number(self.max_fee_wei)
            + number(self.gas_limit)
            + encode_to(self.to)
            + number(self.value_wei)
            + rlp.encode_bytes(self.data)
            + encode_access_list(self.access_list)
        )

    @classmethod
    def read_fields(cls, members: Sequence[rlp.Decoded]) -> Self:
        """Read the nine fields."""
        chain_id, nonce, tip, max_fee, gas_limit, to, value, data, access_list = members
        return cls(
            chain_id=rlp.decode_int(chain_id),
            nonce=rlp.decode_int(nonce),
            max_priority_fee_wei=rlp.decode_int(tip),
            max_fee_wei=rlp.decode_int(max_fee),
            gas_limit=rlp.decode_int(gas_limit),
            to=read_to(to),
            value_wei=rlp.decode_int(value),
            data=rlp.decode_bytes(data),
            access_list=read_access_list(access_list),
        )
