"""Transactions from before there were types: one gas price, and `v` tells which chain they are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from tokenpay.ethereum.transaction_kinds.access_list import AccessList
from tokenpay.ethereum.transaction_kinds.rule import TransactionRule, broken
from tokenpay.ethereum.transaction_kinds.shape import check_shape, encode_to, read_to
from tokenpay.primitives import rlp


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyTransaction:
    """A legacy transaction. `chain_id` None is the form before EIP-155: valid, and so open to replay, on every chain.

    `gas_price_wei` is paid for each unit of gas; `to` is 20 bytes, or None to create a contract. Raises
    InvalidTransaction where a part has a shape that no transaction has.
    """

    TYPE: ClassVar[bytes] = b""
    FIELDS: ClassVar[int] = 6
    access_list: ClassVar[AccessList] = ()

    chain_id: int | None
    nonce: int
    gas_price_wei: int
    gas_limit: int
    to: bytes | None
    value_wei: int = 0
    data: bytes = b""

    def __post_init__(self) -> None:
        check_shape(self.to, (self.chain_id or 0) | self.nonce | self.gas_price_wei | self.gas_limit | self.value_wei)

    @property
    def max_fee_wei(self) -> int:
        """The gas price, as EIP-1559 reads it."""
        return self.gas_price_wei

    @property
    def max_priority_fee_wei(self) -> int:
        """The gas price, as EIP-1559 reads it."""
        return self.gas_price_wei

    def encode_fields(self) -> bytes:
        """Return the RLP of the six fields that the signed form also has, joined."""
        return b"".join(
            (
                rlp.encode_int(self.nonce),
                rlp.encode_int(self.gas_price_wei),
                rlp.encode_int(self.gas_limit),
                encode_to(self.to),
                rlp.encode_int(self.value_wei),
                rlp.encode_bytes(self.data),
            )
        )

    def encode_replay_guard(self) -> bytes:
        """Return what is signed after the fields: chain id, 0, 0 (EIP-155), or nothing."""
        return b"" if self.chain_id is None else rlp.encode_int(self.chain_id) + b"\x80\x80"

    def v(self, y_parity: int) -> int:
        """Return the number that stands for the parity of the signature, and for the chain (EIP-155)."""
        return y_parity + (27 if self.chain_id is None else 35 + 2 * self.chain_id)

    @classmethod
    def read_fields(cls, members: Sequence[rlp.Decoded], chain_id: int | None) -> Self:
        """Read the six fields of a transaction for one chain, or for any."""
        nonce, gas_price, gas_limit, to, value, data = members
        return cls(
            chain_id=chain_id,
            nonce=rlp.decode_int(nonce),
            gas_price_wei=rlp.decode_int(gas_price),
            gas_limit=rlp.decode_int(gas_limit),
            to=read_to(to),
            value_wei=rlp.decode_int(value),
            data=rlp.decode_bytes(data),
        )


def read_v(v: int) -> tuple[int | None, int]:
    """Return (chain id or None, y parity); raises InvalidTransaction for a `v` that nobody writes."""
    if v in (27, 28):
        return None, v - 27
    if v >= 35:
        return (v - 35) // 2, (v - 35) % 2
    raise broken(TransactionRule.V, "v is 27, 28, or 35 + 2 * chain id + parity (EIP-155)")


def read_replay_guard(members: Sequence[rlp.Decoded]) -> int | None:
    """Return the chain id of the members after the six fields of an unsigned transaction; nothing means any chain."""
    if not members:
        return None
    chain_id, *zeros = members
    if zeros != [b"", b""]:
        raise broken(TransactionRule.V, "an unsigned transaction ends with its chain id, 0 and 0 (EIP-155)")
    return rlp.decode_int(chain_id)
