"""A file of lines beside a signer's keys: what is in it was on the disk before a signature left."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from tokenpay.errors import InvalidInput, SignerUnavailable
from tokenpay.primitives.strict_json import read_json

_MAX_LINE = 4_096


class SyncedLines:
    """Lines of JSON that several processes share: each takes in the others' under the lock, and appends its own.

    `take` is given the entry of each new line, and raises ValueError or TypeError for one that nobody wrote so. A file
    that is not there is begun where it `begins`, and otherwise missed. No `path`: nothing is kept, for tests.

    A line that can be read need not be on the disk: another process may have been killed before it was synced, or was
    told that it could not be. After a failed sync another that succeeds proves nothing: nothing more is written then.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        of: str,
        take: Callable[[Any], None],
        begins: bool = False,
    ) -> None:
        self._path = path
        self._of = of
        self._take = take
        self._flags = os.O_RDWR | os.O_APPEND | (os.O_CREAT if begins else 0)
        self._read_to = 0
        self._descriptor: int | None = None
        self._failed = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the file alone, with every line in it taken in; raises SignerUnavailable."""
        if self._path is None:
            yield
            return
        if self._failed:
            raise SignerUnavailable(f"the record of {self._of} could not be written: see to its disk, start again")
        try:
            descriptor = os.open(self._path, self._flags, 0o600)
            try:
                flock(descriptor, LOCK_EX)
                self._take_in(self._path, descriptor)
                self._descriptor = descriptor
                yield
            finally:
                self._descriptor = None
                os.close(descriptor)
        except (OSError, ValueError, TypeError, InvalidInput):
            raise SignerUnavailable(f"the record of {self._of} cannot be read or written") from None

    def append(self, entries: Sequence[Sequence[str | int]]) -> None:
        """Write entries down, all at once, and have them on the disk; the file is held."""
        if self._descriptor is None:
            return
        lines = "".join(json.dumps(entry) + "\n" for entry in entries).encode()
        self._failed = True
        written = os.write(self._descriptor, lines)
        os.fsync(self._descriptor)
        if written != len(lines):
            raise OSError("a short write")
        self._failed = False
        self._read_to += written

    def _take_in(self, path: Path, descriptor: int) -> None:
        with open(path, "rb") as file:
            file.seek(self._read_to)
            for line in file:
                if not line.endswith(b"\n"):
                    os.ftruncate(descriptor, self._read_to)  # torn: its signature never left
                    break
                self._take(read_json(line.decode(), max_characters=_MAX_LINE, max_depth=1))
                self._read_to += len(line)
