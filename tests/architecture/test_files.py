"""A file is one noun or one verb, and says nothing of the machine it came from."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted(path for room in ("tokenpay", "terminal_app") for path in (REPOSITORY / room).rglob("*.py"))
TEXTS = [
    *SOURCES,
    *(path for path in REPOSITORY.glob("*") if path.suffix in {".md", ".toml", ".lock"} or path.name == "Makefile"),
    *sorted(path for path in (REPOSITORY / "docs").rglob("*") if path.suffix in {".md", ".py", ".svg", ".txt"}),
]
NO_NOUN = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
# A home folder, a note to do it later: neither belongs in what people are handed.
UNWANTED = re.compile(r"/(?:home|root|Users)/\w|\b(?:TODO|FIXME|XXX|HACK)\b")


def test_every_file_is_named_for_a_noun_or_a_verb() -> None:
    parts = {part for path in SOURCES for part in path.relative_to(REPOSITORY).with_suffix("").parts}
    words = {word for part in parts for word in part.strip("_").split("_")}
    assert not words & NO_NOUN


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_nothing_unwanted_is_written(path: Path) -> None:
    found = [
        f"line {number}: {match[0]}"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := UNWANTED.search(line))
    ]
    assert not found


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in SOURCES if path.read_text().strip() and not path.read_text().startswith('"""')]
    assert not silent
