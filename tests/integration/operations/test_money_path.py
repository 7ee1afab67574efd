"""The stubs that the money path is measured against stand where the gate asks, or the measure compares nothing."""

import pytest

import tokenpay as tp
from tests.benchmarks.money_path import permissive
from tests.world import CHAIN_ID, LISTED, World

pytestmark = pytest.mark.one_database


def test_stubs_permit_what_the_gate_refuses(world: World) -> None:
    listed = LISTED.caip10(CHAIN_ID)
    with permissive():
        assert world.paid(1, creditor=listed).state is tp.PaymentState.CLEARED
    assert world.refused(1, creditor=listed) == ["screening.match"]
