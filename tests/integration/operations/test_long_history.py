"""A bank goes on behind the history that the benchmark makes in bulk."""

from sqlalchemy import func, select

from tests.benchmarks.long_history import lengthen
from tests.world import World
from tokenpay.store.tables import entries


def test_a_bank_pays_on_behind_a_history_made_in_bulk(world: World) -> None:
    with world.bank.store.read() as uow:
        before = uow.connection.execute(select(func.count()).select_from(entries)).scalar_one()
    lengthen(world, 100)
    world.paid(1)
    with world.bank.store.read() as uow:
        after = uow.connection.execute(select(func.count()).select_from(entries)).scalar_one()
    assert after >= before + 100
