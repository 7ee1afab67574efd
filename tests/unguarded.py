"""What only who owns a database can do: take its guards down, write past them, and put them up again."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from tokenpay.store.guards import drop_guards, put_guards

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


@contextmanager
def unguarded(connection: Connection | sqlite3.Connection) -> Iterator[None]:
    """Let the block write what the guards refuse; what it wrote stays."""
    if isinstance(connection, Connection):
        drop_guards(connection)
        yield
        put_guards(connection)
        return
    found = connection.execute(_TRIGGERS).fetchall()
    for name, _ in found:
        connection.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in found:
        connection.execute(statement)
