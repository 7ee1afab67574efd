"""A line to a chain that breaks after so many more calls."""

from collections.abc import Callable, Sequence
from typing import Any

from tokenpay.errors import ChainUnavailable
from tokenpay.ports import Broadcast


class ShakyLine:
    """Passes every call on to a chain. Set `calls_left` to let the line break after so many; None: it holds."""

    def __init__(self, chain: Any) -> None:
        self._chain = chain
        self.calls_left: int | None = None
        self.broke = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._chain, name)
        return self._passed(name, found) if callable(found) else found

    def _passed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def passed(*given: Any, **named: Any) -> Any:
            self.broke = self.calls_left == 0
            if not self.broke:
                self.calls_left = self.calls_left and self.calls_left - 1
                return call(*given, **named)
            if name == "broadcast":
                return [Broadcast(outcome="unknown", reason="the line broke") for _ in _only(given)]
            raise ChainUnavailable("the line broke")

        return passed


def _only(given: Sequence[Any]) -> Sequence[Any]:
    (raw_transactions,) = given
    return raw_transactions  # type: ignore[no-any-return]
