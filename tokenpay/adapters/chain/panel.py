"""The nodes of one chain, asked at once: each by a thread of its own, and none waited for without end."""

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Condition, Lock, Thread
from time import monotonic
from typing import Any, Generic, TypeVar

from tokenpay.errors import ChainUnavailable, TokenpayError, Unavailable
from tokenpay.ports import Chain

GRACE_S = 0.5
"""How long a node may be slower than those that agree already, before it is no longer waited for."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Generic[T]):
    """What one node said: an answer, or the error it gave instead. Nodes are counted from 1."""

    node: int
    answer: T | None = None
    error: TokenpayError | None = None

    @property
    def silent(self) -> bool:
        """Whether the node said nothing of the chain: it is down, slow, or lacks the block."""
        return isinstance(self.error, Unavailable)


class Panel:
    """Asks several nodes the same. Safe to use from several threads; it keeps one thread a node, and no more.

    A node that still owes an answer after its time is not asked again before it has given it; one that let people
    wait for nothing rests for as long as that took, so that a turn with a dead node waits for it once.
    """

    def __init__(self, nodes: Sequence[Chain]) -> None:
        self._seats = [_Seat(number, node) for number, node in enumerate(nodes, start=1)]
        self._end = weakref.finalize(self, _end, self._seats)

    def __len__(self) -> int:
        return len(self._seats)

    def close(self) -> None:
        """Let the threads end, each after the answer it waits for."""
        self._end()

    def ask(
        self,
        call: Callable[[Chain], T],
        *,
        enough: Callable[[Sequence[Told[T]]], bool],
        within_s: float,
        among: Sequence[int] | None = None,
        must_arrive: bool = False,
    ) -> list[Told[T]]:
        """Return what each node (of those `among` these) said, in their order, within this time.

        Once what was said is `enough`, the others get GRACE_S more, and nothing where they were late the last time.
        With `must_arrive` a node is asked also when the others have answered before its turn comes.
        """
        question = _Question(call, until_s=monotonic() + within_s, must_arrive=must_arrive)
        seats = [seat for seat in self._seats if among is None or seat.number in among]
        for seat in seats:
            seat.put(question)
        return question.wait(seats, enough)


class _Question(Generic[T]):
    """One call to several nodes, and what they have said so far."""

    def __init__(self, call: Callable[[Chain], T], *, until_s: float, must_arrive: bool) -> None:
        self.call = call
        self.until_s = until_s
        self.must_arrive = must_arrive
        self.over = False
        self._told: dict[int, Told[T]] = {}
        self._fault: BaseException | None = None
        self._news = Condition()

    def tell(self, told: Told[T] | BaseException) -> None:
        with self._news:
            if isinstance(told, BaseException):
                self._fault = told
            else:
                self._told[told.node] = told
            self._news.notify_all()

    def wait(self, seats: Sequence["_Seat"], enough: Callable[[Sequence[Told[T]]], bool]) -> list[Told[T]]:
        enough_at_s: float | None = None
        with self._news:
            while len(self._told) < len(seats) and self._fault is None:
                now_s = monotonic()
                if enough_at_s is None and enough(list(self._told.values())):
                    enough_at_s = now_s
                until_s = self.until_s
                if enough_at_s is not None:
                    prompt = any(seat.number not in self._told and not seat.late for seat in seats)
                    until_s = min(until_s, enough_at_s + (GRACE_S if prompt else 0))
                if now_s >= until_s:
                    break
                self._news.wait(until_s - now_s)
            self.over = True
            if self._fault is not None:
                raise self._fault
            for seat in seats:
                if seat.number not in self._told:
                    seat.late = True
                    self._told[seat.number] = Told(node=seat.number, error=ChainUnavailable("no answer in time"))
            return [self._told[seat.number] for seat in seats]


class _Seat:
    """One node and the thread that asks it."""

    def __init__(self, number: int, node: Chain) -> None:
        self.number = number
        self.late = False
        self._node = node
        self._due_s: float | None = None
        self._rests_until_s = 0.0
        self._questions: SimpleQueue[_Question[Any] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()

    def put(self, question: _Question[Any]) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._due_s = None
                self._thread = Thread(target=self._work, name=f"node {self.number}", daemon=True)
                self._thread.start()
            due_s, now_s = self._due_s, monotonic()
        if now_s < self._rests_until_s or (due_s is not None and now_s > due_s):
            question.tell(Told(node=self.number, error=ChainUnavailable("it still owes an earlier answer")))
        else:
            self._questions.put(question)

    def end(self) -> None:
        if self._thread is not None:
            self._questions.put(None)

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            if question.over and not question.must_arrive:
                continue
            began_s = monotonic()
            self._due_s = max(question.until_s, began_s)
            try:
                told: Told[Any] | BaseException = Told(node=self.number, answer=question.call(self._node))
            except TokenpayError as error:
                told = Told(node=self.number, error=error)
            except BaseException as fault:  # whatever it is, who asked has to hear of it
                told = fault
            now_s = monotonic()
            self.late = now_s - began_s > GRACE_S
            if self.late and isinstance(told, Told) and told.silent:
                self._rests_until_s = now_s + (now_s - began_s)
            self._due_s = None
            question.tell(told)


def _end(seats: Sequence[_Seat]) -> None:
    for seat in seats:
        seat.end()
