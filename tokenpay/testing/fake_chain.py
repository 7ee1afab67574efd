"""A chain in memory that does what a test tells it: the Chain port, and verbs that script the world.

Nothing happens by itself: blocks come from `mine`, time from their timestamps, hashes from their contents.
"""

from collections.abc import Sequence
from dataclasses import replace

from tokenpay.errors import ChainUnavailable, IntegrityError, NotFound, TokenpayError, WrongState
from tokenpay.ethereum.observed import AuthorizationLog, Block, Holding, Receipt, TokenFacts, TransferLog
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.ports import Broadcast
from tokenpay.primitives.keccak import keccak256
from tokenpay.testing.fake_block import Deposit, Mined, build
from tokenpay.testing.fake_evm import FakeToken, Reverted, State, gas_of, run
from tokenpay.testing.fake_pool import FakePool

OUTSIDER = Address(b"\xee" * 20)


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
        self._pool = FakePool(chain_id)
        self._scripted: list[Deposit] = []
        self._branch = 0
        self._count = 0
        first = Block(
            number=0, hash=keccak256(b"fake"), parent_hash=bytes(32), timestamp_s=start_s, base_fee_wei=base_fee_wei
        )
        self._mined = [Mined(block=first, state=State())]
        self._receipts: dict[bytes, Receipt] = {}
        self._stateless = 0

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
        fee_told: bool = False,
        returns_false: bool = False,
        paused: bool = False,
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
            fee_told=fee_told,
            returns_false=returns_false,
            paused=paused,
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
        scripted = Deposit(
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
        for _ in range(blocks):
            after_s = self._mined[-1].block.timestamp_s + self.block_time_s
            built = build(
                self._mined[-1],
                deposits=self._scripted,
                waiting=list(self._pool.waiting.values()),
                tokens=self._tokens,
                timestamp_s=after_s if timestamp_s is None else timestamp_s,
                base_fee_wei=self.base_fee_wei,
                salt=f"{self._chain_id}/{self._branch}".encode(),
            )
            self._mined.append(built)
            self._receipts |= {receipt.transaction_hash: receipt for receipt in built.receipts}
            self._scripted, timestamp_s = [], None
            for tx in built.transactions:
                self._pool.drop(tx.hash)
        return self._mined[-1].block

    def reorg(self, depth: int, *, keep_transactions: bool = True, keep_deposits: bool = False) -> Block:
        """Replace the last `depth` blocks by as many others and return the head.

        What they carried waits for a block again, or is gone, as asked; what is kept goes into the first new block.
        """
        if not 0 < depth < len(self._mined):
            raise WrongState("there are not so many blocks to replace")
        gone = self._mined[-depth:]
        del self._mined[-depth:]
        for old in gone:
            for receipt in old.receipts:
                del self._receipts[receipt.transaction_hash]
        self._branch += 1
        if keep_transactions:
            self._pool.put_back([tx for old in gone for tx in old.transactions])
        if keep_deposits:
            self._scripted = [deposit for old in gone for deposit in old.deposits] + self._scripted
        return self.mine(depth)

    def drop(self, transaction_hash: bytes) -> None:
        """Forget a transaction that waits, as a node under load does; NotFound when it does not wait."""
        if not self._pool.drop(transaction_hash):
            raise NotFound("no such transaction waits")

    def forget_states(self, keep: int) -> None:
        """Forget who held what before the last `keep` blocks: a long history is as light as a short one."""
        first = max(self._stateless, len(self._mined) - keep)
        for number in range(self._stateless, first):
            self._mined[number] = replace(self._mined[number], state=State())
        self._stateless = first

    def mined(self, number: int) -> Mined:
        """Return a block with all it did and the state after it, whatever the node says; 0 is the first."""
        return self._mined[number]

    @property
    def height(self) -> int:
        """The number of the newest block, whatever the node says."""
        return len(self._mined) - 1

    @property
    def waiting(self) -> list[bytes]:
        """The hashes of transactions that wait for a block."""
        return [tx.hash for tx in self._pool.waiting.values()]

    # The port

    @property
    def chain_id(self) -> int:
        return self._chain_id

    def verify_chain_id(self) -> None:
        self._reach()

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
        return [self._receipts.get(of) for of in transaction_hashes]

    def holdings(self, holdings: Sequence[Holding], block: int) -> list[int]:
        state = self._state(block)
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

    def transaction_count(self, address: Address, *, block: int | None = None, pending: bool = False) -> int:
        state = self._state(self.height if block is None else block)
        return self._pool.next_nonce(address, state) if pending else state.nonces.get(address, 0)

    def priority_fee_wei(self) -> int:
        self._reach()
        return self.tip_wei

    def estimate_gas(self, calls: Sequence[Call], *, sender: Address) -> list[int | TokenpayError]:
        self._reach()
        return [self._gas(call, sender) for call in calls]

    def _gas(self, call: Call, sender: Address) -> int | TokenpayError:
        top = self._mined[-1]
        now_s = top.block.timestamp_s + self.block_time_s
        to, data, wei = call.to, call.data, call.value_wei
        try:
            run(top.state.copy(), self._tokens, sender=sender, to=to, data=data, value_wei=wei, now_s=now_s)
        except Reverted as reverted:
            return WrongState(f"the call would fail on the chain: {reverted}")
        return gas_of(data)

    def broadcast(self, raw_transactions: Sequence[bytes]) -> list[Broadcast]:
        return [self._take(raw) for raw in raw_transactions]

    # Behind the port

    def _take(self, raw: bytes) -> Broadcast:
        silence = Broadcast(outcome="unknown", reason="the fake node is silent")
        if self.unreachable:
            return silence
        if self.lose_requests:
            self.lose_requests -= 1
            return silence
        said = self._pool.take(raw, self._mined[-1].state, refuse_gaps=self.refuse_gaps)
        if said.reason == "nonce_too_low" and keccak256(raw) in self._receipts:
            said = Broadcast(outcome="accepted", reason="already in the chain")
        if self.lose_answers:
            self.lose_answers -= 1
            return silence
        return said

    def _reach(self) -> None:
        if self.unreachable:
            raise ChainUnavailable("the fake node is unreachable")
        if self.node_chain_id != self._chain_id:
            raise IntegrityError(f"the node serves chain {self.node_chain_id}, not {self._chain_id}")

    def _at(self, number: int) -> Mined:
        self._reach()
        if not 0 <= number < len(self._mined):
            raise ChainUnavailable("the node does not have the block")
        return self._mined[number]

    def _state(self, block: int) -> State:
        mined = self._at(block)
        if block < self._stateless:
            raise ChainUnavailable("the node has forgotten the state after this block")
        return mined.state

    def _standing(self, blocks: Sequence[Block]) -> list[Mined]:
        """Return what is mined under these hashes; ChainUnavailable for a block that no longer stands."""
        found = [self._at(block.number) for block in blocks]
        if any(mined.block.hash != block.hash for mined, block in zip(found, blocks, strict=True)):
            raise ChainUnavailable("the node does not have the block")
        return found
