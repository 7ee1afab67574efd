"""What is wrong with single nodes of a quorum, in words for people."""

from collections.abc import Iterable
from threading import Lock
from time import monotonic

KEPT_S = 60.0
"""For how long a contradiction is told after it was last heard: the same question may not come again soon."""


class NodeHealth:
    """Remembers which node is silent, behind or contradicts the others. Safe to use from several threads."""

    def __init__(self) -> None:
        self._silent: dict[int, str] = {}
        self._apart: dict[int, str] = {}
        self._alone: dict[tuple[int, str], float] = {}
        self._lock = Lock()

    def silent(self, node: int, message: str) -> None:
        """A node gave no answer to the newest question."""
        with self._lock:
            self._silent[node] = message

    def answered(self, node: int) -> None:
        """A node answered the newest question, rightly or not."""
        with self._lock:
            self._silent.pop(node, None)

    def stands_at(self, node: int, blocks: int) -> None:
        """A node's head is so many blocks above (or, negative, below) the one that a quorum has; 0: well enough."""
        with self._lock:
            self._apart.pop(node, None)
            if blocks:
                self._apart[node] = f"is {abs(blocks)} blocks {'ahead of' if blocks > 0 else 'behind'} the others"

    def contradicts(self, nodes: Iterable[int], subject: str) -> None:
        """These nodes answered otherwise than a quorum did."""
        with self._lock:
            self._alone |= {(node, subject): monotonic() for node in nodes}

    def troubles(self) -> tuple[str, ...]:
        """Return a line for each thing that is wrong with a node, by node."""
        with self._lock:
            now_s = monotonic()
            self._alone = {told: at_s for told, at_s in self._alone.items() if now_s - at_s < KEPT_S}
            found = [(node, f"gives no answer: {message}") for node, message in self._silent.items()]
            found += list(self._apart.items())
            found += [(node, f"contradicts the others on {subject}") for node, subject in self._alone]
        return tuple(f"node {node} {said}" for node, said in sorted(found))
