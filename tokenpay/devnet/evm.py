"""The embedded chain itself: which transactions it takes, how it mines, what it answers about its past."""

import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from eth.chains.base import Chain
from eth.constants import POST_MERGE_DIFFICULTY, SECPK1_N
from eth.db.atomic import AtomicDB
from eth.exceptions import CanonicalHeadNotFound, HeaderNotFound, TransactionNotFound, VMError
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.transactions import PragueTypedTransaction
from eth.vm.spoof import SpoofTransaction
from eth_keys.datatypes import PrivateKey
from eth_typing import BlockNumber
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException  # type: ignore[import-untyped]

from tokenpay.devnet import DEVNET_CHAIN_ID
from tokenpay.devnet.database import BlockDatabase
from tokenpay.primitives.keccak import keccak256

GAS_LIMIT = 30_000_000
MAX_INITCODE_BYTES = 49_152
REPLACEMENT_PERCENT = 110
FAUCET = PrivateKey(keccak256(b"tokenpay devnet faucet"))  # public on purpose: the coin is worth nothing
FAUCET_WEI = 10**33


class RefusedTransaction(Exception):
    """The chain does not take this transaction; the text is what nodes usually say."""


class EmbeddedChain(Chain):
    chain_id = DEVNET_CHAIN_ID
    vm_configuration = ((BlockNumber(0), PragueVM),)


def open_chain(database: BlockDatabase) -> EmbeddedChain:
    """Return the chain in this database, started from a new first block when there is none."""
    base = AtomicDB(database)
    chain = EmbeddedChain(base)
    try:
        chain.get_canonical_head()
    except CanonicalHeadNotFound:
        rich = {"balance": FAUCET_WEI, "nonce": 0, "code": b"", "storage": {}}
        accounts: Any = {FAUCET.public_key.to_canonical_address(): rich}
        first: Any = {"difficulty": POST_MERGE_DIFFICULTY, "gas_limit": GAS_LIMIT, "timestamp": int(time.time())}
        EmbeddedChain.from_genesis(base, first, accounts)
        database.commit()
    return chain


class EmbeddedNode:
    """A chain, and a pool of transactions that wait for a block. Not thread-safe: one caller at a time.

    The pool lives in memory, as in any node; blocks are on disk before `mine` returns.
    """

    def __init__(self, directory: Path) -> None:
        self._database = BlockDatabase(directory / "chain.sqlite")
        self._chain = open_chain(self._database)
        self._pool: dict[tuple[bytes, int], Any] = {}
        self.block_and_receipts = lru_cache(maxsize=1024)(self._block_and_receipts)

    # What it takes

    def accept(self, raw: bytes) -> bytes:
        """Put a signed EIP-1559 transaction into the pool and return its hash; raises RefusedTransaction."""
        transaction = _decode(raw)
        sender = transaction.sender
        state = self.state_at(self.head())
        nonce, first = transaction.nonce, state.get_nonce(sender)
        standing = self._pool.get((sender, nonce))
        if standing is not None and standing.hash == transaction.hash:
            raise RefusedTransaction("already known")
        if nonce < first:
            raise RefusedTransaction(f"nonce too low: next nonce {first}, tx nonce {nonce}")
        if nonce > self.pending_nonce(sender):
            raise RefusedTransaction(f"nonce too high: next nonce {self.pending_nonce(sender)}, tx nonce {nonce}")
        if standing is not None and not _outbids(transaction, standing):
            raise RefusedTransaction("replacement transaction underpriced")
        waiting = sum(_cost(tx) for (who, at), tx in self._pool.items() if who == sender and at != nonce)
        if state.get_balance(sender) < waiting + _cost(transaction):
            raise RefusedTransaction("insufficient funds for gas * price + value")
        self._pool[(sender, nonce)] = transaction
        transaction_hash: bytes = transaction.hash
        return transaction_hash

    def mine(self, *, empty: bool = True) -> int:
        """Make one block of what waits and fits, put it on disk, and return how many transactions it holds.

        Without `empty` there is no block when nothing fits.
        """
        parent = self.head()
        # Two blocks may share a second, so that many blocks never push the chain's clock ahead of the world's.
        header = self._next_header().copy(timestamp=max(parent.timestamp, int(time.time())))
        try:
            included = self._build(header, empty=empty)
            self._database.commit()
        except BaseException:
            self._database.forget()
            raise
        return included

    def _build(self, header: Any, *, empty: bool) -> int:
        """Run what fits into the block of `header` and make it the head; durable only after a commit."""
        vm: Any = self._chain.get_vm(header)
        included, receipts = [], []
        for key, transaction in list(self._pool.items()):
            if not _fits(transaction, header, vm.state.get_nonce(key[0])):
                continue
            del self._pool[key]
            try:
                receipt, _ = vm.apply_transaction(header, transaction)
            except ValidationError:
                continue
            header = vm.add_receipt_to_header(header, receipt)
            included.append(transaction)
            receipts.append(receipt)
        if included or empty:
            filled = vm.set_block_transactions_and_withdrawals(vm.get_block(), header, included, receipts)
            self._chain.persist_block(vm.finalize_block(filled).block, perform_validation=False)
        return len(included)

    def _next_header(self) -> Any:
        return self._chain.create_header_from_parent(self.head(), gas_limit=GAS_LIMIT)

    def next_base_fee(self) -> int:
        """Return the base fee of the next block, in wei per gas (EIP-1559)."""
        return int(self._next_header().base_fee_per_gas)

    def fund(self, recipient: bytes, wei: int) -> bytes:
        """Put a transfer of `wei` from the faucet into the pool and return its hash; raises RefusedTransaction."""
        sender = FAUCET.public_key.to_canonical_address()
        max_fee = 2 * self.next_base_fee() + 1
        transaction = self._builder().new_unsigned_dynamic_fee_transaction(
            self._chain.chain_id, self.pending_nonce(sender), 1, max_fee, 21_000, recipient, wei, b"", []
        )
        return self.accept(transaction.as_signed_transaction(FAUCET).encode())

    # What it answers

    def head(self) -> Any:
        return self._chain.get_canonical_head()

    def header(self, number: int) -> Any | None:
        """Return the header of block `number`, or None beyond the head."""
        try:
            return self._chain.get_canonical_block_header_by_number(number)  # type: ignore[arg-type]
        except (HeaderNotFound, ValidationError):
            return None

    def header_by_hash(self, block_hash: bytes) -> Any | None:
        try:
            return self._chain.get_block_header_by_hash(block_hash)  # type: ignore[arg-type]
        except (HeaderNotFound, ValidationError):
            return None

    def _block_and_receipts(self, number: int) -> tuple[Any, tuple[Any, ...]]:
        """Return a mined block and its receipts."""
        block = self._chain.get_canonical_block_by_number(number)  # type: ignore[arg-type]
        return block, tuple(block.get_receipts(self._chain.chaindb))

    def place(self, transaction_hash: bytes) -> tuple[int, int] | None:
        """Return (block number, index) of a mined transaction, or None."""
        try:
            return self._chain.chaindb.get_transaction_index(transaction_hash)  # type: ignore[arg-type]
        except TransactionNotFound:
            return None

    def waiting(self, transaction_hash: bytes) -> Any | None:
        """Return a transaction that waits in the pool, or None."""
        return next((tx for tx in self._pool.values() if tx.hash == transaction_hash), None)

    def pool_size(self) -> int:
        return len(self._pool)

    def state_at(self, header: Any) -> Any:
        """Return the state after the block of `header`."""
        return self._chain.get_vm(header).state

    def pending_nonce(self, sender: bytes) -> int:
        nonce: int = self.state_at(self.head()).get_nonce(sender)
        while (sender, nonce) in self._pool:
            nonce += 1
        return nonce

    def call(self, header: Any, *, sender: bytes, to: bytes, data: bytes, wei: int) -> bytes:
        """Run a call on the state after the block of `header`; raises py-evm's VMError when it reverts."""
        return self._chain.get_transaction_result(self._spoofed(header, sender, to, data, wei), header)

    def estimate(self, *, sender: bytes, to: bytes, data: bytes, wei: int) -> int:
        """Return gas with which the call succeeds at the head; raises VMError when none does."""
        return self._chain.estimate_gas(self._spoofed(self.head(), sender, to, data, wei), self.head())

    def _builder(self) -> Any:
        return self._chain.get_vm(self.head()).get_transaction_builder()

    def _spoofed(self, header: Any, sender: bytes, to: bytes, data: bytes, wei: int) -> Any:
        state = self.state_at(header)
        if state.get_balance(sender) < wei:
            raise RefusedTransaction("insufficient funds for transfer")
        plain = self._builder().create_unsigned_transaction(
            nonce=state.get_nonce(sender), gas_price=0, gas=GAS_LIMIT, to=to, value=wei, data=data
        )
        return SpoofTransaction(plain, from_=sender)


