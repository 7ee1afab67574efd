"""The fake chain's waiting transactions, and the rules by which a node takes them."""

from tokenpay.errors import InvalidInput
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import SignedTransaction, decode
from tokenpay.money.address import Address
from tokenpay.ports import Broadcast
from tokenpay.testing.fake_evm import State

REPLACEMENT_PERCENT = 110


class FakePool:
    """Transactions that wait for a block, one for each sender and nonce."""

    def __init__(self, chain_id: int) -> None:
        self._chain_id = chain_id
        self.waiting: dict[tuple[Address, int], SignedTransaction] = {}

    def take(self, raw: bytes, state: State, *, refuse_gaps: bool) -> Broadcast:
        """Judge signed bytes against the state at the head, keep them if they are good, and say so."""
        try:
            tx = decode(raw)
            preflight(tx.transaction)
        except InvalidInput as error:
            return _rejected(f"other: {error.message}")
        nonce, following = tx.transaction.nonce, state.nonces.get(tx.sender, 0)
        standing = self.waiting.get((tx.sender, nonce))
        if tx.transaction.chain_id != self._chain_id:
            return _rejected("other: invalid chain id")
        if standing is not None and standing.hash == tx.hash:
            return Broadcast(outcome="accepted", reason="already known")
        if nonce < following:
            return _rejected("nonce_too_low")
        if refuse_gaps and nonce > self.next_nonce(tx.sender, state):
            return _rejected("other: nonce too high")
        if standing is not None and not _outbids(tx, standing):
            return _rejected("underpriced")
        others = (other for (who, at), other in self.waiting.items() if who == tx.sender and at != nonce)
        if state.holding(None, tx.sender) < _cost_wei(tx) + sum(map(_cost_wei, others)):
            return _rejected("insufficient_funds")
        self.waiting[tx.sender, nonce] = tx
        return Broadcast(outcome="accepted")

    def next_nonce(self, sender: Address, state: State) -> int:
        """Return the first nonce that neither the state nor the pool has used."""
        nonce = state.nonces.get(sender, 0)
        while (sender, nonce) in self.waiting:
            nonce += 1
        return nonce

    def put_back(self, mined: list[SignedTransaction]) -> None:
        """Let transactions of orphaned blocks wait again, before those that came later."""
        self.waiting = {(tx.sender, tx.transaction.nonce): tx for tx in mined} | self.waiting

    def drop(self, transaction_hash: bytes) -> bool:
        """Forget a transaction and say whether it waited."""
        found = next((key for key, tx in self.waiting.items() if tx.hash == transaction_hash), None)
        return found is not None and self.waiting.pop(found) is not None


def _rejected(reason: str) -> Broadcast:
    return Broadcast(outcome="rejected", reason=reason)


def _cost_wei(tx: SignedTransaction) -> int:
    return tx.transaction.value_wei + tx.transaction.gas_limit * tx.transaction.max_fee_wei


def _outbids(tx: SignedTransaction, standing: SignedTransaction) -> bool:
    """Say whether both fees are at least a tenth above those of the transaction with the same nonce."""
    new, old = tx.transaction, standing.transaction
    return (
        100 * new.max_fee_wei >= REPLACEMENT_PERCENT * old.max_fee_wei
        and 100 * new.max_priority_fee_wei >= REPLACEMENT_PERCENT * old.max_priority_fee_wei
    )
