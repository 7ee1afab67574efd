"""A branch for each test of the terminal, and both sizes of its screen."""

from collections.abc import Callable, Iterator

import pytest

from tests.app import SIZES, parsed_once  # no part of the terminal: the language is not chosen yet
from tokenpay.testing import Branch, open_branch

parsed_once.remember()


@pytest.fixture
def before() -> Callable[[Branch], object] | None:
    """What has happened at the branch when a test comes: a file of tests says so in a fixture of this name."""
    return None


@pytest.fixture
def branch(before: Callable[[Branch], object] | None) -> Iterator[Branch]:
    with open_branch(before) as opened:
        opened.clock.advance(1)  # what a test makes is newer than what was there
        yield opened


@pytest.fixture(params=SIZES, ids=["80x24", "120x40"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found
