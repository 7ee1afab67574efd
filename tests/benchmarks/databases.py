"""Empty databases of either kind for as long as a measurement takes."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.benchmarks.postgresql import running_postgresql
from tests.copied_database import beside
from tests.world import World, found_template, opened

Urls = Callable[[Path, Sequence[str]], AbstractContextManager[list[str]]]
"""Yields the URL of a database of each name; a file lies in the folder."""


@contextmanager
def _sqlite(folder: Path, names: Sequence[str]) -> Iterator[list[str]]:
    yield [beside("sqlite://", folder, name) for name in names]


@contextmanager
def _postgresql(folder: Path, names: Sequence[str]) -> Iterator[list[str]]:
    with running_postgresql() as url:
        yield [beside(url, folder, name) for name in names]


@contextmanager
def bank_on(urls: Urls) -> Iterator[World]:
    """Yield a small bank on a database of this kind."""
    with tempfile.TemporaryDirectory(prefix="tokenpay-bench-") as place:
        folder = Path(place)
        (folder / "bank").mkdir()
        with (
            urls(folder, ("first", "second")) as (first, second),
            opened(found_template(folder / "founded", first), folder / "bank", second) as world,
        ):
            yield world


DATABASES: dict[str, Urls] = {"sqlite": _sqlite, "postgresql": _postgresql}
