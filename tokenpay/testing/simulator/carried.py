"""What the simulated chain carried of the bank's: read from its blocks, not from what the books say of them."""

from collections import Counter
from dataclasses import dataclass, field

from tokenpay.money.address import Address
from tokenpay.payments.outgoing import moves_nothing
from tokenpay.testing.fake_chain import FakeChain


@dataclass(frozen=True, slots=True)
class _Block:
    hash: bytes
    transactions: tuple[tuple[bytes, bool, bool], ...]


@dataclass
class Carried:
    """`times` counts the blocks that hold a transaction; `succeeded` are those that did what they say.

    `paying` are those of them that are no no-ops. `touched` are the transactions that came or went with the last look.
    """

    chain: FakeChain
    treasury: Address
    times: Counter[bytes] = field(default_factory=Counter)
    succeeded: set[bytes] = field(default_factory=set)
    paying: set[bytes] = field(default_factory=set)
    touched: dict[bytes, None] = field(default_factory=dict)
    _blocks: list[_Block] = field(default_factory=list)

    def look(self) -> None:
        """Follow the chain to its head, through whatever was replaced since."""
        self.touched = {}
        while self._blocks and (
            len(self._blocks) - 1 > self.chain.height
            or self.chain.mined(len(self._blocks) - 1).block.hash != self._blocks[-1].hash
        ):
            for transaction_hash, *_ in self._blocks.pop().transactions:
                self.times[transaction_hash] -= 1
                self.succeeded.discard(transaction_hash)
                self.paying.discard(transaction_hash)
                self.touched[transaction_hash] = None
        while len(self._blocks) <= self.chain.height:
            mined = self.chain.mined(len(self._blocks))
            ours = tuple(
                (transaction.hash, receipt.succeeded, not moves_nothing(transaction.transaction, self.treasury))
                for transaction, receipt in zip(mined.transactions, mined.receipts, strict=True)
                if transaction.sender == self.treasury
            )
            self._blocks.append(_Block(mined.block.hash, ours))
            for transaction_hash, succeeded, pays in ours:
                self.times[transaction_hash] += 1
                self.touched[transaction_hash] = None
                if succeeded:
                    self.succeeded.add(transaction_hash)
                if succeeded and pays:
                    self.paying.add(transaction_hash)
