"""Waiting for the commits of others: PostgreSQL tells of them, SQLite's file is looked at."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool
from sqlalchemy.exc import SQLAlchemyError

from tokenpay.errors import StoreUnavailable
from tokenpay.store.outbox_store import CHANNEL
from tokenpay.store.unit_of_work import translated

LOOK_EVERY_S = 0.05
"""How often those who wait look at SQLite, which tells nobody."""

Wait = Callable[[float], bool]
"""Waits at most so many seconds, or less, and tells whether it is worth a look."""


@contextmanager
def listening(engine: Engine) -> Iterator[Wait]:
    """Yield what waits for a commit that wrote events since this began.

    It may find it worth a look for nothing. It has a connection of its own, but to books in memory, which have one.
    Raises StoreUnavailable.
    """
    if isinstance(engine.pool, StaticPool):
        yield _rested
        return
    if engine.dialect.name != "postgresql":
        with translated(), engine.connect() as connection:
            connection.detach()  # else so many readers, and nobody in this process could ask anything
            yield _watching(connection)
        return
    with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        driver: Any = connection.connection.driver_connection
        broken = engine.dialect.loaded_dbapi.Error

        def wait(most_s: float) -> bool:
            try:
                return any(True for _ in driver.notifies(timeout=most_s, stop_after=1))
            except broken:
                connection.invalidate()
                raise StoreUnavailable("the database does not answer") from None

        try:
            yield wait
        finally:
            if not connection.invalidated:  # it goes back to the pool, where nobody listens
                with suppress(SQLAlchemyError):
                    connection.exec_driver_sql(f"UNLISTEN {CHANNEL}")


def _rested(most_s: float) -> bool:
    time.sleep(min(most_s, LOOK_EVERY_S))
    return True


def _watching(connection: Connection) -> Wait:
    """Watch the number that every commit of another connection changes, which costs no query and begins nothing."""
    driver: Any = connection.connection.dbapi_connection
    broken = connection.dialect.loaded_dbapi.Error

    def version() -> int:
        try:
            return int(driver.execute("PRAGMA data_version").fetchone()[0])
        except broken:
            raise StoreUnavailable("the database does not answer") from None

    seen = version()

    def wait(most_s: float) -> bool:
        nonlocal seen
        time.sleep(min(most_s, LOOK_EVERY_S))
        before, seen = seen, version()
        return seen != before

    return wait
