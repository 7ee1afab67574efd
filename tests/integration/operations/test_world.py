"""The world itself: what the other tests of the verbs stand on."""

from tests.world import OUTSIDE, START, STRANGER, World, euro
from tokenpay import PaymentState


def test_money_comes_in_moves_and_goes_out(world: World) -> None:
    world.endow(world.boris, 500)
    assert world.units(world.boris) == euro(500).units
    assert world.paid(50).state is PaymentState.FINAL
    (swept,) = world.sweep()
    assert swept.state is PaymentState.FINAL
    out = world.paid(80, creditor=OUTSIDE)
    world.to_finality()
    assert world.now(out).state is PaymentState.FINAL
    assert (world.units(world.anna), world.units(world.boris)) == (euro(870).units, euro(550).units)
    assert (world.holding(STRANGER), world.holding(world.treasury)) == (euro(80).units, euro(1_420).units)
    world.prove()


def test_a_world_is_a_copy_of_its_own(world: World) -> None:
    """The test before, or after, left nothing here."""
    assert (world.units(world.anna), world.units(world.boris)) == (euro(START).units, 0)
    assert world.holding(world.treasury) == euro(START).units
    assert world.cases(open_only=False) == []
    world.prove()
