"""Permit2 messages: allowances and transfers of tokens that know no permits, through one contract of Uniswap's.

The holder has approved that contract before. An allowance (`PermitSingle`, `PermitBatch`) has
sequential nonces for each token and spender; a transfer (`PermitTransferFrom`,
`PermitBatchTransferFrom`) has a nonce in any order, used once. Which holder signed stands in no message:
`owner` is whom the signature must be of. Sign and verify all four with `grant.sign` and
`grant.verify`; each raises InvalidAuthorization where a part is out of range.
"""

from dataclasses import dataclass
from functools import lru_cache

from tokenpay.errors import InvalidAuthorization
from tokenpay.ethereum.typed_data import domain_separator
from tokenpay.ethereum.typed_data_parts.struct_type import Members, StructType, compile_types
from tokenpay.money.address import MAX_CHAIN_ID, Address
from tokenpay.money.amount import MAX_UNITS
from tokenpay.primitives.keccak import keccak256

PERMIT2 = Address.parse("0x000000000022D473030F116dDEE9F6B43aC78BA3")
"""The contract, at the same address on every chain that has it."""
MAX_ALLOWANCE_UNITS = 2**160 - 1
"""The largest allowance; the contract takes it as one without limit."""
_MAX_UINT48 = 2**48 - 1

_DETAILS: Members = (("token", "address"), ("amount", "uint160"), ("expiration", "uint48"), ("nonce", "uint48"))
_PERMISSIONS: Members = (("token", "address"), ("amount", "uint256"))


def _allowance(name: str, details: str) -> StructType:
    members = (("details", details), ("spender", "address"), ("sigDeadline", "uint256"))
    return compile_types(((name, members), ("PermitDetails", _DETAILS)), name)


def _transfer(name: str, permitted: str) -> StructType:
    members = (("permitted", permitted), ("spender", "address"), ("nonce", "uint256"), ("deadline", "uint256"))
    return compile_types(((name, members), ("TokenPermissions", _PERMISSIONS)), name)


PERMIT_SINGLE = _allowance("PermitSingle", "PermitDetails")
PERMIT_BATCH = _allowance("PermitBatch", "PermitDetails[]")
PERMIT_TRANSFER_FROM = _transfer("PermitTransferFrom", "TokenPermissions")
PERMIT_BATCH_TRANSFER_FROM = _transfer("PermitBatchTransferFrom", "TokenPermissions[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDetails:
    """An allowance of one token, from 0 to 2**160 - 1 units, that ends after the Unix time `expiration_s`.

    An expiration of 0 means: in the block that carries it out and no later.
    """

    token: Address
    units: int
    expiration_s: int
    nonce: int

    def __post_init__(self) -> None:
        if not 0 <= self.units <= MAX_ALLOWANCE_UNITS:
            raise InvalidAuthorization("a Permit2 allowance is between 0 and 2**160 - 1 units")
        if not 0 <= self.expiration_s <= _MAX_UINT48 or not 0 <= self.nonce <= _MAX_UINT48:
            raise InvalidAuthorization("a Permit2 allowance's expiration and nonce are between 0 and 2**48 - 1")

    def value(self) -> dict[str, object]:
        """Return the struct as it is hashed."""
        return {"token": self.token, "amount": self.units, "expiration": self.expiration_s, "nonce": self.nonce}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPermissions:
    """At most `units` of one token, from 0 to 2**256 - 1."""

    token: Address
    units: int

    def __post_init__(self) -> None:
        if not 0 <= self.units <= MAX_UNITS:
            raise InvalidAuthorization("a Permit2 transfer moves 0 to 2**256 - 1 units")

    def value(self) -> dict[str, object]:
        """Return the struct as it is hashed."""
        return {"token": self.token, "amount": self.units}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """What all four have: a chain, a holder, a spender, and a last moment to be carried out."""

    chain_id: int
    owner: Address
    spender: Address
    deadline_s: int
    contract: Address = PERMIT2

    def __post_init__(self) -> None:
        if not 0 < self.chain_id <= MAX_CHAIN_ID:
            raise InvalidAuthorization(f"a chain id is between 1 and {MAX_CHAIN_ID}")
        if not 0 <= self.deadline_s <= MAX_UNITS:
            raise InvalidAuthorization("a Permit2 deadline is between 0 and 2**256 - 1")

    @property
    def grantor(self) -> Address:
        return self.owner

    def check_window(self, now_s: int) -> None:
        """Raise InvalidAuthorization unless now_s <= deadline_s, as the contract asks."""
        if now_s > self.deadline_s:
            raise InvalidAuthorization("the permit has expired", deadline_s=self.deadline_s)

    def _digest(self, struct: StructType, **members: object) -> bytes:
        encoded = struct.hash({"spender": self.spender, **members})
        return keccak256(b"\x19\x01" + _separator(self.chain_id, self.contract) + encoded)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSingle(_Message):
    """An allowance of one token."""

    details: PermitDetails

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        return self._digest(PERMIT_SINGLE, details=self.details.value(), sigDeadline=self.deadline_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitBatch(_Message):
    """Allowances of several tokens for one spender."""

    details: tuple[PermitDetails, ...]

    def __post_init__(self) -> None:
        _Message.__post_init__(self)
        _refuse_none(self.details)

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        details = [entry.value() for entry in self.details]
        return self._digest(PERMIT_BATCH, details=details, sigDeadline=self.deadline_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Transfer(_Message):
    nonce: int

    def __post_init__(self) -> None:
        _Message.__post_init__(self)
        if not 0 <= self.nonce <= MAX_UNITS:
            raise InvalidAuthorization("a Permit2 transfer's nonce is between 0 and 2**256 - 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitTransferFrom(_Transfer):
    """A transfer of one token, once, by the spender."""

    permitted: TokenPermissions

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        permitted = self.permitted.value()
        return self._digest(PERMIT_TRANSFER_FROM, permitted=permitted, nonce=self.nonce, deadline=self.deadline_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitBatchTransferFrom(_Transfer):
    """A transfer of several tokens, once, by the spender."""

    permitted: tuple[TokenPermissions, ...]

    def __post_init__(self) -> None:
        _Transfer.__post_init__(self)
        _refuse_none(self.permitted)

    def digest(self) -> bytes:
        """Return the 32 bytes to sign (EIP-712)."""
        permitted = [entry.value() for entry in self.permitted]
        return self._digest(PERMIT_BATCH_TRANSFER_FROM, permitted=permitted, nonce=self.nonce, deadline=self.deadline_s)


def _refuse_none(tokens: tuple[PermitDetails | TokenPermissions, ...]) -> None:
    if not tokens:
        raise InvalidAuthorization("a Permit2 batch names at least one token")


@lru_cache(maxsize=256)
def _separator(chain_id: int, contract: Address) -> bytes:
    return domain_separator({"name": "Permit2", "chainId": chain_id, "verifyingContract": contract})