def _decode(raw: bytes) -> Any:
    """Return the one EIP-1559 transaction that these bytes are, for this chain, or raise RefusedTransaction."""
    if raw[:1] != b"\x02":
        raise RefusedTransaction("transaction type not supported")
    try:
        transaction: Any = PragueTypedTransaction.decode(raw)
        transaction.validate()
        canonical = transaction.encode() == raw and transaction.s <= SECPK1_N // 2
        transaction.check_signature_validity()
    except (RLPException, ValidationError, ValueError, TypeError) as error:
        raise RefusedTransaction("invalid transaction") from error
    if not canonical:
        raise RefusedTransaction("invalid transaction: not in its one canonical form")
    if transaction.chain_id != DEVNET_CHAIN_ID:
        raise RefusedTransaction(f"invalid chain id: have {transaction.chain_id}, want {DEVNET_CHAIN_ID}")
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise RefusedTransaction("max priority fee per gas higher than max fee per gas")
    if transaction.gas < _intrinsic_gas(transaction):
        raise RefusedTransaction("intrinsic gas too low")
    if transaction.gas > GAS_LIMIT:
        raise RefusedTransaction("exceeds block gas limit")
    if not transaction.to and len(transaction.data) > MAX_INITCODE_BYTES:
        raise RefusedTransaction("max initcode size exceeded")
    return transaction


def _intrinsic_gas(transaction: Any) -> int:
    """Return the least gas a block takes this transaction with, the floor for data (EIP-7623) included."""
    zeros = transaction.data.count(0)
    floor = 21_000 + 10 * (zeros + 4 * (len(transaction.data) - zeros))
    return int(max(transaction.intrinsic_gas, floor))


def _cost(transaction: Any) -> int:
    cost: int = transaction.value + transaction.gas * transaction.max_fee_per_gas
    return cost


def _outbids(transaction: Any, standing: Any) -> bool:
    """Say whether both fees are at least a tenth above those of the transaction with the same nonce."""
    return all(
        100 * getattr(transaction, fee) >= REPLACEMENT_PERCENT * getattr(standing, fee)
        for fee in ("max_fee_per_gas", "max_priority_fee_per_gas")
    )


def _fits(transaction: Any, header: Any, next_nonce: int) -> bool:
    return bool(
        transaction.nonce == next_nonce
        and transaction.max_fee_per_gas >= header.base_fee_per_gas
        and header.gas_used + transaction.gas <= header.gas_limit
    )


__all__ = ["FAUCET", "GAS_LIMIT", "EmbeddedNode", "RefusedTransaction", "VMError"]
