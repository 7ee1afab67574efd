"""Whatever people, chains, lines and machines do, in whatever order, the money is right after every step.

The long run is a command of its own: python -m tests.benchmarks.long_machine --examples 2000
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.money_machine import MoneyMachine
from tests.properties.small_bank import template

EXAMPLES = {"sqlite": 4, "postgresql": 2}
"""The histories differ by chance and not by the database: one is enough to explore them, and both must keep them."""
SHORT = settings(stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_money_is_right_after_every_step(database: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgresql_server") if database == "postgresql" else ""

    class Machine(MoneyMachine):
        template = template(server)

    run_state_machine_as_test(Machine, settings=settings(SHORT, max_examples=EXAMPLES[database]))
