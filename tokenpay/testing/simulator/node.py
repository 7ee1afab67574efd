"""The node between the bank and the simulated chain: it may lag, lie or break a link, and is asked through the port."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from tokenpay.errors import ChainUnavailable, IntegrityError, TokenpayError
from tokenpay.ethereum.observed import AuthorizationLog, Block, Holding, Receipt, TokenFacts, TransferLog
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.ports import Broadcast
from tokenpay.testing.fake_chain import FakeChain


class Lie(StrEnum):
    """What one node can say against the truth so that the bank can tell, or is not harmed."""

    OTHER_CHAIN = "other_chain"
    BROKEN_LINKS = "broken_links"
    NO_RECEIPTS = "no_receipts"
    FALSE_REJECTION = "false_rejection"
    FALSE_ACCEPTANCE = "false_acceptance"


class Node:
    """The Chain port over a FakeChain. Set the attributes at any time.

    `lag` is by how many blocks its head is behind. `lie` is what it lies about; `lies` counts the lies it told.
    """

    def __init__(self, chain: FakeChain) -> None:
        self._chain = chain
        self.lag = 0
        self.lie: Lie | None = None
        self.lies = 0

    @property
    def chain_id(self) -> int:
        return self._chain.chain_id

    def verify_chain_id(self) -> None:
        self._chain.verify_chain_id()
        if self._lies(Lie.OTHER_CHAIN):
            raise IntegrityError("the node serves another chain")

    def head(self) -> Block:
        if not self.lag:
            return self._chain.head()
        return self._chain.blocks([self._top])[0]

    def finalized(self) -> Block:
        return self._chain.blocks([max(0, self._top - self._chain.confirmations)])[0]

    def blocks(self, numbers: Sequence[int]) -> list[Block]:
        self._check(numbers)
        blocks = self._chain.blocks(numbers)
        if len(blocks) > 1 and self._lies(Lie.BROKEN_LINKS):
            return [replace(block, parent_hash=bytes(32)) for block in blocks]
        return blocks

    def transfers(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[TransferLog]:
        self._check([block.number for block in blocks])
        return self._chain.transfers(blocks, contracts)

    def authorizations(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[AuthorizationLog]:
        self._check([block.number for block in blocks])
        return self._chain.authorizations(blocks, contracts)

    def receipts(self, transaction_hashes: Sequence[bytes]) -> list[Receipt | None]:
        found = self._chain.receipts(transaction_hashes)
        if any(found) and self._lies(Lie.NO_RECEIPTS):
            return [None for _ in found]
        return [None if receipt is None or receipt.block_number > self._top else receipt for receipt in found]

    def holdings(self, holdings: Sequence[Holding], block: int) -> list[int]:
        self._check([block])
        return self._chain.holdings(holdings, block)

    def token_facts(self, contract: Address) -> TokenFacts:
        return self._chain.token_facts(contract)

    def transaction_count(self, address: Address, *, block: int | None = None, pending: bool = False) -> int:
        if block is not None:
            self._check([block])
        if not self.lag or pending or block is not None:
            return self._chain.transaction_count(address, block=block, pending=pending)
        self._chain.head()
        return self._chain.mined(self._top).state.nonces.get(address, 0)

    def priority_fee_wei(self) -> int:
        return self._chain.priority_fee_wei()

    def estimate_gas(self, calls: Sequence[Call], *, sender: Address) -> list[int | TokenpayError]:
        return self._chain.estimate_gas(calls, sender=sender)

    def broadcast(self, raw_transactions: Sequence[bytes]) -> list[Broadcast]:
        if self._lies(Lie.FALSE_ACCEPTANCE):
            return [Broadcast(outcome="accepted") for _ in raw_transactions]
        said = self._chain.broadcast(raw_transactions)
        if self._lies(Lie.FALSE_REJECTION):
            return [Broadcast(outcome="rejected", reason="other: the node would not say why") for _ in said]
        return said

    @property
    def _top(self) -> int:
        return max(0, self._chain.height - self.lag)

    def _check(self, numbers: Sequence[int]) -> None:
        if self.lag and any(number > self._top for number in numbers):
            raise ChainUnavailable("the node does not have the block")

    def _lies(self, lie: Lie) -> bool:
        if self.lie is not lie:
            return False
        self.lies += 1
        return True
