"""Where the embedded chain keeps its state: one SQLite file, written once a block."""

import sqlite3
from pathlib import Path

from eth.db.backends.base import BaseDB


class BlockDatabase(BaseDB):
    """Bytes to bytes. What is set waits in memory until `commit`, which is durable when it returns.

    A process killed at any moment leaves the file as of the last `commit`: SQLite's rollback journal
    with synchronous=FULL sees to it. WAL is not used (FACTS: corruption bug before 3.51.3).
    """

    def __init__(self, path: Path) -> None:
        self._waiting: dict[bytes, bytes | None] = {}
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=TRUNCATE")
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.execute("CREATE TABLE IF NOT EXISTS node (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")

    def __getitem__(self, key: bytes) -> bytes:
        value = self._waiting[key] if key in self._waiting else self._stored(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._waiting[key] = value

    def __delitem__(self, key: bytes) -> None:
        if not self._exists(key):
            raise KeyError(key)
        self._waiting[key] = None

    def _exists(self, key: bytes) -> bool:
        return (self._waiting[key] if key in self._waiting else self._stored(key)) is not None

    def _stored(self, key: bytes) -> bytes | None:
        row = self._file.execute("SELECT value FROM node WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def commit(self) -> None:
        """Write everything that waits in one durable step."""
        kept = [(key, value) for key, value in self._waiting.items() if value is not None]
        gone = [(key,) for key, value in self._waiting.items() if value is None]
        self._file.execute("BEGIN IMMEDIATE")
        self._file.executemany("INSERT OR REPLACE INTO node VALUES (?, ?)", kept)
        self._file.executemany("DELETE FROM node WHERE key = ?", gone)
        self._file.execute("COMMIT")
        self._waiting.clear()

    def forget(self) -> None:
        """Drop everything that waits: the block it belongs to failed."""
        self._waiting.clear()
        if self._file.in_transaction:
            self._file.execute("ROLLBACK")
