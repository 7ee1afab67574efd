"""A chain in memory that does what a test tells it: the Chain port, and verbs that script the world.

Nothing happens by itself: blocks come from `mine`, time from their timestamps, hashes from their content.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tokenpay.errors import ChainUnavailable, IntegrityError, InvalidTransaction, NotFound, WrongState
from tokenpay.ethereum.observed import AuthorizationLog, Block, Holding, Receipt, TokenFacts, TransferLog
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction, SignedTransaction, decode
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.ports import Broadcast
from tokenpay.primitives.keccak import keccak256
from tokenpay.testing.fake_evm import Event, FakeToken, Moved, Reverted, State, gas_of, run

OUTSIDER = Address(b"\xee" * 20)
REPLACEMENT_PERCENT = 110
LogT = TypeVar("LogT", TransferLog, AuthorizationLog)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deposit:
    contract: Address | None
    sender: Address | None
    recipient: Address
    units: int
    received: int
    logged: bool
    transaction_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mined:
    """A block with all it did and the state after it."""

    block: Block
    state: State
    transfers: tuple[TransferLog, ...] = ()
    authorizations: tuple[AuthorizationLog, ...] = ()
    receipts: dict[bytes, Receipt]
    transactions: tuple[SignedTransaction, ...] = ()
    deposits: tuple[_Deposit, ...] = ()


class FakeChain:
    """The Chain port in memory. Set the attributes at any time.

    `unreachable`: no call gets an answer. `lose_answers`: so many broadcasts are taken but answered by silence.
    `lose_requests`: so many broadcasts never arrive. `refuse_gaps`: a nonce above the next one is refused, as by
    the embedded chain, and not kept for later, as by most nodes. `node_chain_id`: what the node says it serves.
    """

    def __init__(
        self,
        chain_id: int = 31_337,
        *,
        confirmations: int = 2,
        block_time_s: int = 12,
        start_s: int = 1_700_000_000,
        base_fee_wei: int = 10**9,
        tip_wei: int = 10**8,
    ) -> None:
        self._chain_id = self.node_chain_id = chain_id
        self.confirmations = confirmations
        self.block_time_s = block_time_s
        self.base_fee_wei = base_fee_wei
        self.tip_wei = tip_wei
        self.unreachable = False
        self.refuse_gaps = False
        self.lose_answers = 0
        self.lose_requests = 0
        self._tokens: dict[Address, FakeToken] = {}
        self._pool: dict[tuple[Address, int], SignedTransaction] = {}
        self._scripted: list[_Deposit] = []
        self._branch = 0
        self._count = 0
        first = Block(
            number=0, hash=keccak256(b"fake"), parent_hash=bytes(32), timestamp_s=start_s, base_fee_wei=base_fee_wei
        )
        self._mined = [_Mined(block=first, state=State(), receipts={})]

    # Scripting the world

    def add_token(
        self,
        contract: Address,
        *,
        symbol: str = "DEUR",
        decimals: int = 6,
        name: str = "Demo Euro",
        version: str = "1",
        code: bytes = b"code",
        fee_percent: int = 0,
        returns_false: bool = False,
    ) -> None:
        """Put a token at `contract`, or other code and manners where one is already."""
        domain = Domain(name=name, version=version, chain_id=self._chain_id, verifying_contract=contract)
        self._tokens[contract] = FakeToken(
            contract=contract,
            symbol=symbol,
            decimals=decimals,
            domain=domain,
            code=code,
            fee_percent=fee_percent,
            returns_false=returns_false,
        )

    def deposit(
        self,
        contract: Address | None,
        recipient: Address,
        units: int,
        *,
        sender: Address | None = OUTSIDER,
        received: int | None = None,
        logged: bool = True,
        transaction_hash: bytes | None = None,
    ) -> bytes:
        """Let `recipient` get tokens (or coin: contract None) in the next block; return the transaction's hash.

        The money comes from outside this world. `received` differs from `units` for a token that takes a fee, and
        is 0 for a forged log; without `logged` the holding changes and no log says so.
        """
        self._count += 1
        scripted = _Deposit(
            contract=contract,
            sender=sender,
            recipient=recipient,
            units=units,
            received=units if received is None else received,
            logged=logged and contract is not None,
            transaction_hash=transaction_hash or keccak256(b"deposit" + self._count.to_bytes(8, "big")),
        )
        self._scripted.append(scripted)
        return scripted.transaction_hash

    def mine(self, blocks: int = 1, *, timestamp_s: int | None = None) -> Block:
        """Make blocks of everything that waits and return the last; `timestamp_s` is the first one's time."""
        for at in range(blocks):
            after_s = self._mined[-1].block.timestamp_s + self.block_time_s
            self._mine(after_s if timestamp_s is None or at else timestamp_s)
        return self._mined[-1].block

    def reorg(self, depth: int, *, keep_transactions: bool = True, keep_deposits: bool = False) -> Block:
        """Replace the last `depth` blocks by as many others and return the head.

        What they carried waits for a block again, or is gone, as asked; what is kept goes into the first new block.
        """
        if not 0 < depth < len(self._mined):
            raise WrongState("there are not so many blocks to replace")
        gone = self._mined[-depth:]
        del self._mined[-depth:]
        self._branch += 1
        if keep_transactions:
            mined_again = {(tx.sender, tx.transaction.nonce): tx for old in gone for tx in old.transactions}
            self._pool = mined_again | self._pool
        if keep_deposits:
            self._scripted = [deposit for old in gone for deposit in old.deposits] + self._scripted
        return self.mine(depth)

    def drop(self, transaction_hash: bytes) -> None:
        """Forget a transaction that waits, as a node under load does; NotFound when it does not wait."""
        for key, tx in self._pool.items():
            if tx.hash == transaction_hash:
                del self._pool[key]
                return
        raise NotFound("no such transaction waits")

    @property
    def waiting(self) -> list[bytes]:
        """The hashes of transactions that wait for a block."""
        return [tx.hash for tx in self._pool.values()]

    # Mining

    def _mine(self, timestamp_s: int) -> None:
        parent = self._mined[-1]
        state = parent.state.copy()
        deposits, self._scripted = tuple(self._scripted), []
        events: list[tuple[bytes, Event]] = []
        for deposit in deposits:
            state.add(deposit.contract, deposit.recipient, deposit.received)
            if deposit.logged and deposit.contract is not None:
                moved = Moved(deposit.contract, deposit.sender, deposit.recipient, deposit.units)
                events.append((deposit.transaction_hash, moved))
        done: list[tuple[SignedTransaction, bool, int]] = []
        for key, tx in sorted(self._pool.items(), key=lambda entry: entry[0][1]):
            if tx.transaction.nonce != state.nonces.get(tx.sender, 0) or tx.transaction.max_fee_wei < self.base_fee_wei:
                continue
            del self._pool[key]
            try:
                succeeded, gas_used, emitted = self._execute(state, tx, timestamp_s)
            except Reverted:  # the coin for gas is no longer there: no block takes it
                continue
            done.append((tx, succeeded, gas_used))
            events += [(tx.hash, event) for event in emitted]
        content = b"".join((*(tx.hash for tx, _, _ in done), *(d.transaction_hash for d in deposits)))
        number = parent.block.number + 1
        seal = f"{self._chain_id}/{self._branch}/{number}/{timestamp_s}".encode()
        block = Block(
            number=number,
            hash=keccak256(parent.block.hash + seal + content),
            parent_hash=parent.block.hash,
            timestamp_s=timestamp_s,
            base_fee_wei=self.base_fee_wei,
        )
        transfers, authorizations = _logs(block, events)
        self._mined.append(
            _Mined(
                block=block,
                state=state,
                transfers=transfers,
                authorizations=authorizations,
                receipts={tx.hash: self._receipt(block, tx, succeeded, gas) for tx, succeeded, gas in done},
                transactions=tuple(tx for tx, _, _ in done),
                deposits=deposits,
            )
        )

    def _execute(self, state: State, tx: SignedTransaction, now_s: int) -> tuple[bool, int, list[Event]]:
        """Charge the gas and run; a revert keeps the charge. Raises Reverted where the gas itself cannot be paid."""
        inner = tx.transaction
        gas_used = min(gas_of(inner.data), inner.gas_limit)
        state.add(None, tx.sender, -gas_used * self._price_wei(inner))
        state.nonces[tx.sender] = inner.nonce + 1
        trial = state.copy()
        try:
            if gas_used < gas_of(inner.data):
                raise Reverted("out of gas")
            emitted = run(trial, self._tokens, tx, now_s)
        except Reverted:
            return False, gas_used, []
        state.held, state.used = trial.held, trial.used
        return True, gas_used, emitted

    def _price_wei(self, tx: DynamicFeeTransaction) -> int:
        return min(tx.max_fee_wei, self.base_fee_wei + tx.max_priority_fee_wei)

    def _receipt(self, block: Block, tx: SignedTransaction, succeeded: bool, gas_used: int) -> Receipt:
        return Receipt(
            transaction_hash=tx.hash,
            block_number=block.number,
            block_hash=block.hash,
            succeeded=succeeded,
            gas_used=gas_used,
            fee_wei=gas_used * self._price_wei(tx.transaction),
        )

    # The port

    @property
    def chain_id(self) -> int:
        return self._chain_id

    def verify_chain_id(self) -> None:
        self._reach()
        if self.node_chain_id != self._chain_id:
            raise IntegrityError(f"the node serves chain {self.node_chain_id}, not {self._chain_id}")

    def head(self) -> Block:
        self._reach()
        return self._mined[-1].block

    def finalized(self) -> Block:
        self._reach()
        return self._mined[max(0, len(self._mined) - 1 - self.confirmations)].block

    def blocks(self, numbers: Sequence[int]) -> list[Block]:
        return [self._at(number).block for number in numbers]

    def transfers(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[TransferLog]:
        return [log for mined in self._standing(blocks) for log in mined.transfers if log.contract in contracts]

    def authorizations(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[AuthorizationLog]:
        return [log for mined in self._standing(blocks) for log in mined.authorizations if log.contract in contracts]

    def receipts(self, transaction_hashes: Sequence[bytes]) -> list[Receipt | None]:
        self._reach()
        return [
            next((mined.receipts[of] for mined in reversed(self._mined) if of in mined.receipts), None)
            for of in transaction_hashes
        ]

    def holdings(self, holdings: Sequence[Holding], block: int) -> list[int]:
        state = self._at(block).state
        return [state.holding(holding.contract, holding.address) for holding in holdings]

    def token_facts(self, contract: Address) -> TokenFacts:
        self._reach()
        token = self._tokens.get(contract)
        if token is None:
            raise NotFound("there is no contract at this address", contract=contract.text)
        return TokenFacts(
            contract=contract,
            symbol=token.symbol,
            decimals=token.decimals,
            name=token.domain.name,
            version=token.domain.version,
            domain_separator=token.domain.separator,
            code_hash=keccak256(token.code),
        )

    def transaction_count(self, address: Address, *, pending: bool = False) -> int:
        self._reach()
        nonce = self._mined[-1].state.nonces.get(address, 0)
        while pending and (address, nonce) in self._pool:
            nonce += 1
        return nonce

    def priority_fee_wei(self) -> int:
        self._reach()
        return self.tip_wei

    def estimate_gas(self, *, sender: Address, to: Address, data: bytes, value_wei: int = 0) -> int:
        self._reach()
        call = _call(self._chain_id, to, data, value_wei)
        try:
            run(self._mined[-1].state.copy(), self._tokens, replace(_UNSIGNED, transaction=call, sender=sender), self._now_s())
        except Reverted as reverted:
            raise WrongState(f"the call would fail on the chain: {reverted}") from None
        return gas_of(data)

    def broadcast(self, raw_transactions: Sequence[bytes]) -> list[Broadcast]:
        return [self._take(raw) for raw in raw_transactions]
