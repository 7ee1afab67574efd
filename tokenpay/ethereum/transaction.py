"""Transactions of every kind: their bytes, their signature, and reading both back.

    legacy and EIP-155   LegacyTransaction
    EIP-2930             AccessListTransaction
    EIP-1559             DynamicFeeTransaction
    EIP-7702             SetCodeTransaction
    EIP-4844             recognised and refused by name, also in the form that nodes hand each other

Whether a well-formed transaction may enter a block is asked of `preflight`; whether it may be
signed is the signer's question. `to` is therefore plain bytes: a transaction to the zero address
exists and must be read as what it is, while an Address refuses to be one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from tokenpay.errors import InvalidInput, InvalidTransaction
from tokenpay.ethereum.transaction_kinds.access_list import (
    AccessList as AccessList,
    AccessListTransaction as AccessListTransaction,
)
from tokenpay.ethereum.transaction_kinds.dynamic_fee import DynamicFeeTransaction as DynamicFeeTransaction
from tokenpay.ethereum.transaction_kinds.legacy import (
    LegacyTransaction as LegacyTransaction,
    read_replay_guard,
    read_v,
)
from tokenpay.ethereum.transaction_kinds.rule import TransactionRule as TransactionRule, broken
from tokenpay.ethereum.transaction_kinds.set_code import (
    SetCodeAuthorization as SetCodeAuthorization,
    SetCodeTransaction as SetCodeTransaction,
    authority as authority,
    sign_authorization as sign_authorization,
)
from tokenpay.money.address import Address
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey, Signature, recover

Transaction: TypeAlias = LegacyTransaction | AccessListTransaction | DynamicFeeTransaction | SetCodeTransaction
_Typed: TypeAlias = AccessListTransaction | DynamicFeeTransaction | SetCodeTransaction

_KINDS: dict[bytes, type[_Typed]] = {
    kind.TYPE: kind for kind in (AccessListTransaction, DynamicFeeTransaction, SetCodeTransaction)
}
_BLOB = b"\x03"
_LONG = 1 << 248
_WORD = b"\xa0"
"""What stands in RLP before 32 bytes: nearly every r and s, those from `_LONG` on."""
_FIRST_LIST = b"\xc0"


class SignedTransaction(NamedTuple):
    """A transaction with the signature that stands under it. Made by `sign` and `decode` only.

    `raw` is what is broadcast, `hash` its Keccak-256, `sender` the address recovered from it.
    """

    raw: bytes
    hash: bytes
    transaction: Transaction
    signature: Signature
    sender: Address


def encode_unsigned(transaction: Transaction) -> bytes:
    """Return what is hashed to be signed: the type byte, if the kind has one, and the RLP of the fields (EIP-2718)."""
    return _unsigned(transaction, transaction.encode_fields())


def signing_digest(transaction: Transaction) -> bytes:
    """Return the 32 bytes that the sender signs."""
    return keccak256(encode_unsigned(transaction))


def sign(transaction: Transaction, key: PrivateKey) -> SignedTransaction:
    """Sign with `key`; the same transaction and key always give the same bytes.

    Raises InvalidTransaction for a set-code transaction that carries an authorization for every chain.
    """
    if isinstance(transaction, SetCodeTransaction) and any(g.chain_id == 0 for g in transaction.authorization_list):
        raise broken(TransactionRule.AUTHORIZATION_CHAIN_ID, "an authorization in it would hold on every chain")
    fields = transaction.encode_fields()
    signature = key.sign_digest(keccak256(_unsigned(transaction, fields)))
    y_parity = signature.y_parity
    v = transaction.v(y_parity) if isinstance(transaction, LegacyTransaction) else y_parity
    raw = transaction.TYPE + rlp.encode_list(fields + _signature_fields(v, signature))
    sender = _address(key.public_key.address_bytes())
    return tuple.__new__(SignedTransaction, (raw, keccak256(raw), transaction, signature, sender))  # in one call


def decode(raw: bytes) -> SignedTransaction:
    """Read a signed transaction of any kind and recover its sender.

    Raises InvalidTransaction, whose field `rule` names a TransactionRule, unless `raw` is exactly the one form of
    that content: canonical RLP, integers without leading zeros, a signature in range with low s.
    """
    try:
        transaction, signature, fields = _read_signed(raw)
        digest = keccak256(_unsigned(transaction, fields))
        sender = _address(recover(digest, signature).address_bytes())
    except InvalidInput as error:
        raise InvalidTransaction(error.message, **error.fields) from None
    return SignedTransaction(raw, keccak256(raw), transaction, signature, sender)


def decode_unsigned(raw: bytes) -> Transaction:
    """Read what `encode_unsigned` wrote, with the same strictness; raises InvalidTransaction."""
    try:
        kind, content = _kind_and_content(raw)
        members = rlp.decode_members(content)
        if issubclass(kind, LegacyTransaction):
            _check_count(members, kind.FIELDS, kind.FIELDS + 3)
            chain_id = read_replay_guard(members[kind.FIELDS :])
            return kind.read_fields(members[: kind.FIELDS], chain_id)
        _check_count(members, kind.FIELDS)
        return kind.read_fields(members)
    except InvalidInput as error:
        raise InvalidTransaction(error.message, **error.fields) from None


def _unsigned(transaction: Transaction, fields: bytes) -> bytes:
    if isinstance(transaction, LegacyTransaction):
        fields += transaction.encode_replay_guard()
    return transaction.TYPE + rlp.encode_list(fields)


def _signature_fields(v: int, signature: Signature) -> bytes:
    r, s = signature.r, signature.s
    if r >= _LONG and s >= _LONG:
        return rlp.encode_int(v) + _WORD + r.to_bytes(32) + _WORD + s.to_bytes(32)
    return rlp.encode_int(v) + rlp.encode_int(r) + rlp.encode_int(s)


@lru_cache(maxsize=1_024)
def _address(raw: bytes) -> Address:
    """Who signs has signed before, mostly."""
    return Address(raw)


def _read_signed(raw: bytes) -> tuple[Transaction, Signature, bytes]:
    """Return the transaction, its signature, and the RLP of its fields: of canonical bytes, what is not signature."""
    kind, content = _kind_and_content(raw)
    members = rlp.decode_members(content)
    _check_count(members, kind.FIELDS + 3)
    v, r, s = map(rlp.decode_int, members[kind.FIELDS :])
    members = members[: kind.FIELDS]
    if issubclass(kind, LegacyTransaction):
        chain_id, y_parity = read_v(v)
        transaction: Transaction = kind.read_fields(members, chain_id)
    else:
        y_parity, transaction = v, kind.read_fields(members)
    signature = Signature(y_parity, r, s)
    return transaction, signature, content[: -len(_signature_fields(v, signature))]


def _kind_and_content(raw: bytes) -> tuple[type[Transaction], bytes]:
    """Return which kind the first byte names, and the content of the list after it."""
    first = raw[:1]
    if first >= _FIRST_LIST:
        return LegacyTransaction, rlp.list_content(raw)
    if first == _BLOB:
        raise broken(TransactionRule.BLOB, "an EIP-4844 blob transaction is not handled here")
    kind = _KINDS.get(first)
    if kind is None:
        raise broken(TransactionRule.TYPE, "the first byte names no kind of transaction (EIP-2718)")
    return kind, rlp.list_content(raw[1:])


def _check_count(members: Sequence[rlp.Decoded], *counts: int) -> None:
    if len(members) not in counts:
        raise broken(TransactionRule.FIELD_COUNT, "a transaction of this kind has more or fewer fields")
