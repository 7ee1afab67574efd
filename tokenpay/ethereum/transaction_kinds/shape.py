"""The parts that every kind of transaction has, and their shape."""

from tokenpay.ethereum.transaction_kinds.rule import TransactionRule, broken
from tokenpay.primitives import rlp

ADDRESS_LENGTH = 20


def check_shape(to: bytes | None, numbers: int) -> None:
    """Raise InvalidTransaction unless `to` is None or 20 bytes, and none of the numbers is negative.

    `numbers` is the bitwise or of all of them: below zero as soon as one is, and the cheapest way to ask.
    """
    if to is not None and len(to) != ADDRESS_LENGTH:
        raise broken(TransactionRule.TO_LENGTH, "a transaction goes to 20 bytes or creates a contract")
    if numbers < 0:
        raise broken(TransactionRule.NEGATIVE, "a transaction has no negative numbers")


def encode_to(to: bytes | None) -> bytes:
    """Return the RLP of a recipient; nothing stands for the creation of a contract."""
    return b"\x80" if to is None else b"\x94" + to


def read_to(item: rlp.Decoded) -> bytes | None:
    """Read a recipient: None creates a contract."""
    return rlp.decode_bytes(item) or None
