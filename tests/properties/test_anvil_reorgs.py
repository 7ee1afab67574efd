"""Reorgs on a real anvil: each payment leaves once, each deposit that stays is credited once; one block more halts.

The long run is a command of its own: python -m tests.benchmarks.anvil_reorgs --depths 1-64
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_chain import running_anvil
from tests.properties.anvil_bank import ANVIL_OPTIONS, Template, founded
from tests.properties.anvil_reorgs import Case, cases, live

DEPTHS = (1, 5)


@pytest.fixture(scope="module")
def template(anvil_binary: Path) -> Iterator[Template]:
    with running_anvil(anvil_binary, *ANVIL_OPTIONS) as url, founded(url) as made:
        yield made


@pytest.mark.parametrize("case", list(cases(DEPTHS)), ids=str)
def test_a_reorg_in_every_state_of_payments_and_deposits(template: Template, case: Case) -> None:
    live(template, case)
