"""What the fake chain's transactions do: coin, token transfers and EIP-3009 authorizations, and nothing else."""

from dataclasses import dataclass, field
from typing import TypeAlias

from tokenpay.errors import InvalidInput
from tokenpay.ethereum import erc20
from tokenpay.ethereum.abi import selector
from tokenpay.ethereum.grants.authorization import decode_calldata
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address

GAS_PAY = 21_000
GAS_TRANSFER = 50_000
GAS_AUTHORIZATION = 90_000
_TRANSFER = selector("transfer(address,uint256)")

Event: TypeAlias = "Moved | Used"


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeToken:
    """A token's face and manners. `code` stands for its code: another code is another code hash.

    `fee_percent` of each transfer vanishes while the log tells the whole; with `fee_told` the fee goes to the contract,
    in a log of its own; with `returns_false` a transfer succeeds, says false, and does nothing; while `paused` every
    transfer reverts.
    """

    contract: Address
    symbol: str
    decimals: int
    domain: Domain
    code: bytes
    fee_percent: int = 0
    fee_told: bool = False
    returns_false: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A Transfer event."""

    contract: Address
    sender: Address | None
    recipient: Address | None
    units: int


@dataclass(frozen=True, slots=True)
class Used:
    """An AuthorizationUsed event."""

    contract: Address
    authorizer: Address
    nonce: bytes


class Reverted(Exception):
    """The contract refused: nothing changed but the gas is gone."""


@dataclass(slots=True)
class State:
    """Who holds what after a block. `held` is keyed by (contract or None for the coin, address)."""

    held: dict[tuple[Address | None, Address], int] = field(default_factory=dict)
    nonces: dict[Address, int] = field(default_factory=dict)
    used: set[tuple[Address, Address, bytes]] = field(default_factory=set)

    def copy(self) -> "State":
        return State(dict(self.held), dict(self.nonces), set(self.used))

    def holding(self, contract: Address | None, who: Address) -> int:
        return self.held.get((contract, who), 0)

    def add(self, contract: Address | None, who: Address, units: int) -> None:
        """Change a holding, by less than nothing too; raises Reverted rather than hold less than nothing."""
        left = self.holding(contract, who) + units
        if left < 0:
            raise Reverted("transfer amount exceeds balance")
        self.held[contract, who] = left


def gas_of(data: bytes) -> int:
    """Return the gas that a call with this data uses here."""
    if not data:
        return GAS_PAY
    return GAS_AUTHORIZATION if len(data) > 100 else GAS_TRANSFER


def run(
    state: State,
    tokens: dict[Address, FakeToken],
    *,
    sender: Address,
    to: Address,
    data: bytes,
    value_wei: int,
    now_s: int,
) -> list[Event]:
    """Carry out a call in `state` and return its events; raises Reverted with `state` unchanged."""
    token = tokens.get(to)
    if token is None or not data:
        state.add(None, sender, -value_wei)
        state.add(None, to, value_wei)
        return []
    if value_wei:
        raise Reverted("the token takes no coin")
    try:
        if data[:4] == _TRANSFER:
            recipient, units = erc20.decode_transfer(data)
            return _move(state, token, sender, recipient, units)
        return _authorized(state, token, sender, data, now_s)
    except InvalidInput as error:
        raise Reverted(error.message) from None


def _move(state: State, token: FakeToken, sender: Address, recipient: Address, units: int) -> list[Event]:
    """Move tokens by the token's manners."""
    if token.paused:
        raise Reverted("the token is paused")
    if token.returns_false:
        return []
    fee_units = units * token.fee_percent // 100
    state.add(token.contract, sender, -units)
    state.add(token.contract, recipient, units - fee_units)
    if not token.fee_told:
        return [Moved(token.contract, sender, recipient, units)]
    state.add(token.contract, token.contract, fee_units)
    return [
        Moved(token.contract, sender, recipient, units - fee_units),
        Moved(token.contract, sender, token.contract, fee_units),
    ]


def _authorized(state: State, token: FakeToken, carrier: Address, data: bytes, now_s: int) -> list[Event]:
    grant = decode_calldata(data, token.domain).grant
    grant.check_window(now_s)
    mark = (token.contract, grant.sender, grant.nonce)
    if mark in state.used:
        raise Reverted("the authorization is used")
    if grant.kind == "receive" and grant.recipient != carrier:
        raise Reverted("only the recipient may carry it")
    moved = _move(state, token, grant.sender, grant.recipient, grant.units)
    state.used.add(mark)
    return [Used(token.contract, grant.sender, grant.nonce), *moved]
