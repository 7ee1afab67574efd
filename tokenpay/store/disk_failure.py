"""What a database says when its disk fails it: what is done after that proves nothing about what the disk holds.

A failed fsync is told once. The kernel may then drop what it could not write and say of the next fsync that all is
well; so no second try over the same handles is believed.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError

_SQLITE = {
    sqlite3.SQLITE_IOERR: "the disk failed to read, write or sync",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
}
_POSTGRESQL = {
    "53100": "the disk is full",
    "58030": "the disk failed to read, write or sync",
    "XX001": "the database is damaged",
    "XX002": "the database is damaged",
}
"""By SQLSTATE. A server that failed to sync stops by itself, and comes back with what its log holds."""
_KIND = 0xFF
"""SQLite's extended codes hold the kind in the last byte."""


def disk_failure(error: DBAPIError) -> str:
    """Return what happened to the disk, in a few words; empty where the database says no such thing."""
    if isinstance(error.orig, sqlite3.Error):
        return _SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & _KIND, "")
    return _POSTGRESQL.get(getattr(error.orig, "sqlstate", None) or "", "")
