"""The world of the verbs' tests: a small founded bank, once on SQLite and once on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.world import Template, World, found_template, opened


@pytest.fixture(scope="session")
def template_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Template]:
    """Return the founded bank to copy into a database like the one at this URL."""
    made: dict[str, Template] = {}

    def template(url: str) -> Template:
        kind = url.partition(":")[0]
        if kind not in made:
            folder = tmp_path_factory.mktemp("founded") / "bank"
            made[kind] = found_template(folder, _beside(url, folder.parent))
        return made[kind]

    return template


@pytest.fixture
def world(database_url: str, tmp_path: Path, template_of: Callable[[str], Template]) -> Iterator[World]:
    with opened(template_of(database_url), tmp_path, database_url) as found:
        yield found


def _beside(url: str, folder: Path) -> str:
    """Return the URL of another empty database of the same kind."""
    if url.startswith("sqlite"):
        return f"sqlite:///{folder / 'template.sqlite'}"
    import psycopg

    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(b"CREATE DATABASE founded")
    return url.replace(url.partition("?")[0].rpartition("/")[2] + "?", "founded?")
