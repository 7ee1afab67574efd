"""Nodes of one fake chain that lie when they are told to, and the lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from tokenpay.adapters.chain.quorum import QuorumChain
from tokenpay.errors import ChainUnavailable, IntegrityError, NotFound, TokenpayError, WrongState
from tokenpay.ethereum.observed import AuthorizationLog, Block, Receipt, TokenFacts, TransferLog
from tokenpay.money.address import Address
from tokenpay.ports import Broadcast
from tokenpay.primitives.keccak import keccak256
from tokenpay.testing import FakeChain

LIAR = Address(b"\x66" * 20)
NODES, QUORUM = 3, 2
Telling = Callable[..., Any]
"""(node, truth, *what was asked): `truth()` asks the chain itself."""


class LyingNode:
    """One of several nodes of a fake chain: it tells the truth, but for what `lie` changes. `down`: it is silent.

    Each node has words of its own for a lie, by its number. The chain is asked by one node at a time.
    """

    def __init__(self, chain: FakeChain, number: int, lock: Lock) -> None:
        self.chain, self.number = chain, number
        self.down = False
        self.lie: dict[str, Telling] = {}
        self._lock = lock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.chain, name)
        return (lambda *given, **named: self._answer(name, found, given, named)) if callable(found) else found

    def _answer(self, name: str, found: Callable[..., Any], given: Sequence[Any], named: dict[str, Any]) -> Any:
        if self.down and name == "broadcast":
            return [Broadcast(outcome="unknown", reason="the node is down") for _ in given[0]]
        if self.down:
            raise ChainUnavailable("the node is down")
        with self._lock:
            if name in self.lie:
                return self.lie[name](self, lambda: found(*given, **named), *given)
            return found(*given, **named)

    def salted(self, raw: bytes) -> bytes:
        return keccak256(raw + bytes([self.number]))


def nodes_of(chain: FakeChain, count: int = NODES) -> list[LyingNode]:
    lock = Lock()
    return [LyingNode(chain, number, lock) for number in range(1, count + 1)]


def quorum_of(nodes: Sequence[Any], quorum: int = QUORUM) -> QuorumChain:
    return QuorumChain(nodes, quorum=quorum, timeout_s=5)


SENDS, NOTHING = frozenset({"sends"}), frozenset[str]()
ALL = frozenset({"deposits", "judged", "sends"})
"""Deposits are not credited, payments in blocks not judged, cleared ones not sent."""


@dataclass(frozen=True, kw_only=True)
class Lie:
    """`tells` by the port's method. `stops` is what comes to a stop where two of three are wrong, one by this lie.

    `alike`: it can be told in one way only, so that two who tell it are a quorum of liars. `heard`: one who tells it is
    found out.
    """

    tells: dict[str, Telling]
    stops: frozenset[str] = ALL
    alike: bool = False
    heard: bool = True


def _block(change: Callable[[LyingNode, Block], Block]) -> dict[str, Telling]:
    return {
        "head": lambda node, truth: change(node, truth()),
        "finalized": lambda node, truth: change(node, truth()),
        "blocks": lambda node, truth, _: [change(node, block) for block in truth()],
    }


def _logs(change: Callable[[LyingNode, TransferLog], TransferLog]) -> dict[str, Telling]:
    return {"transfers": lambda node, truth, *_: [change(node, log) for log in truth()]}


def _receipts(change: Callable[[LyingNode, Receipt], Receipt | None]) -> dict[str, Telling]:
    return {"receipts": lambda node, truth, _: [it and change(node, it) for it in truth()]}


def _far_ahead(node: LyingNode, truth: Callable[[], Block]) -> Block:
    block = truth()
    return replace(block, number=block.number + 1_000 * node.number, hash=node.salted(block.hash))


def _extra_log(node: LyingNode, truth: Callable[[], list[TransferLog]], *_: Any) -> list[TransferLog]:
    logs = truth()
    return [*logs, *(replace(log, log_index=100 + node.number, units=10**9 + node.number) for log in logs)]


def _used(node: LyingNode, truth: Callable[[], Any], blocks: Sequence[Block], contracts: Sequence[Address]) -> Any:
    extra = [
        AuthorizationLog(
            contract=contracts[0],
            authorizer=LIAR,
            nonce=node.salted(b"nonce"),
            block_number=block.number,
            block_hash=block.hash,
            log_index=100,
            transaction_hash=node.salted(b"transaction"),
        )
        for block in blocks
    ]
    return [*truth(), *extra]


def _facts(change: Callable[[LyingNode, TokenFacts], TokenFacts]) -> dict[str, Telling]:
    return {"token_facts": lambda node, truth, _: change(node, truth())}


def _gas(tell: Callable[[LyingNode], int | TokenpayError]) -> dict[str, Telling]:
    return {"estimate_gas": lambda node, truth, *_: [tell(node) for _ in truth()]}


def _raises(error: Exception) -> Telling:
    def raise_(*_: Any) -> Any:
        raise error

    return raise_


def _another_chain(node: LyingNode, *_: Any) -> None:
    raise IntegrityError(f"the node serves chain {node.number}, not {node.chain_id}")


def _says(outcome: Any, reason: str = "", *, sends: bool = False) -> dict[str, Telling]:
    def say(_: LyingNode, truth: Callable[[], Any], raw: Sequence[bytes]) -> list[Broadcast]:
        if sends:
            truth()
        return [Broadcast(outcome=outcome, reason=reason) for _ in raw]

    return {"broadcast": say}


def _other_hashes(node: LyingNode, block: Block) -> Block:
    return replace(block, hash=node.salted(block.hash), parent_hash=node.salted(block.parent_hash))


LIES: dict[str, Lie] = {
    "another hash of a block": Lie(tells=_block(lambda node, it: replace(it, hash=node.salted(it.hash)))),
    "another parent of a block": Lie(tells=_block(lambda node, it: replace(it, parent_hash=node.salted(b"parent")))),
    "a chain of its own": Lie(tells=_block(_other_hashes)),
    "another time of a block": Lie(
        tells=_block(lambda node, it: replace(it, timestamp_s=it.timestamp_s + 10**6 * node.number))
    ),
    "another base fee": Lie(tells=_block(lambda node, it: replace(it, base_fee_wei=10**12 * node.number))),
    "the head is far ahead": Lie(tells={"head": _far_ahead}, stops=NOTHING),
    "head and final block are far ahead": Lie(tells={"head": _far_ahead, "finalized": _far_ahead}, stops=NOTHING),
    "the head is far behind": Lie(
        tells=dict.fromkeys(("head", "finalized"), lambda node, truth: node.chain.blocks([node.number])[0]),
        stops=ALL - SENDS,
    ),
    "what is not final is final": Lie(
        tells={"finalized": lambda node, truth: node.chain.head()}, stops=NOTHING, alike=True, heard=False
    ),
    "the final block has another hash": Lie(
        tells={"finalized": lambda node, truth: replace(truth(), hash=node.salted(b"final"))}, stops=NOTHING
    ),
    "it has no such block": Lie(
        tells={"blocks": _raises(ChainUnavailable("the node does not have the block"))}, heard=False
    ),
    "fewer blocks than were asked for": Lie(tells={"blocks": lambda node, truth, _: truth()[1:]}, alike=True),
    "no logs": Lie(tells={"transfers": lambda *_: []}, alike=True),
    "one log too many": Lie(tells={"transfers": _extra_log}),
    "another amount in a log": Lie(tells=_logs(lambda node, it: replace(it, units=it.units * (1 + node.number)))),
    "another recipient in a log": Lie(
        tells=_logs(lambda node, it: replace(it, recipient=Address(bytes([node.number]) * 20)))
    ),
    "another sender in a log": Lie(
        tells=_logs(lambda node, it: replace(it, sender=Address(bytes([node.number]) * 20)))
    ),
    "another contract in a log": Lie(
        tells=_logs(lambda node, it: replace(it, contract=Address(bytes([node.number]) * 20)))
    ),
    "another block hash in a log": Lie(tells=_logs(lambda node, it: replace(it, block_hash=node.salted(b"block")))),
    "another transaction in a log": Lie(
        tells=_logs(lambda node, it: replace(it, transaction_hash=node.salted(b"transaction")))
    ),
    "another place of a log": Lie(tells=_logs(lambda node, it: replace(it, log_index=it.log_index + node.number))),
    "an authorization was used": Lie(tells={"authorizations": _used}),
    "no receipt": Lie(tells=_receipts(lambda *_: None), alike=True),
    "a receipt of failure": Lie(tells=_receipts(lambda node, it: replace(it, succeeded=False)), alike=True),
    "a receipt of success": Lie(tells=_receipts(lambda node, it: replace(it, succeeded=True)), alike=True),
    "another block in a receipt": Lie(tells=_receipts(lambda node, it: replace(it, block_hash=node.salted(b"block")))),
    "another height in a receipt": Lie(
        tells=_receipts(lambda node, it: replace(it, block_number=it.block_number - node.number))
    ),
    "another fee in a receipt": Lie(tells=_receipts(lambda node, it: replace(it, fee_wei=it.fee_wei + node.number))),
    "more is held": Lie(
        tells={"holdings": lambda node, truth, *_: [it + node.number for it in truth()]}, stops=ALL - {"judged"}
    ),
    "nothing is held": Lie(
        tells={"holdings": lambda node, truth, *_: [0 for _ in truth()]}, stops=ALL - {"judged"}, alike=True
    ),
    "other code": Lie(tells=_facts(lambda node, it: replace(it, code_hash=node.salted(b"code")))),
    "other decimals": Lie(tells=_facts(lambda node, it: replace(it, decimals=it.decimals + node.number))),
    "no token": Lie(tells={"token_facts": _raises(NotFound("there is no contract at this address"))}, alike=True),
    "a nonce too high": Lie(tells={"transaction_count": lambda node, truth, *_: truth() + node.number}, stops=SENDS),
    "a nonce too low": Lie(tells={"transaction_count": lambda *_: 0}, stops=SENDS, alike=True),
    "an absurd tip": Lie(tells={"priority_fee_wei": lambda node, _: 10**18 * node.number}, stops=NOTHING, heard=False),
    "no tip": Lie(tells={"priority_fee_wei": lambda *_: 0}, stops=NOTHING, heard=False),
    "absurd gas": Lie(tells=_gas(lambda node: 10**9 * node.number**4), stops=SENDS),
    "too little gas": Lie(tells=_gas(lambda node: 4**node.number), stops=SENDS),
    "the call would fail": Lie(
        tells=_gas(lambda _: WrongState("it would fail")),
        stops=SENDS,
        alike=True,
    ),
    "taken and swallowed": Lie(tells=_says("accepted"), stops=NOTHING, heard=False),
    "already known, never seen": Lie(tells=_says("accepted", "already known"), stops=NOTHING, heard=False),
    "taken and called rejected": Lie(tells=_says("rejected", "insufficient_funds", sends=True), stops=NOTHING),
    "rejected as underpriced": Lie(tells=_says("rejected", "underpriced"), stops=NOTHING),
    "rejected as used": Lie(tells=_says("rejected", "nonce_too_low"), stops=NOTHING),
    "taken and not answered": Lie(tells=_says("unknown", "silence", sends=True), stops=NOTHING),
    "it serves another chain": Lie(tells={"verify_chain_id": _another_chain}),
}
