"""A bank that stops anywhere goes on where the books stand: nothing answered is lost, nothing is done twice.

The long run is a command of its own: python -m tests.benchmarks.kills --kills 1000
One payment, killed before each of its system calls: tests/properties/test_syscall_kills.py
"""

from collections.abc import Iterator
from random import Random

import pytest

from tests.properties.crashes import World, cut_day, kill_day, steps_of_a_day, world_of
from tests.properties.money_checks import check_books
from tests.properties.small_bank import CONFIRMATIONS, template
from tokenpay.operations.read import get_payment
from tokenpay.operations.reconcile import reconcile
from tokenpay.payments.payment import PaymentState
from tokenpay.testing.simulator.power_cut import PowerCut, Steps

CUTS, KILLS, TRIES, WITHIN_S = 4, 3, 16, 1.0


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with world_of(template(server)) as world:
        yield world


@pytest.mark.one_database
def test_a_day_cut_off_at_a_step_ends_as_any_other(world: World) -> None:
    steps = steps_of_a_day(world)
    for number in range(CUTS):  # every part of the day, and another step of it each time
        low, high = number * steps // CUTS, (number + 1) * steps // CUTS
        assert cut_day(world, number, Random().randint(low + 1, high - 1)), "the day was over before"


def test_a_day_killed_at_any_moment_ends_as_any_other(world: World) -> None:
    random, within_s, killed = Random(), WITHIN_S, 0
    for number in range(TRIES):
        if kill_day(world, number, random, within_s):
            killed += 1
        else:
            within_s /= 2  # the day was over before, on a quick machine
        if killed == KILLS:
            return
    pytest.fail(f"only {killed} of {TRIES} days were killed")


def test_a_bump_that_was_signed_and_never_sent(world: World) -> None:
    """The engine stops between signing a dearer version and sending it; meanwhile the cheaper one is included."""
    world.next_day()
    small = world.small
    day = world.day(1)
    sent = day.pay("out", f"customer/{small.customers[0]}", "eip155:31337:0x" + "ab" * 20, 40)
    small.turn()
    assert state(world, sent.id) is PaymentState.SENT
    small.clock.advance(1_000)
    for number in range(1, 20):
        steps = Steps(number, only="after the commit")
        small.reopen()
        steps.watch(small.bank.store.engine)
        with pytest.raises(PowerCut):
            small.turn()
        small.reopen()
        if state(world, sent.id) is PaymentState.SIGNED:
            break
    small.mine(CONFIRMATIONS + 1)
    small.turn()
    assert state(world, sent.id) is PaymentState.FINAL
    check_books(small)
    assert reconcile(small.bank, by=day.by("ann")).holds


def state(world: World, payment_id: str) -> PaymentState:
    return get_payment(world.small.bank, payment_id, by=world.small.sessions["tom"]).state
