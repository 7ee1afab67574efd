"""Engines killed at any moment, several over one bank: every payment ends final once, every nonce is used once.

The long run is a command of its own: python -m tests.benchmarks.engine_kills --kills 200
"""

from random import Random

import pytest

from tests.properties.engine_storm import Storm
from tests.properties.small_bank import template
from tokenpay.adapters.system import SystemEntropy

PAYMENTS, KILLS = 12, 5


@pytest.mark.parametrize(("database", "engines"), [("sqlite", 2), ("postgresql", 3)])
def test_engines_killed_at_any_moment_pay_everything_once(
    database: str, engines: int, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgresql_server") if database == "postgresql" else ""
    with template(server).copy(entropy=SystemEntropy()) as small:
        storm = Storm(small=small, engines=engines, payments=PAYMENTS, kills=KILLS, random=Random())
        storm.blow()
    assert storm.killed == KILLS
