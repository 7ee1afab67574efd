"""Statements that one test's database has compiled serve the next one's: hundreds of databases are opened, alike.

SQLAlchemy keeps what it compiled with an engine, by the engine's own dialect; a test's engine lives for a second.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_COMPILED: dict[type, Any] = {}


def remember() -> None:
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):  # one is as good as another of its kind
        setattr(dialect, "__eq__", lambda one, other: type(one) is type(other))  # noqa: B010
        setattr(dialect, "__hash__", lambda one: hash(type(one)))  # noqa: B010
    event.listen(Engine, "engine_connect", _take)


def _take(connection: Connection) -> None:
    engine = connection.engine
    engine._compiled_cache = _COMPILED.setdefault(type(engine.dialect), engine._compiled_cache)
