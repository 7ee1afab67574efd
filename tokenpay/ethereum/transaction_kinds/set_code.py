"""EIP-7702: a transaction that carries authorizations, each of which sets the code of its signer's account.

The protocol reads an authorization with care but does not hold the transaction to it: one that does not hold (a wrong
chain or nonce, a high s, a signature of nobody) is skipped, and the transaction goes on. So `decode` asks for its shape
only, `preflight` for the widths of its numbers, and whoever needs to know asks `authority` who signed it. What is
signed here is held to more: an authorization for chain 0 would hold on every chain, and is neither made nor carried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from tokenpay.errors import InvalidInput, InvalidTransaction
from tokenpay.ethereum.transaction_kinds.access_list import (
    AccessList,
    check_access_list,
    encode_access_list,
    read_access_list,
)
from tokenpay.ethereum.transaction_kinds.rule import TransactionRule, broken
from tokenpay.ethereum.transaction_kinds.shape import ADDRESS_LENGTH, check_shape, encode_to
from tokenpay.money.address import MAX_CHAIN_ID, Address
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey, Signature, recover

MAX_NONCE = 2**64 - 2
"""The last nonce that an account can use (EIP-2681)."""

_MAGIC = b"\x05"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCodeAuthorization:
    """A signed word that an account runs the code at `address` (20 bytes; all zero takes the code away again).

    `nonce` is that of the account that signs. The signature is kept as it came: see `authority`. Raises
    InvalidTransaction where a part has a shape that no authorization has.
    """

    chain_id: int
    address: bytes
    nonce: int
    y_parity: int
    r: int
    s: int

    def __post_init__(self) -> None:
        if len(self.address) != ADDRESS_LENGTH:
            raise broken(TransactionRule.AUTHORIZATION_FIELDS, "an authorization names an address of 20 bytes")
        if min(self.chain_id, self.nonce, self.y_parity, self.r, self.s) < 0:
            raise broken(TransactionRule.NEGATIVE, "an authorization has no negative numbers")

    def encode(self) -> bytes:
        """Return the RLP of the list of six."""
        numbers = map(rlp.encode_int, (self.nonce, self.y_parity, self.r, self.s))
        return rlp.encode_list(rlp.encode_int(self.chain_id) + encode_to(self.address) + b"".join(numbers))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCodeTransaction:
    """An EIP-7702 transaction: an EIP-1559 one that always goes to an address, with authorizations.

    Raises InvalidTransaction where a part has a shape that no transaction has.
    """

    TYPE: ClassVar[bytes] = b"\x04"
    FIELDS: ClassVar[int] = 10

    chain_id: int
    nonce: int
    max_priority_fee_wei: int
    max_fee_wei: int
    gas_limit: int
    to: bytes
    value_wei: int = 0
    data: bytes = b""
    access_list: AccessList = ()
    authorization_list: tuple[SetCodeAuthorization, ...]

    def __post_init__(self) -> None:
        if not self.to:
            raise broken(TransactionRule.SET_CODE_WITHOUT_TO, "a set-code transaction creates no contract (EIP-7702)")
        check_shape(
            self.to,
            self.chain_id | self.nonce | self.max_priority_fee_wei | self.max_fee_wei | self.gas_limit | self.value_wei,
        )
        check_access_list(self.access_list)

    def encode_fields(self) -> bytes:
        """Return the RLP of the ten fields, joined."""
        return b"".join(
            (
                rlp.encode_int(self.chain_id),
                rlp.encode_int(self.nonce),
                rlp.encode_int(self.max_priority_fee_wei),
                rlp.encode_int(self.max_fee_wei),
                rlp.encode_int(self.gas_limit),
                encode_to(self.to),
                rlp.encode_int(self.value_wei),
                rlp.encode_bytes(self.data),
                encode_access_list(self.access_list),
                rlp.encode_list(b"".join(grant.encode() for grant in self.authorization_list)),
            )
        )

    @classmethod
    def read_fields(cls, members: Sequence[rlp.Decoded]) -> Self:
        """Read the ten fields."""
        chain_id, nonce, tip, max_fee, gas_limit, to, value, data, access_list, authorization_list = members
        return cls(
            chain_id=rlp.decode_int(chain_id),
            nonce=rlp.decode_int(nonce),
            max_priority_fee_wei=rlp.decode_int(tip),
            max_fee_wei=rlp.decode_int(max_fee),
            gas_limit=rlp.decode_int(gas_limit),
            to=rlp.decode_bytes(to),
            value_wei=rlp.decode_int(value),
            data=rlp.decode_bytes(data),
            access_list=read_access_list(access_list),
            authorization_list=tuple(map(_read_authorization, rlp.decode_list(authorization_list))),
        )


def authorization_digest(*, chain_id: int, address: bytes, nonce: int) -> bytes:
    """Return the 32 bytes that an account signs to run the code at `address`."""
    fields = rlp.encode_int(chain_id) + rlp.encode_bytes(address) + rlp.encode_int(nonce)
    return keccak256(_MAGIC + rlp.encode_list(fields))


def sign_authorization(*, chain_id: int, address: bytes, nonce: int, key: PrivateKey) -> SetCodeAuthorization:
    """Sign that the account of `key` runs the code at `address`, on one chain and at one nonce of it.

    Raises InvalidTransaction: for chain id 0, which would mean every chain, and for a nonce no account can use.
    """
    if not 0 < chain_id <= MAX_CHAIN_ID:
        raise broken(TransactionRule.AUTHORIZATION_CHAIN_ID, f"an authorization names a chain, 1 to {MAX_CHAIN_ID}")
    if not 0 <= nonce <= MAX_NONCE:
        raise broken(TransactionRule.AUTHORIZATION_RANGE, "an authorization's nonce is from 0 to 2**64 - 2")
    unsigned = SetCodeAuthorization(chain_id=chain_id, address=address, nonce=nonce, y_parity=0, r=0, s=0)
    made = key.sign_digest(authorization_digest(chain_id=chain_id, address=unsigned.address, nonce=nonce))
    return SetCodeAuthorization(
        chain_id=chain_id, address=address, nonce=nonce, y_parity=made.y_parity, r=made.r, s=made.s
    )


def authority(grant: SetCodeAuthorization) -> Address:
    """Return the account that signed an authorization.

    Raises InvalidTransaction where the protocol would skip it whatever the chain's state is: a signature out of
    range, with a high s or of nobody, or a nonce that no account can use.
    """
    if grant.nonce > MAX_NONCE:
        raise broken(TransactionRule.AUTHORIZATION_RANGE, "an authorization's nonce is from 0 to 2**64 - 2")
    digest = authorization_digest(chain_id=grant.chain_id, address=grant.address, nonce=grant.nonce)
    try:
        return Address(recover(digest, Signature(grant.y_parity, grant.r, grant.s)).address_bytes())
    except InvalidInput as error:
        raise InvalidTransaction(error.message, **error.fields) from None


def _read_authorization(item: rlp.Decoded) -> SetCodeAuthorization:
    members = rlp.decode_list(item)
    if len(members) != 6:
        raise broken(TransactionRule.AUTHORIZATION_FIELDS, "an authorization is a list of six")
    chain_id, address, nonce, y_parity, r, s = members
    return SetCodeAuthorization(
        chain_id=rlp.decode_int(chain_id),
        address=rlp.decode_bytes(address),
        nonce=rlp.decode_int(nonce),
        y_parity=rlp.decode_int(y_parity),
        r=rlp.decode_int(r),
        s=rlp.decode_int(s),
    )
