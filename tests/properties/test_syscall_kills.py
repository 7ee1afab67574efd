"""A payment killed before any of its system calls is made once when it is asked for again, and nothing else is.

At every call, and at many more of them by chance: python -m tests.benchmarks.syscall_kills --path book
"""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from tests.conftest import missing
from tests.properties.crashes import world_of
from tests.properties.payment_path import BookPayment, ChainPayment, Path, calls_of, cut
from tests.properties.small_bank import template
from tests.traced import why_not

BOOK_KILLS, CHAIN_KILLS = 60, 2


@pytest.fixture(scope="module", autouse=True)
def traceable() -> None:
    if lacking := why_not():
        missing(lacking, "run the tests on Linux 5.3 or newer, where a process may trace its own")


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""


@contextmanager
def bank(way: type[Path], server: str) -> Iterator[Path]:
    with world_of(template(server)) as world:
        path = way(small=world.small)
        yield path
        path.end()


def killed(path: Path, kills: int) -> list[str]:
    """Kill it once in each of so many parts of the way; return the calls. All books are replayed at the end."""
    calls, random = len(calls_of(path)), Random()
    points = [random.randrange(n * calls // kills, (n + 1) * calls // kills) for n in range(kills)]
    return [cut(path, point, whole=False) for point in points]


@pytest.mark.parametrize("half", range(2))  # so that two workers share them
def test_a_book_payment_killed_before_a_system_call(server: str, half: int) -> None:
    with bank(BookPayment, server) as path:
        names = killed(path, BOOK_KILLS)
        assert set(names) & {"pwrite64", "sendto"}, "it wrote nothing"
        assert cut(path, 10**6) == "", "it ends before that"


def test_a_payment_out_killed_before_a_system_call(server: str) -> None:
    with bank(ChainPayment, server) as path:
        assert any(killed(path, CHAIN_KILLS)), "it ended before it was killed"


def test_half_a_payment_would_be_seen(server: str) -> None:
    """The check can fail: a row of a payment that is gone, or one too many, is told."""
    with world_of(template(server)) as world:
        path = BookPayment(small=world.small)
        cut(path, 10**6)
        path.before["payments"] -= 1
        with pytest.raises(AssertionError, match="half of it"):
            cut(path, 0)
