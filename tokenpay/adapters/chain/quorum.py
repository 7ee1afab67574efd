"""The Chain port over several nodes: what fewer than a quorum of them say is not so."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias, TypeVar

from tokenpay.adapters.chain.node_health import NodeHealth
from tokenpay.adapters.chain.panel import Panel, Told
from tokenpay.adapters.chain.rpc import MAX_BATCH
from tokenpay.errors import IntegrityError, InvalidInput, NoQuorum, NotFound, TokenpayError, WrongState
from tokenpay.ethereum.observed import AuthorizationLog, Block, Holding, Receipt, TokenFacts, TransferLog
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.ports import Broadcast, Chain

USUAL_LAG_BLOCKS = 2
"""Nodes that are well differ by a block or two for a moment."""
MOST_FORKED_BLOCKS = 8
"""How far below its head a quorum is looked for where nodes are on different forks."""
T = TypeVar("T")
Answers: TypeAlias = Sequence[Told[T]]


class QuorumChain:
    """One EVM chain through several nodes, of which `quorum` must give the same answer. Thread-safe.

    `timeout_s` is for one exchange with one node, of which a question takes a few. See `ports.Chain` for the methods.
    Raises NoQuorum where fewer give the same answer: they are down, behind, or contradict each other. What a quorum of
    them raises is raised. The quorum is never lowered.
    """

    def __init__(self, nodes: Sequence[Chain], *, quorum: int, timeout_s: float = 10.0) -> None:
        """Take the nodes; raises InvalidInput unless they are of one chain and the quorum is a strict majority."""
        if len({node.chain_id for node in nodes}) != 1 or not len(nodes) < 2 * quorum <= 2 * len(nodes):
            raise InvalidInput("a quorum is more than half of the nodes of one chain")
        self._chain_id = nodes[0].chain_id
        self._quorum = quorum
        self._timeout_s = timeout_s
        self._panel = Panel(nodes)
        self._health = NodeHealth()

    def close(self) -> None:
        """End the threads that ask the nodes."""
        self._panel.close()

    @property
    def chain_id(self) -> int:
        return self._chain_id

    def troubles(self) -> tuple[str, ...]:
        return self._health.troubles()

    def verify_chain_id(self) -> None:
        self._same("the chain id", _verified)

    def head(self) -> Block:
        head, tips = self._newest("the head", lambda node: node.head())
        for tip in tips:
            apart = tip.answer.number - head.number if tip.answer is not None else 0
            self._health.stands_at(tip.node, apart if abs(apart) > USUAL_LAG_BLOCKS else 0)
        return head

    def finalized(self) -> Block:
        return self._newest("the final block", lambda node: node.finalized())[0]

    def blocks(self, numbers: Sequence[int]) -> list[Block]:
        return self._each("blocks", lambda node: node.blocks(numbers), len(numbers))

    def transfers(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[TransferLog]:
        return self._same("transfers", lambda node: node.transfers(blocks, contracts), 2 * len(blocks))

    def authorizations(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[AuthorizationLog]:
        return self._same("authorizations", lambda node: node.authorizations(blocks, contracts), 2 * len(blocks))

    def receipts(self, transaction_hashes: Sequence[bytes]) -> list[Receipt | None]:
        return self._each("receipts", lambda node: node.receipts(transaction_hashes), len(transaction_hashes))

    def holdings(self, holdings: Sequence[Holding], block: int) -> list[int]:
        return self._each("holdings", lambda node: node.holdings(holdings, block), len(holdings))

    def token_facts(self, contract: Address) -> TokenFacts:
        return self._same("a token's code and facts", lambda node: node.token_facts(contract))

    def transaction_count(self, address: Address, *, block: int | None = None, pending: bool = False) -> int:
        return self._same("a nonce", lambda node: node.transaction_count(address, block=block, pending=pending))

    def priority_fee_wei(self) -> int:
        """Return the lower median: never more than what some node that is right suggests."""
        told = self._ask(lambda node: node.priority_fee_wei(), self._suffices)
        tips = _numbers(told)
        if len(tips) < self._quorum:
            self._raise_same("the tip", told)
        return tips[(len(tips) - 1) // 2]

    def estimate_gas(self, calls: Sequence[Call], *, sender: Address) -> list[int | TokenpayError]:
        """Return the upper medians, where a quorum of the nodes is within a factor of two of it."""
        size = len(calls)
        if not size:
            return []

        def enough(told: Answers[list[int | TokenpayError]]) -> bool:
            columns = _columns(told, size)
            return all(self._suffices(it) or len(_most(it)) >= self._quorum for it in columns)

        told = self._ask(lambda node: node.estimate_gas(calls, sender=sender), enough, size)
        if sum(it.answer is not None for it in told) < self._quorum:
            self._raise_same("the gas of calls", told)
        return [self._gas(column) for column in _columns(told, size)]

    def _gas(self, told: Answers[Any]) -> int | TokenpayError:
        try:
            return self._upper_median(told)
        except TokenpayError as error:
            return error

    def _upper_median(self, told: Answers[int]) -> int:
        estimates = _numbers(told)
        if len(estimates) < self._quorum:
            self._raise_same("the gas of a call", told)
        middle = estimates[len(estimates) // 2]
        near = [it.node for it in told if it.answer is not None and it.answer <= 2 * middle <= 4 * it.answer]
        self._note("the gas of a call", told, near)
        if len(near) < self._quorum:
            raise self._undecided("the gas of a call", told)
        return middle

    def broadcast(self, raw_transactions: Sequence[bytes]) -> list[Broadcast]:
        """Send to every node: accepted where one took it, rejected where a quorum refuses it for one reason."""
        size = len(raw_transactions)

        def enough(told: Answers[list[Broadcast]]) -> bool:
            return all(self._word(words).outcome != "unknown" for words in _columns(told, size))

        told = self._ask(lambda node: node.broadcast(raw_transactions), enough, size, must_arrive=True)
        for it in told:
            if it.answer and all(word.outcome == "unknown" for word in it.answer):
                self._health.silent(it.node, it.answer[0].reason)
        said = []
        for words in _columns(told, size):
            said.append(self._word(words))
            self._note("what was sent", words, [it.node for it in words if _agrees(it.answer, said[-1])])
        return said

    # What a quorum says

    def _same(self, subject: str, call: Callable[[Chain], T], parts: int = 1) -> T:
        """Return what a quorum answers, to the last byte, or raise what a quorum raises."""
        told = self._ask(call, lambda told: len(_most(told)) >= self._quorum, parts)
        return self._agreed(subject, told)

    def _each(self, subject: str, call: Callable[[Chain], list[T]], size: int) -> list[T]:
        """Return for each part of the question what a quorum answers to it."""
        if not size:
            return []

        def enough(told: Answers[list[T]]) -> bool:
            return all(len(_most(column)) >= self._quorum for column in _columns(told, size))

        told = self._ask(call, enough, size)
        return [self._agreed(subject, column) for column in _columns(told, size)]

    def _newest(self, subject: str, call: Callable[[Chain], Block]) -> tuple[Block, Answers[Block]]:
        """Return the highest block that a quorum has, and what each node named: only who is past a block speaks."""
        tips = self._ask(call, lambda told: len(_most(told)) >= self._quorum)
        heights = sorted((tip.answer.number for tip in tips if tip.answer is not None), reverse=True)
        if len(heights) < self._quorum:
            self._raise_same(subject, tips)
        highest = heights[self._quorum - 1]
        candidates = {*range(max(0, highest - MOST_FORKED_BLOCKS), highest + 1), *heights}
        for number in sorted((it for it in candidates if it <= highest), reverse=True):
            told = self._at(number, tips)
            if len(_most(told)) >= self._quorum:
                return self._agreed(subject, told), tips
        raise self._undecided(subject, self._at(highest, tips))

    def _at(self, number: int, tips: Answers[Block]) -> Answers[Block]:
        """Return which block of this height each node has, where its own newest is not below."""
        here = [tip for tip in tips if tip.answer is not None and tip.answer.number == number]
        above = [tip.node for tip in tips if tip.answer is not None and tip.answer.number > number]
        if len(_most(here)) >= self._quorum or not above:
            return here
        asked = self._ask(
            lambda node: node.blocks([number])[0], lambda told: len(_most([*here, *told])) >= self._quorum, among=above
        )
        return [*here, *asked]

    def _agreed(self, subject: str, told: Answers[T]) -> T:
        most = _most(told)
        if len(most) < self._quorum:
            raise self._undecided(subject, told)
        self._note(subject, told, [it.node for it in most])
        if most[0].error is not None:
            raise most[0].error
        return most[0].answer  # type: ignore[return-value]

    def _raise_same(self, subject: str, told: Answers[Any]) -> NoReturn:
        """Raise what a quorum raises, or that nothing has one."""
        most = _most([it for it in told if it.error is not None])
        if len(most) >= self._quorum and most[0].error is not None:
            raise most[0].error
        raise self._undecided(subject, told)

    def _undecided(self, subject: str, told: Answers[Any]) -> NoQuorum:
        """Return the error for a question that no quorum answers, and name who said what."""
        groups = _groups(told)
        apart = " against ".join(" and ".join(f"node {it.node}" for it in group) for group in groups)
        silent = [f"node {it.node} gives no answer: {it.error.message}" for it in told if it.silent and it.error]
        said = [f"fewer than {self._quorum} of {len(self._panel)} nodes agree on {subject}"]
        return NoQuorum("; ".join([*said, *([apart] if len(groups) > 1 else []), *silent]))

    def _word(self, words: Answers[Broadcast]) -> Broadcast:
        """Return what the nodes' words on one transaction come to."""
        heard = [it.answer for it in words if it.answer is not None]
        for word in heard:
            if word.outcome == "accepted":
                return word
        refused = [word for word in heard if word.outcome == "rejected"]
        counted = Counter(_kind(word) for word in refused)
        for word in refused:
            if counted[_kind(word)] >= self._quorum:
                return word
        reasons = [f"node {it.node}: {it.answer.reason}" for it in words if it.answer is not None]
        return Broadcast(outcome="unknown", reason="; ".join(reasons) or "no node gave an answer")

    # Asking

    def _ask(
        self,
        call: Callable[[Chain], T],
        enough: Callable[[Answers[T]], bool],
        parts: int = 1,
        *,
        among: Sequence[int] | None = None,
        must_arrive: bool = False,
    ) -> Answers[T]:
        # A node may first be asked for its chain, and for its head; then it is asked in batches.
        within_s = self._timeout_s * (2 + -(-parts // MAX_BATCH))
        told = self._panel.ask(call, enough=enough, within_s=within_s, among=among, must_arrive=must_arrive)
        for it in told:
            if it.silent and it.error is not None:
                self._health.silent(it.node, it.error.message)
            else:
                self._health.answered(it.node)
        return told

    def _suffices(self, told: Answers[Any]) -> bool:
        return len(_numbers(told)) >= self._quorum

    def _note(self, subject: str, told: Answers[Any], agreed: Sequence[int]) -> None:
        others = [it.node for it in told if it.node not in agreed and not it.silent]
        self._health.contradicts(others, subject)


def _verified(node: Chain) -> bool:
    node.verify_chain_id()
    return True


def _groups(told: Answers[T]) -> list[list[Told[T]]]:
    """Return the nodes that said something of the chain, those that said the same together."""
    groups: list[list[Told[T]]] = []
    for it in told:
        if it.silent:
            continue
        for group in groups:
            if _alike(group[0], it):
                group.append(it)
                break
        else:
            groups.append([it])
    return groups


def _most(told: Answers[T]) -> list[Told[T]]:
    return max(_groups(told), key=len, default=[])


def _alike(one: Told[Any], other: Told[Any]) -> bool:
    """Whether two nodes said the same: nodes have words of their own for a call that fails."""
    if one.error is None or other.error is None:
        return one.error is other.error and one.answer == other.answer
    if type(one.error) is not type(other.error):
        return False
    return isinstance(one.error, NotFound | WrongState) or one.error.message == other.error.message


def _columns(told: Answers[list[T]], size: int) -> list[list[Told[T]]]:
    """Return what was said to each part of a question of `size` parts."""
    whole = [_whole(it, size) for it in told]
    return [[_part(it, at) for it in whole] for at in range(size)]


def _part(told: Told[list[T]], at: int) -> Told[T]:
    part = told.answer[at] if told.answer is not None else told.error
    return Told(node=told.node, error=part) if isinstance(part, TokenpayError) else Told(node=told.node, answer=part)


def _whole(told: Told[list[T]], size: int) -> Told[list[T]]:
    if told.answer is None or len(told.answer) == size:
        return told
    return Told(node=told.node, error=IntegrityError("the node answered other questions than were asked"))


def _numbers(told: Answers[int]) -> list[int]:
    return sorted(it.answer for it in told if it.answer is not None)


def _kind(word: Broadcast) -> str:
    return word.reason.partition(":")[0]


def _agrees(word: Broadcast | None, said: Broadcast) -> bool:
    """Whether a node's word bears out what they come to; one that said nothing usable contradicts nobody."""
    return word is None or "unknown" in (word.outcome, said.outcome) or word.outcome == said.outcome
