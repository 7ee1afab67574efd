"""A branch for each test of the terminal, and both sizes of its screen."""

from collections.abc import Iterator

import pytest

from tests.app import SIZES  # no part of the terminal: the language is not chosen yet
from tokenpay.testing import Branch, open_branch


@pytest.fixture
def branch() -> Iterator[Branch]:
    with open_branch() as opened:
        opened.clock.advance(1)  # what a test makes is newer than what was there
        yield opened


@pytest.fixture(params=SIZES, ids=["80x24", "120x40"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found
