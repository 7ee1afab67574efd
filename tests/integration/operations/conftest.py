"""The world of the verbs' tests: a small founded bank, once on SQLite and once on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.copied_database import beside
from tests.world import Template, World, found_template, lived, opened

Prepare = Callable[[World], object]


@pytest.fixture(scope="session")
def template_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Template]:
    """Return a founded bank, or one where something has happened, to copy into a database like the one at this URL."""
    made: dict[tuple[str, Prepare | None], Template] = {}

    def template(url: str, prepare: Prepare | None = None) -> Template:
        wanted = url.partition(":")[0], prepare
        if wanted not in made:
            founded = None if prepare is None else template(url)
            folder = tmp_path_factory.mktemp("founded") / "bank"
            place = beside(url, folder.parent, f"founded_{len(made)}")
            if founded is None or prepare is None:
                made[wanted] = found_template(folder, place)
            else:
                folder.mkdir()
                made[wanted] = lived(founded, folder, place, prepare)
        return made[wanted]

    return template


@pytest.fixture
def world(database_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[World]:
    with opened(template_of(database_url), tmp_path, database_url) as found:
        yield found
