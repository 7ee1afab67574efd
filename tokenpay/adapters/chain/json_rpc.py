"""The Chain port on any node that speaks Ethereum's JSON-RPC."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from tokenpay.adapters.chain import answers
from tokenpay.adapters.chain.refusals import NO_WORD, outcome
from tokenpay.adapters.chain.rpc import MAX_BATCH, Call as RpcCall, JsonRpc, RpcFailure, result
from tokenpay.adapters.chain.token import read_token
from tokenpay.errors import ChainUnavailable, IntegrityError, TokenpayError, WrongState
from tokenpay.ethereum import erc20
from tokenpay.ethereum.observed import AuthorizationLog, Block, Holding, Receipt, TokenFacts, TransferLog
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.ports import Broadcast
from tokenpay.primitives.keccak import keccak256


@dataclass(frozen=True, slots=True)
class Confirmations:
    """Final is what `blocks` blocks stand above. For chains whose nodes know no finality of their own."""

    blocks: int


@dataclass(frozen=True, slots=True)
class FinalizedTag:
    """Final is what the node's `finalized` tag names: proof of stake's own finality."""


Finality: TypeAlias = Confirmations | FinalizedTag


class _Log(Protocol):
    @property
    def block_number(self) -> int: ...
    @property
    def log_index(self) -> int: ...


LogT = TypeVar("LogT", bound=_Log)


class JsonRpcChain:
    """One EVM chain through the node at `url`. Safe to use from several threads.

    `timeout_s` bounds each HTTP exchange; nothing is retried here. See `ports.Chain` for the methods.
    """

    def __init__(self, url: str, chain_id: int, *, finality: Finality, timeout_s: float = 10.0) -> None:
        self._node = JsonRpc(url, timeout_s=timeout_s)
        self._node_is_right = False
        self._chain_id = chain_id
        self._finality = finality

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def _rpc(self) -> JsonRpc:
        """The node, once it has said that it serves this chain: what another chain says must never be believed."""
        if not self._node_is_right:
            self.verify_chain_id()
        return self._node

    def verify_chain_id(self) -> None:
        answered = answers.quantity(self._node.call("eth_chainId"))
        if answered != self._chain_id:
            self._node_is_right = False
            raise IntegrityError(
                f"the node serves chain {answered}, not {self._chain_id}", expected=self._chain_id, answered=answered
            )
        self._node_is_right = True

    def head(self) -> Block:
        return self._tagged("latest")

    def finalized(self) -> Block:
        if isinstance(self._finality, FinalizedTag):
            return self._tagged("finalized")
        return self.blocks([max(0, self.head().number - self._finality.blocks)])[0]

    def _tagged(self, tag: str) -> Block:
        return answers.block(self._rpc.call("eth_getBlockByNumber", tag, False))

    def blocks(self, numbers: Sequence[int]) -> list[Block]:
        asked = self._rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        found = [answers.block(result(answer)) for answer in asked]
        if [block.number for block in found] != list(numbers):
            raise IntegrityError("the node answered with another block than was asked for")
        return found

    def transfers(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[TransferLog]:
        return self._logs(blocks, contracts, erc20.TRANSFER_TOPIC, answers.transfer_log)

    def authorizations(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[AuthorizationLog]:
        return self._logs(blocks, contracts, erc20.AUTHORIZATION_USED_TOPIC, answers.authorization_log)

    def _logs(
        self,
        blocks: Sequence[Block],
        contracts: Sequence[Address],
        event: bytes,
        read: Callable[[Any, Block, frozenset[bytes]], LogT],
    ) -> list[LogT]:
        """Ask each block's logs by its hash, together with the block: a node that lags says so by not having it."""
        if not contracts:
            return []
        calls: list[RpcCall] = []
        for block in blocks:
            query = {"blockHash": _hex(block.hash), "address": [c.text for c in contracts], "topics": [_hex(event)]}
            calls += [("eth_getBlockByHash", [_hex(block.hash), False]), ("eth_getLogs", [query])]
        replies = self._rpc.batch(calls)
        pinned = frozenset(contract.raw for contract in contracts)
        found: dict[tuple[int, int], LogT] = {}
        for block, stands, logs in zip(blocks, replies[::2], replies[1::2], strict=True):
            if answers.block(result(stands)).hash != block.hash:
                raise IntegrityError("the node answered with another block than was asked for")
            if not isinstance(result(logs), list):
                raise ChainUnavailable("the node's answer is not a list of logs")
            for log in (read(answer, block, pinned) for answer in logs):
                if found.setdefault((log.block_number, log.log_index), log) != log:
                    raise IntegrityError("the node answered with two logs of one index", block=block.number)
        return [found[place] for place in sorted(found)]

    def receipts(self, transaction_hashes: Sequence[bytes]) -> list[Receipt | None]:
        asked = self._rpc.batch([("eth_getTransactionReceipt", [_hex(of)]) for of in transaction_hashes])
        return [answers.receipt(result(answer), of) for answer, of in zip(asked, transaction_hashes, strict=True)]

    def holdings(self, holdings: Sequence[Holding], block: int) -> list[int]:
        asked = self._rpc.batch([_holding_call(holding, hex(block)) for holding in holdings])
        return [_held(holding, answer) for holding, answer in zip(holdings, asked, strict=True)]

    def token_facts(self, contract: Address) -> TokenFacts:
        return read_token(self._rpc, contract, hex(self.head().number))

    def transaction_count(self, address: Address, *, block: int | None = None, pending: bool = False) -> int:
        tag = "pending" if pending else "latest" if block is None else hex(block)
        return answers.quantity(self._rpc.call("eth_getTransactionCount", address.text, tag), bits=64)

    def priority_fee_wei(self) -> int:
        return answers.quantity(self._rpc.call("eth_maxPriorityFeePerGas"))

    def estimate_gas(self, calls: Sequence[Call], *, sender: Address) -> list[int | TokenpayError]:
        asked = self._rpc.batch([("eth_estimateGas", [_call_object(call, sender), "latest"]) for call in calls])
        return [_gas(answer) for answer in asked]

    def broadcast(self, raw_transactions: Sequence[bytes]) -> list[Broadcast]:
        said: list[Broadcast] = []
        for start in range(0, len(raw_transactions), MAX_BATCH):
            some = raw_transactions[start : start + MAX_BATCH]
            try:
                replies = self._rpc.batch([("eth_sendRawTransaction", [_hex(raw)]) for raw in some])
            except ChainUnavailable as silence:
                # What follows is not sent: it would arrive before what is missing.
                return said + [Broadcast(outcome="unknown", reason=silence.message)] * (len(raw_transactions) - start)
            said += self._told(some, replies)
        return said

    def _told(self, raw_transactions: Sequence[bytes], replies: Sequence[Any]) -> list[Broadcast]:
        """Return what the replies mean. A nonce that the same bytes have used already means accepted, not too low."""
        hashes = [keccak256(raw) for raw in raw_transactions]
        said = [outcome(reply, of) for reply, of in zip(replies, hashes, strict=True)]
        late = [at for at, word in enumerate(said) if word.reason == "nonce_too_low"]
        try:
            found = self._rpc.batch([("eth_getTransactionByHash", [_hex(hashes[at])]) for at in late])
            for at, answer in zip(late, found, strict=True):
                if result(answer) is not None and answers.data(answers.field(answer, "hash"), 32) == hashes[at]:
                    said[at] = Broadcast(outcome="accepted", reason="already in the chain")
        except ChainUnavailable as silence:
            for at in late:
                said[at] = Broadcast(outcome="unknown", reason=silence.message)
        return said


def _call_object(call: Call, sender: Address) -> dict[str, str]:
    return {"from": sender.text, "to": call.to.text, "data": _hex(call.data), "value": hex(call.value_wei)}


def _gas(answer: Any) -> int | TokenpayError:
    if isinstance(answer, RpcFailure) and answer.code not in NO_WORD:
        return WrongState(f"the call would fail on the chain: {answer.safe}")
    try:
        return answers.quantity(result(answer), bits=64)
    except TokenpayError as error:
        return error


def _holding_call(holding: Holding, block: str) -> RpcCall:
    if holding.contract is None:
        return "eth_getBalance", [holding.address.text, block]
    return "eth_call", [{"to": holding.contract.text, "data": _hex(erc20.balance_of(holding.address))}, block]


def _held(holding: Holding, answer: Any) -> int:
    if holding.contract is None:
        return answers.quantity(result(answer))
    told = b"" if isinstance(answer, RpcFailure) and answer.reverted else answers.data(result(answer))
    if len(told) != 32:
        raise WrongState("a token does not tell what an address holds", contract=holding.contract.text)
    return int.from_bytes(told, "big")


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
