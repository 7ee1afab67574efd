"""Make a bank's database, and bring it from one revision of the tables to another.

alembic is imported only when something is to be done: asking for the revision stays cheap.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, make_url, text

from tokenpay.errors import Conflict, Halted, IntegrityError, InvalidInput, NotFound, StoreUnavailable
from tokenpay.store.guards import drop_guards, missing_guards, put_guards
from tokenpay.store.roles import grant_again
from tokenpay.store.unit_of_work import Store, translated

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = "tokenpay.store:migrations"
HEAD = "0030"
"""The newest revision: the one that these repositories read and write."""
_REVISION = re.compile(r"[0-9]{4}")


def create_database(url: str) -> None:
    """Make an empty bank's tables in a new SQLite file (mode 0600), or in an empty PostgreSQL database.

    Raises Conflict when something is there already, StoreUnavailable when it cannot be made. Nothing
    is left behind then.
    """
    store = Store(url)
    path = _path(store, url)
    if path is not None:
        _create_file(path)
    try:
        with _migrating(store) as connection:
            if inspect(connection).get_table_names():
                raise Conflict("the database is not empty: a new bank begins in an empty one")
            _upgrade(connection)
    except BaseException:
        if path is not None:
            path.unlink(missing_ok=True)
        raise
    finally:
        store.close()


def drop_database(url: str) -> None:
    """Take back what `create_database` made, for a bank whose founding failed; never for one that was founded."""
    store = Store(url)
    path = _path(store, url)
    store.close()
    if path is not None:
        path.unlink(missing_ok=True)
    else:
        downgrade(url, "base")


def upgrade(url: str) -> None:
    """Bring a database to the newest revision, whole or not at all; raises Halted when it is newer than that.

    Guards that were taken down are put up again.
    """
    if needs_upgrade(url) or _lacks_guards(url):
        _run(url, _upgrade)


def upgrade_store(store: Store) -> None:
    """Make the tables of an open store: for one in memory, which lives no longer than it."""
    with _migrating(store) as connection:
        _upgrade(connection)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to an older revision (`base`: no tables), and lose what that one cannot hold.

    Raises NotFound for an unknown revision, Halted when the database is newer than this program.
    """
    from alembic import command
    from alembic.util import CommandError

    def back(connection: Connection) -> None:
        drop_guards(connection)
        try:
            command.downgrade(_config(connection), revision)
        except CommandError:
            raise NotFound("there is no such older revision of the tables") from None
        if revision == HEAD:
            put_guards(connection)

    needs_upgrade(url)
    _run(url, back)


def revision(url: str) -> str | None:
    """Return the revision of a database's tables, or None when it has none; raises StoreUnavailable, IntegrityError."""
    with closing(Store(url)) as store:
        return _revision_of(store)


def _revision_of(store: Store) -> str | None:
    with store.read() as work:
        tables = inspect(work.connection).get_table_names()
        query = text("SELECT version_num FROM alembic_version")
        found = work.connection.execute(query).scalars().all() if "alembic_version" in tables else []
    if not found and not set(tables) - {"alembic_version"}:
        return None
    if len(found) != 1 or not (isinstance(found[0], str) and _REVISION.fullmatch(found[0])):
        raise IntegrityError("the database does not say which revision its tables are of")
    return found[0]


def needs_upgrade(url: str) -> bool:
    """Tell whether a database must be upgraded before use; raises Halted when it is newer than this program."""
    with closing(Store(url)) as store:
        return store_needs_upgrade(store)


def store_needs_upgrade(store: Store) -> bool:
    """Tell it of a store that is prepared already, over a connection that it keeps."""
    found = _revision_of(store)
    if found is not None and found > HEAD:
        raise Halted("a newer tokenpay has upgraded this database: use that one", revision=found)
    return found != HEAD


def _lacks_guards(url: str) -> bool:
    with closing(Store(url)) as store, store.read() as work:
        return bool(missing_guards(work.connection))


def draft(url: str, message: str) -> None:
    """Write a draft of the next migration: from the database at `url`, which is at HEAD, to `tables.py`.

    For developers. Check constraints and defaults are not compared: read and correct every draft.
    """
    from alembic import command

    from tokenpay.store.tables import metadata

    def write(connection: Connection) -> None:
        config = _config(connection)
        config.attributes["target_metadata"] = metadata
        command.revision(config, message, autogenerate=True, rev_id=f"{int(HEAD) + 1:04}")

    _run(url, write)


def _run(url: str, step: Callable[[Connection], None]) -> None:
    with closing(Store(url)) as store, _migrating(store) as connection:
        step(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    drop_guards(connection)
    try:
        command.upgrade(_config(connection), "head")
    except CommandError:
        raise IntegrityError("the database's tables are of a revision that never was") from None
    put_guards(connection)
    grant_again(connection)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = connection
    return config


@contextmanager
def _migrating(store: Store) -> Iterator[Connection]:
    """Yield a connection in one transaction.

    SQLite alters a table by dropping its copy, which would fire foreign keys: they sleep, and are
    checked before the transaction commits. The switch works only outside a transaction.
    """
    with translated(), store.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise IntegrityError("a migration would leave rows that point to nothing")
        finally:
            if sqlite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    connection.connection.cursor().execute(f"PRAGMA foreign_keys = {state}")


def _path(store: Store, url: str) -> Path | None:
    """Return the file of a SQLite database, None for PostgreSQL."""
    if store.engine.dialect.name != "sqlite":
        return None
    database = make_url(url).database
    if database in (None, "", ":memory:"):
        raise InvalidInput("a database in memory is made with the store that holds it")
    return Path(str(database))


def _create_file(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Conflict("there is a file already where the new bank should be") from None
    except OSError:
        raise StoreUnavailable("a file for the new bank cannot be made there") from None
