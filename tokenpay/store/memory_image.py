"""The whole of a database that lives in memory, as bytes: what would lie on a disk."""

from typing import Any

from tokenpay.errors import StoreUnavailable
from tokenpay.store.unit_of_work import Store


def take_image(store: Store) -> bytes:
    """Return everything that was committed; raises StoreUnavailable for a database that is not in memory."""
    _check_memory(store)
    with store.engine.connect() as connection:
        return bytes(_raw(connection).serialize())


def put_image(store: Store, image: bytes) -> None:
    """Open the database anew with what an image holds: the connection before it is closed, its work undone.

    Raises StoreUnavailable for a database that is not in memory.
    """
    _check_memory(store)
    store.engine.dispose()
    with store.engine.connect() as connection:
        _raw(connection).deserialize(image)


def _check_memory(store: Store) -> None:
    if store.engine.dialect.name != "sqlite" or store.engine.url.database not in (None, "", ":memory:"):
        raise StoreUnavailable("only a database in memory is copied as a whole: others have their own backup")


def _raw(connection: Any) -> Any:
    connection.rollback()
    return connection.connection.driver_connection
