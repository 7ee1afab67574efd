"""What a simulation came to, and what failed in it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`invariant` did not hold after `step`. The other fields are what replays it: see `Simulation`."""

    seed: int
    days: int
    branches: int
    acts_a_day: int
    step: int
    invariant: str
    message: str
    only: tuple[int, ...] | None = None
    calm: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def replay(self) -> str:
        """The command that shows the failure again."""
        words = f"tokenpay simulate --seed {self.seed} --days {self.days} --branches {self.branches}"
        words += f" --acts-a-day {self.acts_a_day}"
        if self.only is None:
            return f"{words} --until {self.step}"
        words += f" --only {','.join(map(str, self.only))}"
        return words + (f" --calm {','.join(map(str, self.calm))}" if self.calm else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`digest` is SHA-256 over every line of the history: the same seed gives the same.

    `happened` and `faults` count by kind; `checked` counts the invariants that were checked; `cpu_s` is this
    machine's.
    """

    seed: int
    days: int
    branches: int
    steps: int
    digest: str
    payments: int
    happened: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    checked: int = 0
    cpu_s: float = 0.0
    failure: Failure | None = None
