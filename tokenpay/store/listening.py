"""Waiting for the commits of others: PostgreSQL tells of them, SQLite is looked at."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from tokenpay.errors import StoreUnavailable
from tokenpay.store.outbox_store import CHANNEL
from tokenpay.store.unit_of_work import translated

LOOK_EVERY_S = 0.05
"""How often those who wait look at SQLite, which tells nobody."""

Wait = Callable[[float], None]


@contextmanager
def listening(engine: Engine) -> Iterator[Wait]:
    """Yield what waits, up to so many seconds, for a commit that wrote events since this began.

    It may wake for nothing. PostgreSQL is listened to on a connection of its own. Raises StoreUnavailable.
    """
    if engine.dialect.name != "postgresql":
        yield lambda most_s: time.sleep(min(most_s, LOOK_EVERY_S))
        return
    with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        driver: Any = connection.connection.driver_connection
        broken = engine.dialect.loaded_dbapi.Error

        def wait(most_s: float) -> None:
            try:
                for _ in driver.notifies(timeout=most_s, stop_after=1):
                    pass
            except broken:
                connection.invalidate()
                raise StoreUnavailable("the database does not answer") from None

        try:
            yield wait
        finally:
            if not connection.invalidated:  # it goes back to the pool, where nobody listens
                with suppress(SQLAlchemyError):
                    connection.exec_driver_sql(f"UNLISTEN {CHANNEL}")
