"""A machine that stops between two effects: at a statement, a commit or a call to a port, counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event


class PowerCut(BaseException):
    """The machine stops here. No error: nothing in the library may catch it."""


@dataclass
class Steps:
    """Counts every statement, commit and call of what it watches, and cuts the power at one of them.

    A commit counts twice: before it, and after it with the answer lost. `only` counts steps of one name. After
    the cut nothing is counted any more, until it is armed again.
    """

    cut_at: int = -1
    only: str = ""
    taken: int = 0
    last: str = ""
    _on: bool = field(default=True, repr=False)

    def arm(self, cut_at: int = -1) -> None:
        """Count from zero, and cut at this step; -1 never."""
        self.cut_at, self.taken, self.last, self._on = cut_at, 0, "", True

    def step(self, name: str) -> None:
        if not self._on or self.only not in ("", name):
            return
        self.taken += 1
        self.last = name
        if self.taken == self.cut_at:
            self._on = False  # what unwinds now would not run on a machine without power
            raise PowerCut(name)

    def around(self, target: Any) -> Any:
        """Return `target` with a step before and after each of its calls."""
        return _Stepped(target, self.step)

    def watch(self, engine: Engine) -> None:
        """Count what a database is asked from now on."""
        event.listen(engine, "before_cursor_execute", lambda *asked: self.step(f"before {asked[2].split('(')[0]}"))
        dialect: Any = engine.dialect
        commit = dialect.do_commit

        def do_commit(connection: Any) -> None:
            self.step("before the commit")
            commit(connection)
            self.step("after the commit")

        dialect.do_commit = do_commit


@dataclass
class _Stepped:
    _target: Any
    _step: Callable[[str], None]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._step(f"before {name}")
            answer = found(*given, **named)
            self._step(f"after {name}")
            return answer

        return call
