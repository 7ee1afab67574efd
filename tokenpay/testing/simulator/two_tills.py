"""Two callers at once: each goes on until it opens its next unit of work, then whose turn it is, is drawn."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from threading import Semaphore, Thread

from tokenpay.store.unit_of_work import Store, UnitOfWork


class BorderedStore(Store):
    """A store that says when a unit of work is about to open; it is the same database."""

    def __init__(self, store: Store, border: Callable[[], None]) -> None:
        self.engine = store.engine
        self._border = border

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        self._border()
        with super().unit_of_work() as uow:
            yield uow

    @contextmanager
    def trial(self) -> Iterator[UnitOfWork]:
        self._border()
        with super().trial() as uow:
            yield uow

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        self._border()
        with super().read() as uow:
            yield uow


class Baton:
    """Whoever holds it runs; nobody else does. The order is drawn, so the same draws give the same order."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._back = Semaphore(0)
        self._turns: list[Semaphore] = []
        self._mine = -1

    def border(self) -> None:
        """Give the baton back, and wait for it."""
        me = self._mine
        self._back.release()
        self._turns[me].acquire()

    def run(self, callers: Sequence[Callable[[], str]]) -> list[str]:
        """Let callers run in turns, and return what each said; raises what one raised once all have ended."""
        self._turns = [Semaphore(0) for _ in callers]
        said: dict[int, str] = {}
        raised: dict[int, BaseException] = {}

        def live(number: int) -> None:
            self._turns[number].acquire()
            try:
                said[number] = callers[number]()
            except BaseException as error:
                raised[number] = error
            finally:
                self._back.release()

        threads = [Thread(target=live, args=(number,), daemon=True) for number in range(len(callers))]
        for thread in threads:
            thread.start()
        while waiting := [n for n in range(len(callers)) if n not in said and n not in raised]:
            self._mine = self._random.choice(waiting)
            self._turns[self._mine].release()
            self._back.acquire()
        for thread in threads:
            thread.join()
        for number in sorted(raised):
            raise raised[number]
        return [said[number] for number in range(len(callers))]
