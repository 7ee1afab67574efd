"""A short form of the soak: random keys at the terminal, and everything that a bank does meanwhile."""

import pytest

from tests.app.soak.__main__ import report
from tests.app.soak.session import play

SEEDS = (1, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_breaks(seed: int) -> None:
    outcome = play(seed)
    assert not outcome.failure, f"python -m tests.app.soak --replay {seed}\n{outcome.failure}"
    assert outcome.rooms.total() > 10, report([outcome], 1)


def test_a_seed_is_one_session() -> None:
    first, second = (play(SEEDS[1], most=40) for _ in range(2))
    assert first.pressed == second.pressed
    assert first.rooms == second.rooms
