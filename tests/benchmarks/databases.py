"""Empty databases of either kind for as long as a measurement takes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.benchmarks.postgresql import running_postgresql

Urls = Callable[[Path, Sequence[str]], AbstractContextManager[list[str]]]
"""Yields the URL of a database of each name; a file lies in the folder."""


@contextmanager
def _sqlite(folder: Path, names: Sequence[str]) -> Iterator[list[str]]:
    yield [f"sqlite:///{folder / f'{name}.sqlite'}" for name in names]


@contextmanager
def _postgresql(_folder: Path, names: Sequence[str]) -> Iterator[list[str]]:
    import psycopg

    with running_postgresql() as url:
        with psycopg.connect(url, autocommit=True) as admin:
            for name in names:
                admin.execute(f'CREATE DATABASE "{name}"'.encode())
        yield [url.replace("/postgres?", f"/{name}?") for name in names]


DATABASES: dict[str, Urls] = {"sqlite": _sqlite, "postgresql": _postgresql}
