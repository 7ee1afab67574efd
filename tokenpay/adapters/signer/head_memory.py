"""Which heads a signer has signed: kept beside its keys, so that no edited or restored database forks a stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tokenpay.adapters.signer.synced_lines import SyncedLines
from tokenpay.audit.tree import HASH_BYTES, TreeHead


class HeadMemory:
    """A file of (stream, size, root), a line for each head, on the disk before its signature leaves.

    A wallet from before heads were signed has no such file, and it is begun. No `path`: it is kept in memory, for
    tests.
    """

    def __init__(self, path: Path | None) -> None:
        self._heads: dict[str, TreeHead] = {}
        self._lines = SyncedLines(path, of="signed heads", take=self._take, begins=True)

    def last(self, stream: str) -> TreeHead | None:
        """Return the newest head that was signed of a stream."""
        with self.held():
            return self._heads.get(stream)

    @contextmanager
    def held(self) -> Iterator[dict[str, TreeHead]]:
        """Hold the memory alone, and yield the newest head of each stream; raises SignerUnavailable."""
        with self._lines.held():
            yield self._heads

    def remember(self, stream: str, head: TreeHead) -> None:
        """Write a head down, while the memory is held."""
        self._lines.append([(stream, head.size, head.root.hex())])
        self._heads[stream] = head

    def _take(self, entry: Any) -> None:
        stream, size, root = entry
        raw = bytes.fromhex(root)
        if type(stream) is not str or type(size) is not int or len(raw) != HASH_BYTES:
            raise ValueError
        self._heads[stream] = TreeHead(size=size, root=raw)
