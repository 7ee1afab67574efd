"""A new SQLite database gets its tables once a process: every later bank that is founded begins as a copy of that file.

What the migrations make, and what becomes of a founding that fails on its way, is for tests that call them themselves.
"""

from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tokenpay import bootstrap
from tokenpay.store import migrate
from tokenpay.store.unit_of_work import Store


def remember() -> None:
    setattr(bootstrap, "create_database", _create)  # noqa: B010


def _create(url: str) -> None:
    with closing(Store(url)) as store:
        path = migrate._path(store, url)
    if path is None:
        migrate.create_database(url)
    else:
        migrate._create_file(path)
        path.write_bytes(_tables())


@cache
def _tables() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bank.db"
        migrate.create_database(f"sqlite:///{path}")
        return path.read_bytes()
