"""EIP-1559 transactions: their bytes, their signature, and reading both back.

Whether a well-formed transaction may enter a block is asked of `preflight`; whether it may be
signed is the signer's question. `to` is therefore plain bytes: a transaction to the zero address
exists and must be read as what it is, while an Address refuses to be one.
"""

from dataclasses import dataclass
from typing import TypeAlias

from tokenpay.errors import InvalidInput, InvalidTransaction
from tokenpay.money.address import Address
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey, Signature, recover

AccessList: TypeAlias = tuple[tuple[bytes, tuple[bytes, ...]], ...]

_TYPE = b"\x02"
_FIELDS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicFeeTransaction:
    """An EIP-1559 transaction. Fees are in wei per gas; `to` is 20 bytes, or None to create a contract.

    `access_list` holds (20-byte address, 32-byte storage keys) pairs (EIP-2930). Raises
    InvalidTransaction where a part has a shape that no transaction has.
    """

    chain_id: int
    nonce: int
    max_priority_fee_wei: int
    max_fee_wei: int
    gas_limit: int
    to: bytes | None
    value_wei: int = 0
    data: bytes = b""
    access_list: AccessList = ()

    def __post_init__(self) -> None:
        if self.to is not None and len(self.to) != 20:
            raise InvalidTransaction("a transaction goes to 20 bytes or creates a contract")
        lowest = min(
            self.chain_id, self.nonce, self.max_priority_fee_wei, self.max_fee_wei, self.gas_limit, self.value_wei
        )
        if lowest < 0:
            raise InvalidTransaction("a transaction has no negative numbers")
        for address, keys in self.access_list:
            if len(address) != 20 or any(len(key) != 32 for key in keys):
                raise InvalidTransaction("an access list holds 20-byte addresses and 32-byte storage keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """A transaction with the signature that stands under it. Made by `sign` and `decode` only.

    `raw` is what is broadcast, `hash` its Keccak-256, `sender` the address recovered from it.
    """

    raw: bytes
    hash: bytes
    transaction: DynamicFeeTransaction
    signature: Signature
    sender: Address


def encode_unsigned(transaction: DynamicFeeTransaction) -> bytes:
    """Return 0x02 and the RLP of the nine fields: what is hashed to be signed (EIP-1559)."""
    return _TYPE + rlp.encode_list(_fields(transaction))


def signing_digest(transaction: DynamicFeeTransaction) -> bytes:
    """Return the 32 bytes that the sender signs."""
    return keccak256(encode_unsigned(transaction))


def sign(transaction: DynamicFeeTransaction, key: PrivateKey) -> SignedTransaction:
    """Sign with `key`; the same transaction and key always give the same bytes."""
    fields = _fields(transaction)
    signature = key.sign_digest(keccak256(_TYPE + rlp.encode_list(fields)))
    tail = rlp.encode_int(signature.y_parity) + rlp.encode_int(signature.r) + rlp.encode_int(signature.s)
    raw = _TYPE + rlp.encode_list(fields + tail)
    return SignedTransaction(
        raw=raw,
        hash=keccak256(raw),
        transaction=transaction,
        signature=signature,
        sender=Address(key.public_key.address_bytes()),
    )


def decode(raw: bytes) -> SignedTransaction:
    """Read a signed transaction and recover its sender.

    Raises InvalidTransaction unless `raw` is exactly what `sign` would write for that content:
    one canonical RLP list of twelve, integers without leading zeros, a signature in range with low s.
    """
    try:
        members = _members(raw, _FIELDS + 3)
        transaction = _read(members)
        signature = Signature(*(rlp.decode_int(member) for member in members[_FIELDS:]))
        sender = Address(recover(signing_digest(transaction), signature).address_bytes())
    except InvalidInput as error:
        raise InvalidTransaction(error.message) from None
    return SignedTransaction(raw=raw, hash=keccak256(raw), transaction=transaction, signature=signature, sender=sender)


def decode_unsigned(raw: bytes) -> DynamicFeeTransaction:
    """Read what `encode_unsigned` wrote, with the same strictness; raises InvalidTransaction."""
    try:
        return _read(_members(raw, _FIELDS))
    except InvalidInput as error:
        raise InvalidTransaction(error.message) from None


def _fields(tx: DynamicFeeTransaction) -> bytes:
    number = rlp.encode_int
    return b"".join(
        (
            number(tx.chain_id),
            number(tx.nonce),
            number(tx.max_priority_fee_wei),
            number(tx.max_fee_wei),
            number(tx.gas_limit),
            b"\x80" if tx.to is None else b"\x94" + tx.to,
            number(tx.value_wei),
            rlp.encode_bytes(tx.data),
            rlp.encode(tx.access_list) if tx.access_list else b"\xc0",
        )
    )


def _members(raw: bytes, count: int) -> tuple[rlp.Decoded, ...]:
    if raw[:1] != _TYPE:
        raise InvalidTransaction("not an EIP-1559 transaction: the first byte is not 0x02")
    members = rlp.decode(raw[1:])
    if isinstance(members, bytes) or len(members) != count:
        raise InvalidTransaction(f"a transaction is a list of {count} parts here")
    return members


def _read(members: tuple[rlp.Decoded, ...]) -> DynamicFeeTransaction:
    chain_id, nonce, tip, max_fee, gas_limit, to, value, data, access_list = members[:_FIELDS]
    return DynamicFeeTransaction(
        chain_id=rlp.decode_int(chain_id),
        nonce=rlp.decode_int(nonce),
        max_priority_fee_wei=rlp.decode_int(tip),
        max_fee_wei=rlp.decode_int(max_fee),
        gas_limit=rlp.decode_int(gas_limit),
        to=_bytes(to) or None,
        value_wei=rlp.decode_int(value),
        data=_bytes(data),
        access_list=tuple(_access(entry) for entry in _list(access_list)),
    )


def _access(entry: rlp.Decoded) -> tuple[bytes, tuple[bytes, ...]]:
    parts = _list(entry)
    if len(parts) != 2:
        raise InvalidTransaction("an access list entry is an address and its storage keys")
    return _bytes(parts[0]), tuple(_bytes(key) for key in _list(parts[1]))


def _bytes(item: rlp.Decoded) -> bytes:
    if not isinstance(item, bytes):
        raise InvalidTransaction("a transaction has a list where bytes stand")
    return item


def _list(item: rlp.Decoded) -> tuple[rlp.Decoded, ...]:
    if isinstance(item, bytes):
        raise InvalidTransaction("a transaction has bytes where a list stands")
    return item
