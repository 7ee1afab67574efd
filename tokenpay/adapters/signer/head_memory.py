"""Which heads a signer has signed: kept beside its keys, so that no edited or restored database forks a stream."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from tokenpay.audit.tree import HASH_BYTES, TreeHead
from tokenpay.errors import InvalidInput, SignerUnavailable
from tokenpay.primitives.strict_json import read_json

_MAX_LINE = 4_096


class HeadMemory:
    """A file of (stream, size, root), a line for each head, on the disk before its signature leaves.

    Several processes may share it: each reads the others' lines under the lock. A wallet from before heads were
    signed has no such file, and it is begun. No `path`: it is kept in memory, for tests.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._heads: dict[str, TreeHead] = {}
        self._read_to = 0
        self._descriptor: int | None = None
        self._failed = False

    def last(self, stream: str) -> TreeHead | None:
        """Return the newest head that was signed of a stream."""
        with self.held():
            return self._heads.get(stream)

    @contextmanager
    def held(self) -> Iterator[dict[str, TreeHead]]:
        """Hold the memory alone, and yield the newest head of each stream; raises SignerUnavailable."""
        if self._path is None:
            yield self._heads
            return
        if self._failed:  # after a failed sync, another that succeeds proves nothing
            raise SignerUnavailable("the record of signed heads could not be written: see to its disk, start again")
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                flock(descriptor, LOCK_EX)
                self._take_in(self._path, descriptor)
                self._descriptor = descriptor
                yield self._heads
            finally:
                self._descriptor = None
                os.close(descriptor)
        except (OSError, ValueError, TypeError, InvalidInput):
            raise SignerUnavailable("the record of signed heads cannot be read or written") from None

    def remember(self, stream: str, head: TreeHead) -> None:
        """Write a head down, while the memory is held."""
        if self._descriptor is not None:
            self._failed = True
            line = (json.dumps([stream, head.size, head.root.hex()]) + "\n").encode()
            written = os.write(self._descriptor, line)
            os.fsync(self._descriptor)
            if written != len(line):
                raise OSError("a short write")
            self._failed = False
            self._read_to += written
        self._heads[stream] = head

    def _take_in(self, path: Path, descriptor: int) -> None:
        with open(path, "rb") as file:
            file.seek(self._read_to)
            for line in file:
                if not line.endswith(b"\n"):
                    os.ftruncate(descriptor, self._read_to)  # torn: its signature never left
                    break
                entry: Any = read_json(line.decode(), max_characters=_MAX_LINE, max_depth=1)
                stream, size, root = entry
                raw = bytes.fromhex(root)
                if type(stream) is not str or type(size) is not int or len(raw) != HASH_BYTES:
                    raise ValueError
                self._heads[stream] = TreeHead(size=size, root=raw)
                self._read_to += len(line)
