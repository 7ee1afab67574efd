"""The shortest replay of a failure: steps are left out, and then their faults, while the same invariant breaks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tokenpay.testing.simulator.report import Failure
from tokenpay.testing.simulator.simulation import Simulation

MOST_REPLAYS = 150


def shortest(
    simulation: Simulation,
    failure: Failure,
    *,
    most: int = MOST_REPLAYS,
    tell: Callable[[str], object] = lambda _: None,
) -> Failure:
    """Return the failure of the shortest history that was found within so many replays; `tell` hears of progress.

    No single step of it could be left out, unless the replays ran out.
    """
    search = _Search(simulation, failure, most, tell)
    numbers = range(1, failure.step + 1) if simulation.only is None else sorted(simulation.only)
    steps = search.fewest([step for step in numbers if step <= failure.step], calm=False)
    search.fewest([step for step in steps if step not in search.best.calm], calm=True)
    return search.best


class _Search:
    def __init__(self, simulation: Simulation, failure: Failure, left: int, tell: Callable[[str], object]) -> None:
        self.best = failure
        self._simulation = replace(simulation, until=None)
        self._left = left
        self._tell = tell

    def fewest(self, items: Sequence[int], *, calm: bool) -> list[int]:
        """Leave out as much as may be: chunks first, each half as long as those before, then single steps.

        `calm`: of these steps the faults are left out, and not the steps themselves.
        """
        kept = list(items)
        size = max(1, len(kept) // 2)
        while kept and self._left > 0:
            shorter = next((rest for rest in _without(kept, size) if self._still_fails(rest, kept, calm)), None)
            if shorter is not None:
                kept = shorter
                size = max(1, min(size, len(kept) // 2))
            elif size == 1:
                break
            else:
                size = max(1, size // 2)
        return kept

    def _still_fails(self, rest: list[int], kept: list[int], calm: bool) -> bool:
        if self._left <= 0:
            return False
        self._left -= 1
        if calm:
            steps = self.best.only or tuple(range(1, self.best.step + 1))
            tried = replace(self._simulation, only=steps, calm={step for step in steps if step not in rest})
        else:
            tried = replace(self._simulation, only=frozenset(rest))
        found = tried.run().failure
        if found is None or found.invariant != self.best.invariant:
            return False
        only = tuple(step for step in found.only or () if step <= found.step)
        self.best = replace(found, only=only, calm=tuple(step for step in found.calm if step in only))
        self._tell(f"fails with {len(only)} steps, {len(self.best.calm)} of them calm")
        return True


def _without(items: list[int], size: int) -> Iterator[list[int]]:
    """Yield the items without each chunk of so many, the first chunk first."""
    for start in range(0, len(items), size):
        yield items[:start] + items[start + size :]
