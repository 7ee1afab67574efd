"""Databases of tests: another one beside a test's own, and a copy of one into another of the same kind."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


def beside(url: str, folder: Path, name: str, *, like: str = "template1") -> str:
    """Return the URL of another database of the same kind: a file in this folder, or one on the same server.

    It is empty, or on a server what the database of the name `like` is.
    """
    if url.startswith("sqlite"):
        return f"sqlite:///{folder / name}.sqlite"
    _admin(url, f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY')
    return url.replace(f"/{_name(url)}?", f"/{name}?")


def copy_database(source: str, target: str) -> None:
    """Make the target what the source is, at rest; what was in the target is gone."""
    if source.startswith("sqlite"):
        shutil.copy(_name(source), _name(target))
    else:
        drop(target)
        beside(source, Path(), _name(target), like=_name(source))


def drop(url: str) -> None:
    """Drop a database of a server, whoever is connected; a file is left to its folder."""
    if not url.startswith("sqlite"):
        _admin(url, f'DROP DATABASE "{_name(url)}" WITH (FORCE)')


@contextmanager
def postgresql_database(server: str, name: str) -> Iterator[str]:
    """Make an empty database, yield its URL, and drop it."""
    url = beside(server, Path(), name)
    yield url
    drop(url)


def _name(url: str) -> str:
    return str(sa.make_url(url).database)


def _admin(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url.replace(f"/{_name(url)}?", "/postgres?"), autocommit=True) as admin:
        admin.execute(statement.encode())
