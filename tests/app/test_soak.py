"""A short form of the soak: random keys at the terminal, and everything that a bank does meanwhile."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.app.soak.__main__ import report, taken
from tests.app.soak.session import Outcome, play

SEEDS = (1, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_breaks(seed: int) -> None:
    outcome = play(seed)
    assert not outcome.failure, f"python -m tests.app.soak --replay {seed}\n{outcome.failure}"
    assert outcome.rooms.total() > 10, report([outcome], 1)


def test_what_a_file_has_taken_is_read_back(tmp_path: Path) -> None:
    failed, mended, other = (
        Outcome(seed=seed, size=(80, 24), pressed=["f3"], rooms=Counter(Home=2), flows=Counter(paid=1), failure=failure)
        for seed, failure in ((1, "Broken"), (1, ""), (2, ""))
    )
    file = tmp_path / "soak.jsonl"
    file.write_text("".join(json.dumps(vars(outcome)) + "\n" for outcome in (failed, mended, other)))
    assert taken(file) == [mended, other]
    assert taken(tmp_path / "none") == []
    assert "        2 sessions that brought a flow of money to its end (100%)" in report(taken(file), 1)


def test_a_seed_is_one_session() -> None:
    first, second = (play(SEEDS[1], most=40) for _ in range(2))
    assert first.pressed == second.pressed
    assert first.rooms == second.rooms
