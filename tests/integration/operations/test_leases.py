"""A lease is renewed before it is over: whoever believes that they hold one does, and nobody else."""

import pytest

import tokenpay as tp
from tests.world import World
from tokenpay.steps.lease import Leases

FOR_S = 30

# On PostgreSQL the server's own clock counts, which no test turns.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def two(world: World) -> tuple[Leases, Leases]:
    return Leases(world.bank, holder="one", for_s=FOR_S), Leases(world.bank, holder="two", for_s=FOR_S)


def test_a_lease_that_is_held_on_to_never_goes_to_another(world: World) -> None:
    one, two_ = two(world)
    for _ in range(2 * FOR_S):
        assert one.hold("chain", by=world.engine)
        assert not two_.hold("chain", by=world.engine)
        world.clock.advance(1)
    assert (one.names, two_.names) == (("chain",), ())


def test_a_lease_that_is_let_go_goes_to_another_when_its_time_is_over(world: World) -> None:
    one, two_ = two(world)
    assert one.hold("chain", by=world.engine)
    world.clock.advance(FOR_S - 1)
    assert not two_.hold("chain", by=world.engine)
    world.clock.advance(1)
    assert two_.hold("chain", by=world.engine)
    assert not one.hold("chain", by=world.engine)
    assert (one.names, two_.names) == ((), ("chain",))


def test_a_lease_that_is_given_back_is_free_at_once(world: World) -> None:
    one, two_ = two(world)
    assert one.hold("chain", by=world.engine)
    one.give_back()
    assert one.names == ()
    assert two_.hold("chain", by=world.engine)


@pytest.mark.parametrize(("ahead_s", "waits"), [(9 * FOR_S, True), (50_000, False)])
def test_a_lease_of_a_clock_that_ran_ahead_keeps_nobody_out(world: World, ahead_s: int, waits: bool) -> None:
    one, two_ = two(world)
    world.clock.advance(ahead_s)
    assert one.hold("chain", by=tp.engine_session(world.bank))
    world.clock.advance(-ahead_s)
    assert two_.hold("chain", by=tp.engine_session(world.bank)) is not waits
