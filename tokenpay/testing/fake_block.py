"""Building one block of the fake chain: what it holds, the state after it, and a hash made of both."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenpay.ethereum.observed import AuthorizationLog, Block, Receipt, TransferLog
from tokenpay.ethereum.transaction import SignedTransaction
from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256
from tokenpay.testing.fake_evm import Event, FakeToken, Moved, Reverted, State, gas_of, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money that comes from outside the fake world; see `FakeChain.deposit`."""

    contract: Address | None
    sender: Address | None
    recipient: Address
    units: int
    received: int
    logged: bool
    transaction_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mined:
    """A block with all it did, and the state after it."""

    block: Block
    state: State
    deposits: tuple[Deposit, ...] = ()
    transactions: tuple[SignedTransaction, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    transfers: tuple[TransferLog, ...] = ()
    authorizations: tuple[AuthorizationLog, ...] = ()


def build(
    parent: Mined,
    *,
    deposits: Sequence[Deposit],
    waiting: Sequence[SignedTransaction],
    tokens: dict[Address, FakeToken],
    timestamp_s: int,
    base_fee_wei: int,
    salt: bytes,
) -> Mined:
    """Return the block after `parent` with these deposits and every waiting transaction that can be in it."""
    state = parent.state.copy()
    events: list[tuple[bytes, Event]] = []
    for deposit in deposits:
        state.add(deposit.contract, deposit.recipient, deposit.received)
        if deposit.logged and deposit.contract is not None:
            moved = Moved(deposit.contract, deposit.sender, deposit.recipient, deposit.units)
            events.append((deposit.transaction_hash, moved))
    done: list[tuple[SignedTransaction, bool, int]] = []
    for tx in sorted(waiting, key=lambda tx: tx.transaction.nonce):
        gas_used = min(gas_of(tx.transaction.data), tx.transaction.gas_limit)
        if _fits(tx, state, gas_used, base_fee_wei):
            emitted = _execute(state, tokens, tx, gas_used * _price_wei(tx, base_fee_wei), timestamp_s)
            done.append((tx, emitted is not None, gas_used))
            events += [(tx.hash, event) for event in emitted or ()]
    contents = [deposit.transaction_hash for deposit in deposits] + [tx.hash for tx, _, _ in done]
    block = Block(
        number=parent.block.number + 1,
        hash=keccak256(b"".join([parent.block.hash, timestamp_s.to_bytes(8, "big"), salt, *contents])),
        parent_hash=parent.block.hash,
        timestamp_s=timestamp_s,
        base_fee_wei=base_fee_wei,
    )
    logs = [_log(block, index, of, event) for index, (of, event) in enumerate(events)]
    return Mined(
        block=block,
        state=state,
        deposits=tuple(deposits),
        transactions=tuple(tx for tx, _, _ in done),
        receipts=tuple(_receipt(block, tx, succeeded, gas_used) for tx, succeeded, gas_used in done),
        transfers=tuple(log for log in logs if isinstance(log, TransferLog)),
        authorizations=tuple(log for log in logs if isinstance(log, AuthorizationLog)),
    )


def _fits(tx: SignedTransaction, state: State, gas_used: int, base_fee_wei: int) -> bool:
    inner = tx.transaction
    return (
        inner.nonce == state.nonces.get(tx.sender, 0)
        and inner.max_fee_wei >= base_fee_wei
        and state.holding(None, tx.sender) >= gas_used * _price_wei(tx, base_fee_wei)
    )


def _execute(
    state: State, tokens: dict[Address, FakeToken], tx: SignedTransaction, fee_wei: int, now_s: int
) -> list[Event] | None:
    """Charge the fee and run; return the events, or None where it reverted and only the fee was taken."""
    inner = tx.transaction
    state.add(None, tx.sender, -fee_wei)
    state.nonces[tx.sender] = inner.nonce + 1
    if inner.to is None or not any(inner.to) or inner.gas_limit < gas_of(inner.data):
        return None  # the fake chain creates no contracts, and nothing runs out of gas half-way
    try:
        return run(
            state,
            tokens,
            sender=tx.sender,
            to=Address(inner.to),
            data=inner.data,
            value_wei=inner.value_wei,
            now_s=now_s,
        )
    except Reverted:
        return None


def _price_wei(tx: SignedTransaction, base_fee_wei: int) -> int:
    return min(tx.transaction.max_fee_wei, base_fee_wei + tx.transaction.max_priority_fee_wei)


def _receipt(block: Block, tx: SignedTransaction, succeeded: bool, gas_used: int) -> Receipt:
    return Receipt(
        transaction_hash=tx.hash,
        block_number=block.number,
        block_hash=block.hash,
        succeeded=succeeded,
        gas_used=gas_used,
        fee_wei=gas_used * _price_wei(tx, block.base_fee_wei),
    )


def _log(block: Block, index: int, transaction_hash: bytes, event: Event) -> TransferLog | AuthorizationLog:
    if isinstance(event, Moved):
        return TransferLog(
            contract=event.contract,
            sender=event.sender,
            recipient=event.recipient,
            units=event.units,
            block_number=block.number,
            block_hash=block.hash,
            log_index=index,
            transaction_hash=transaction_hash,
        )
    return AuthorizationLog(
        contract=event.contract,
        authorizer=event.authorizer,
        nonce=event.nonce,
        block_number=block.number,
        block_hash=block.hash,
        log_index=index,
        transaction_hash=transaction_hash,
    )
