"""Several nodes as one chain: what counts as said, who is waited for, and what is told of each node."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.lying_node import LyingNode, nodes_of, quorum_of
from tokenpay.adapters.chain import panel
from tokenpay.adapters.chain.quorum import QuorumChain
from tokenpay.errors import ChainUnavailable, IntegrityError, InvalidInput, NoQuorum, NotFound, WrongState, answered
from tokenpay.ethereum.observed import Holding
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.ports import Broadcast, ManyNodes
from tokenpay.testing import FakeChain

TOKEN, SOMEBODY = Address(b"\x70" * 20), Address(b"\x71" * 20)


def gas(chain: QuorumChain) -> int:
    return answered(chain.estimate_gas([Call(to=TOKEN)], sender=SOMEBODY)[0])


@pytest.fixture
def nodes() -> list[LyingNode]:
    chain = FakeChain()
    chain.add_token(TOKEN)
    chain.deposit(TOKEN, SOMEBODY, 5)
    chain.mine(20)
    return nodes_of(chain)


@pytest.fixture
def chain(nodes: list[LyingNode]) -> Iterator[QuorumChain]:
    chain = quorum_of(nodes)
    yield chain
    chain.close()


def tell(node: LyingNode, **answers: Any) -> None:
    """Let a node answer so, or raise so."""

    def told(answer: Any) -> Callable[..., Any]:
        def tell(*_: Any) -> Any:
            if isinstance(answer, BaseException):
                raise answer
            return answer(node) if callable(answer) else answer

        return tell

    node.lie = {name: told(answer) for name, answer in answers.items()}


@pytest.mark.parametrize(("count", "quorum"), [(1, 0), (2, 1), (3, 1), (3, 4), (4, 2), (5, 2), (0, 0), (0, 1)])
def test_a_quorum_is_a_strict_majority(count: int, quorum: int) -> None:
    with pytest.raises(InvalidInput):
        quorum_of(nodes_of(FakeChain(), count), quorum)


def test_nodes_of_two_chains_are_no_quorum() -> None:
    with pytest.raises(InvalidInput):
        quorum_of([FakeChain(1), FakeChain(2)])


def at(number: int, branch: str = "") -> Callable[[LyingNode], Any]:
    """Whose head is here, on a fork of its own after block 15 (`early`: 5) where one is named."""
    return lambda node: on(node, number, branch)


def on(node: LyingNode, number: int, branch: str) -> Any:
    block = node.chain.blocks([min(number, 20)])[0]
    if not branch or number <= (5 if branch == "early" else 15):
        return replace(block, number=number)
    return replace(block, number=number, hash=f"{branch}{number}".encode().rjust(32))


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ([(20, ""), (20, ""), (20, "")], 20),
        ([(20, ""), (19, ""), (19, "")], 19),
        ([(20, ""), (19, ""), (18, "")], 19),
        ([(20, ""), (20, ""), (3, "")], 20),
        ([(20, ""), (20, ""), (9_000, "x")], 20),
        ([(20, ""), (3, ""), (9_000, "x")], 15),
        ([(20, ""), (3, ""), (9_000, "early")], 3),
        ([(20, ""), (20, "x"), (20, "x")], 20),
        ([(20, ""), (20, "x"), (20, "y")], 15),
        ([(20, ""), (20, "x"), (18, "")], 18),
        ([(20, ""), (20, "x"), (17, "y")], 15),
        ([(0, ""), (20, "x"), (20, "y")], 15),
        ([(0, ""), (20, ""), (20, "y")], 15),
        ([(0, ""), (0, ""), (20, "")], 0),
        ([(20, ""), (20, "x"), None], 15),
        ([(20, ""), (18, ""), None], 18),
        ([(20, ""), None, None], None),
        ([(30, "x"), (30, "y"), None], None),
    ],
)
def test_the_head_is_the_highest_block_that_a_quorum_has(
    chain: QuorumChain, nodes: list[LyingNode], heads: list[tuple[int, str] | None], expected: int | None
) -> None:
    for node, place in zip(nodes, heads, strict=True):
        if place is None:
            node.down = True
            continue
        number, branch = place
        tell(node, head=at(number, branch), finalized=at(number, branch))

        def blocks(
            asking: LyingNode, _: Any, numbers: Sequence[int], top: int = number, branch: str = branch
        ) -> list[Any]:
            if max(numbers) > top:
                raise ChainUnavailable("the node does not have the block")
            return [on(asking, number, branch) for number in numbers]

        node.lie["blocks"] = blocks
    for asked in (chain.head, chain.finalized):
        if expected is None:
            with pytest.raises(NoQuorum):
                asked()
        else:
            assert asked().number == expected


def test_lag_is_told_by_how_many_blocks(chain: QuorumChain, nodes: list[LyingNode]) -> None:
    assert isinstance(chain, ManyNodes)
    tell(nodes[2], head=at(18))
    chain.head()
    assert chain.troubles() == ()
    tell(nodes[2], head=at(17))
    chain.head()
    assert chain.troubles() == ("node 3 is 3 blocks behind the others",)
    tell(nodes[2])
    chain.head()
    assert chain.troubles() == ()


def test_a_contradiction_is_told_for_a_while_and_silence_until_it_ends(
    chain: QuorumChain, nodes: list[LyingNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(nodes[0], transaction_count=7)
    nodes[1].down = True
    with pytest.raises(NoQuorum) as caught:
        chain.transaction_count(SOMEBODY)
    assert caught.value.message == (
        "fewer than 2 of 3 nodes agree on a nonce; node 1 against node 3; node 2 gives no answer: the node is down"
    )
    assert chain.troubles() == ("node 2 gives no answer: the node is down",)
    nodes[1].down = False
    assert chain.transaction_count(SOMEBODY) == 0
    assert chain.troubles() == ("node 1 contradicts the others on a nonce",)
    monkeypatch.setattr("tokenpay.adapters.chain.node_health.KEPT_S", 0)
    assert chain.troubles() == ()


def test_what_a_quorum_raises_is_raised(chain: QuorumChain, nodes: list[LyingNode]) -> None:
    wrong = IntegrityError("a pinned contract wrote a Transfer that is not one of ERC-20")
    for node in nodes[:2]:
        tell(node, transfers=wrong, token_facts=NotFound("gone"), estimate_gas=[WrongState(f"words {node.number}")])
    for error, asked in (
        (IntegrityError, lambda: chain.transfers([], [TOKEN])),
        (NotFound, lambda: chain.token_facts(TOKEN)),
        (WrongState, lambda: gas(chain)),
    ):
        with pytest.raises(error):
            asked()
    tell(nodes[0], transfers=IntegrityError("another lie"))
    with pytest.raises(NoQuorum):
        chain.transfers([], [TOKEN])


def test_a_fault_of_our_own_is_no_silence(chain: QuorumChain, nodes: list[LyingNode]) -> None:
    tell(nodes[1], head=ZeroDivisionError("a fault"))
    with pytest.raises(ZeroDivisionError):
        chain.head()


def test_each_receipt_has_a_quorum_of_its_own(chain: QuorumChain, nodes: list[LyingNode]) -> None:
    for node, answer in zip(nodes, (["a", "b", None], ["a", "x", "c"], ["y", "b", None]), strict=True):
        tell(node, receipts=answer)
    assert chain.receipts([b"1", b"2", b"3"]) == ["a", "b", None]
    tell(nodes[2], receipts=["y", "z", None])
    with pytest.raises(NoQuorum, match="node 1 against node 2 against node 3"):
        chain.receipts([b"1", b"2", b"3"])
    assert chain.receipts([]) == []


@pytest.mark.parametrize(
    ("tips", "expected"),
    [
        ((1, 2, 3), 2),
        ((1, 2, 10**30), 2),
        ((0, 2, 3), 2),
        ((2, 3, None), 2),
        ((0, 10**30, None), 0),
        ((1, None, None), None),
    ],
)
def test_the_tip_is_the_lower_median(
    chain: QuorumChain, nodes: list[LyingNode], tips: tuple[int | None, ...], expected: int | None
) -> None:
    for node, tip in zip(nodes, tips, strict=True):
        tell(node, priority_fee_wei=ChainUnavailable("down") if tip is None else tip)
    if expected is None:
        with pytest.raises(NoQuorum):
            chain.priority_fee_wei()
    else:
        assert chain.priority_fee_wei() == expected


@pytest.mark.parametrize(
    ("estimates", "expected"),
    [
        ((50, 51, 52), 51),
        ((50, 51, 10**9), 51),
        ((1, 50, 51), 50),
        ((50, 99, None), 99),
        ((50, 101, None), None),
        ((1, 50, 10**9), None),
        ((50, "reverts", 51), 51),
        ((50, "reverts", None), None),
        ((50, None, None), None),
    ],
)
def test_gas_is_the_upper_median_near_which_a_quorum_is(
    chain: QuorumChain, nodes: list[LyingNode], estimates: tuple[Any, ...], expected: int | None
) -> None:
    for node, told in zip(nodes, estimates, strict=True):
        errors: dict[Any, Any] = {None: ChainUnavailable("down"), "reverts": [WrongState("it would fail")]}
        tell(node, estimate_gas=errors.get(told, [told]))
    if expected is None:
        with pytest.raises(NoQuorum):
            gas(chain)
    else:
        assert gas(chain) == expected


TAKEN, KNOWN = ("accepted", ""), ("accepted", "already known")
USED, POOR, SILENT = ("rejected", "nonce_too_low"), ("rejected", "insufficient_funds"), ("unknown", "silence")
ODD, ODDER = ("rejected", "other: a"), ("rejected", "other: b")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((TAKEN, TAKEN, TAKEN), TAKEN),
        ((USED, TAKEN, POOR), TAKEN),
        ((SILENT, None, KNOWN), KNOWN),
        ((POOR, POOR, KNOWN), KNOWN),
        ((USED, USED, SILENT), USED),
        ((USED, POOR, POOR), POOR),
        ((ODD, ODDER, None), ODD),
        ((USED, POOR, SILENT), ("unknown", "node 1: nonce_too_low; node 2: insufficient_funds; node 3: silence")),
        ((USED, None, None), ("unknown", "node 1: nonce_too_low")),
        ((None, None, None), ("unknown", "no node gave an answer")),
    ],
)
def test_what_the_words_on_a_transaction_come_to(
    chain: QuorumChain, nodes: list[LyingNode], words: tuple[Any, ...], expected: tuple[Any, str]
) -> None:
    for node, word in zip(nodes, words, strict=True):
        said = ChainUnavailable("down") if word is None else [Broadcast(outcome=word[0], reason=word[1])]
        tell(node, broadcast=said)
    outcome, reason = expected
    assert chain.broadcast([b"raw"]) == [Broadcast(outcome=outcome, reason=reason)]
    assert chain.broadcast([]) == []


def test_words_for_fewer_transactions_than_were_sent_say_nothing(chain: QuorumChain, nodes: list[LyingNode]) -> None:
    for node in nodes:
        tell(node, broadcast=[Broadcast(outcome="accepted")])
    assert [word.outcome for word in chain.broadcast([b"1", b"2"])] == ["unknown", "unknown"]


# Time


class Hanging:
    """A node that answers when it is let go."""

    def __init__(self, node: LyingNode) -> None:
        self.asked, self.gate = 0, threading.Event()
        node.lie = dict.fromkeys(("head", "transaction_count", "verify_chain_id"), self._hang)

    def _hang(self, node: LyingNode, truth: Callable[[], Any], *_: Any) -> Any:
        self.asked += 1
        self.gate.wait(10)
        return truth()


@pytest.fixture
def apart() -> list[LyingNode]:
    """Nodes that do not wait for each other."""
    return [LyingNode(FakeChain(), number, threading.Lock()) for number in (1, 2, 3)]


def took_s(call: Callable[[], Any]) -> float:
    began_s = time.monotonic()
    call()
    return time.monotonic() - began_s


def test_a_node_that_hangs_is_waited_for_once(apart: list[LyingNode], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "GRACE_S", 0.2)
    hanging = Hanging(apart[2])
    chain = QuorumChain(apart, quorum=2, timeout_s=0.2)
    assert 0.15 < took_s(chain.head) < 2
    assert took_s(lambda: [chain.head() for _ in range(20)]) < 2
    assert hanging.asked == 1
    assert chain.troubles()[0].startswith("node 3 gives no answer")
    hanging.gate.set()
    deadline_s = time.monotonic() + 10
    while chain.troubles() and time.monotonic() < deadline_s:
        time.sleep(0.01)
        chain.head()
    assert chain.troubles() == ()
    chain.close()


def test_two_that_hang_are_no_answer_in_time(apart: list[LyingNode]) -> None:
    hanging = [Hanging(apart[1]), Hanging(apart[2])]
    chain = QuorumChain(apart, quorum=2, timeout_s=0.1)
    for _ in range(10):
        with pytest.raises(NoQuorum, match=r"node 2 gives no answer: .*; node 3 gives no answer: "):
            chain.head()
    assert [node.asked for node in hanging] == [1, 1]
    for node in hanging:
        node.gate.set()
    chain.close()


def test_one_thread_a_node_and_none_after_the_end(apart: list[LyingNode]) -> None:
    before = set(threading.enumerate())
    chain = QuorumChain(apart, quorum=2)
    assert set(threading.enumerate()) == before
    asking = [threading.Thread(target=lambda: [chain.head() for _ in range(50)]) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    made = set(threading.enumerate()) - before
    assert len(made) == 3
    chain.close()
    for thread in made:
        thread.join(10)
        assert not thread.is_alive()


def test_a_quorum_that_is_forgotten_ends_its_threads(apart: list[LyingNode]) -> None:
    before = set(threading.enumerate())
    chain = QuorumChain(apart, quorum=2)
    chain.holdings([Holding(address=SOMEBODY, contract=None)], 0)
    made = set(threading.enumerate()) - before
    del chain
    for thread in made:
        thread.join(10)
        assert not thread.is_alive()


def test_nodes_that_are_away_are_no_calls_own_trouble(chain: QuorumChain, nodes: list[LyingNode]) -> None:
    """Each call has a quorum of its own; where too few nodes answer at all, that is raised."""
    calls = [Call(to=TOKEN), Call(to=SOMEBODY)]
    for node, told in zip(nodes, ([50, WrongState("a")], [51, 70], [52, WrongState("b")]), strict=True):
        tell(node, estimate_gas=told)
    first, second = chain.estimate_gas(calls, sender=SOMEBODY)
    assert (first, type(second)) == (51, WrongState)
    nodes[0].down = nodes[1].down = True
    with pytest.raises(NoQuorum):
        chain.estimate_gas(calls, sender=SOMEBODY)
