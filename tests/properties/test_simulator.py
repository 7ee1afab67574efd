"""The branch simulator: the same seed, the same history; what breaks is found, and found again in a few steps.

The long run is a command of its own: tokenpay simulate --seeds 100
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.reorg_schedules import schedule
from tests.unguarded import unguarded
from tokenpay.engine import run_once
from tokenpay.errors import ChainUnavailable
from tokenpay.operations.pay import pay
from tokenpay.operations.pay_batch import pay_batch
from tokenpay.parties.operator import ENGINE_ID
from tokenpay.payments.payment import Payment
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.store.key_store import KeyStore
from tokenpay.testing.simulator import (
    ACTS,
    FAULTS,
    INVARIANTS,
    Act,
    Broken,
    Chance,
    Report,
    Simulation,
    World,
    shortest,
)
from tokenpay.testing.simulator.acts.engine import turn
from tokenpay.testing.simulator.acts.outside import mine_one
from tokenpay.testing.simulator.founding import found_world
from tokenpay.testing.simulator.node import Lie
from tokenpay.testing.simulator.simulation import _History

KINDS = (
    "crash before a statement",
    "crash",
    "lost answer",
    "duplicate",
    "reorg",
    "stuck",
    "dropped",
    "silent node",
    "lagging node",
    "lie",
    "node away",
    "clock jump",
    "two tills",
)


@pytest.fixture(scope="module")
def bad_day() -> Report:
    """A short day on which something goes wrong at every other step."""
    return Simulation(seed=35, acts_a_day=110, fault_chance=0.6).run()


def test_everything_holds_on_a_bad_day(bad_day: Report) -> None:
    assert bad_day.failure is None
    assert bad_day.happened["payments"] > 50
    assert bad_day.happened["payments carried"] > 2
    assert bad_day.checked > 110 * len(INVARIANTS)


@pytest.mark.parametrize("seed", range(1, 6))
def test_everything_holds_while_blocks_come_and_go(seed: int) -> None:
    """The long run is `python -m tests.benchmarks.reorg_schedules --schedules 10000`."""
    report = schedule(seed).run()
    assert report.failure is None
    assert report.faults.total() > 8
    assert max(int(name.split()[1]) for name in report.faults) > 4


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_happened_on_it(bad_day: Report, kind: str) -> None:
    assert sum(times for name, times in bad_day.faults.items() if name.startswith(kind)), bad_day.faults


def test_every_fault_is_looked_for_above() -> None:
    assert {fault.name.split(" ")[0] for fault in FAULTS} <= {kind.split(" ")[0] for kind in KINDS} | {"lying"}


def test_the_same_seed_is_the_same_history_in_another_process(tmp_path: Path) -> None:
    """Byte for byte, whatever order sets have there."""
    histories = []
    for hash_seed in ("0", "1"):
        file = tmp_path / hash_seed
        words = ["simulate", "--seed", "5", "--acts-a-day", "14", "--history", str(file)]
        done = subprocess.run(
            [sys.executable, "-m", "tokenpay.cli", *words],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "every invariant held" in done.stdout
        histories.append((file.read_bytes(), done.stdout.partition("seed 5: ")[2]))
    assert histories[0] == histories[1]
    assert histories[0][0].count(b"\n") == 16


def test_another_seed_is_another_history() -> None:
    assert len({Simulation(seed=seed, until=4).run().digest for seed in (1, 2)}) == 2


def test_a_step_draws_the_same_in_a_shorter_history() -> None:
    lines: list[str] = []
    Simulation(seed=12, until=6, faults=()).run(lines.append)
    alone: list[str] = []
    Simulation(seed=12, only={6}, faults=()).run(alone.append)
    assert alone == lines[-1:]


# --- what breaks is found


def _pays_again(claim: Callable[..., str | None]) -> Callable[..., str | None]:
    """A bank that forgets what a key stands for, as long as nobody looks at the key itself."""

    def claimed(store: KeyStore, key: str, **named: Any) -> str | None:
        return claim(store, key, **named) if named["verb"] != "payment" else claim(store, key, **named) and None

    return claimed


def test_a_bank_that_pays_twice_is_found_and_its_replay_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyStore, "claim", _pays_again(KeyStore.claim))
    twice = [fault for fault in FAULTS if fault.name in ("duplicate", "lost answer")]
    simulation = Simulation(seed=2, acts_a_day=60, faults=twice, fault_chance=0.3)
    failure = simulation.run().failure
    assert failure is not None
    assert failure.invariant == "nothing_answered_is_lost"
    found = shortest(simulation, failure, most=14)
    assert found.only == (failure.step,)
    assert found.invariant == failure.invariant
    assert found.replay == (f"tokenpay simulate --seed 2 --days 1 --branches 1 --acts-a-day 60 --only {failure.step}")
    again = Simulation(seed=2, acts_a_day=60, faults=twice, fault_chance=0.3, only=found.only)
    assert again.run().failure == found
    calm = Simulation(seed=2, acts_a_day=60, faults=twice, fault_chance=0.3, only=found.only, calm=found.only)
    assert calm.run().failure is None


def test_faults_that_do_not_matter_are_left_out_of_the_replay() -> None:
    def fails(world: World) -> None:
        if world.step >= 5:
            raise Broken("fails", "at the fifth step")

    reorg = [fault for fault in FAULTS if fault.name == "reorg"]
    simulation = Simulation(seed=1, faults=reorg, fault_chance=1.0, invariants=(fails,))
    failure = simulation.run().failure
    assert failure is not None
    assert failure.step == 5
    found = shortest(simulation, failure, most=14)
    assert (found.only, found.calm) == ((5,), (5,))


def test_an_act_and_an_invariant_of_ones_own() -> None:
    seen: list[int] = []

    def look(world: World, chance: Chance) -> str:
        return f"somebody looks {chance.of('look').randint(1, 6)} times"

    own = Act(name="look", weight=10**6, do=look)
    report = Simulation(
        seed=1, until=5, acts=(*ACTS, own), faults=(), invariants=(*INVARIANTS, lambda world: seen.append(world.step))
    ).run()
    assert report.failure is None
    assert seen == [0, 1, 2, 3, 4, 5]


def test_what_must_not_happen_to_a_caller_is_a_failure() -> None:
    def stumble(world: World, chance: Chance) -> str:
        raise ZeroDivisionError

    failure = Simulation(seed=1, until=3, acts=(Act(name="stumble", weight=1, do=stumble),), faults=()).run().failure
    assert failure is not None
    assert (failure.step, failure.invariant) == (2, "no_call_fails_by_itself")
    assert failure.replay.endswith("--until 2")


# --- each invariant can fail


@pytest.fixture(scope="module")
def lived() -> Iterator[World]:
    """A world after a short, quiet day, at whose end somebody outside was paid."""
    history = _History(Simulation(seed=4, acts_a_day=60, faults=()), lambda _: None)
    assert history.live() is None
    world, chance = history.world, Chance(4, 10**6)
    world.entropy.begin(10**6)
    world.clock.advance(3_600)
    debtor, payee = f"customer/{world.customers[0]}", "eip155:31337:0x" + "ab" * 20
    assert isinstance(world.ask(chance, "tel-1a", pay, debtor=debtor, creditor=payee, amount=world.amount(7)), Payment)
    staff = [
        PaymentOrder(debtor=debtor, creditor=f"customer/{id}", amount=world.amount(3)) for id in world.customers[1:]
    ]
    world.entropy.begin(10**6 + 1)
    assert len(world.ask(Chance(4, 10**6 + 1), "tel-1a", pay_batch, orders=staff)) == len(staff)
    for _ in range(4):
        turn(world, chance)
        mine_one(world)
    turn(world, chance)
    yield world
    world.close()


TAMPERED: dict[str, str] = {
    "every_asset_balances": "UPDATE accounts SET debits_posted = credits_posted WHERE kind = 'funding'",
    "no_account_is_overdrawn": "UPDATE accounts SET available_units = printf('%078d', 7) WHERE kind = 'customer'",
    "accounts_are_their_entries": "UPDATE entries SET units = printf('%078d', 7) WHERE side = 'debit'",
    "custody_is_the_chain": "UPDATE accounts SET debits_posted = printf('%078d', 7) WHERE kind = 'custody'",
    "payments_moved_what_they_say": "UPDATE payments SET state = 'held' WHERE state = 'final'",
    "deposits_moved_what_they_say": "UPDATE deposits SET state = 'seen'",
    "customers_have_what_is_theirs": "UPDATE accounts SET credits_posted = printf('%078d', 7) WHERE kind = 'customer'",
    "nothing_is_paid_twice": "UPDATE keys SET result_id = 'gone' WHERE verb = 'payment'",
    "outsiders_have_what_was_paid": 'UPDATE payments SET intent = replace(intent, \'"units":"\', \'"units":"9\')',
    "nothing_answered_is_lost": "UPDATE keys SET result_id = 'gone'",
    "history_is_only_added_to": "UPDATE audit_records SET actor = 'nobody' WHERE seq = 2",
    "limits_hold": "UPDATE limit_counters SET used_units = printf('%078d', 7)",
}


def finds(invariant_name: str, lived: World, statement: str) -> None:
    """Edit the database behind the bank's back, see that an invariant names it, and take it back."""
    invariant = next(known for known in INVARIANTS if getattr(known, "__name__", "") == invariant_name)
    lived.disk.execute("PRAGMA ignore_check_constraints = ON")
    lived.disk.execute("PRAGMA foreign_keys = OFF")
    lived.disk.execute("BEGIN")
    try:
        with unguarded(lived.disk):
            assert lived.disk.execute(statement).rowcount > 0
        lived.look_anew()
        with pytest.raises(Broken) as broken:
            invariant(lived)
        assert broken.value.invariant == invariant_name
    finally:
        lived.disk.execute("ROLLBACK")
    lived.look_anew()
    for known in INVARIANTS:
        known(lived)


@pytest.mark.parametrize("name", sorted(TAMPERED))
def test_an_edited_database_is_found_by(name: str, lived: World) -> None:
    finds(name, lived, TAMPERED[name])


@pytest.mark.parametrize("name", ["nothing_is_paid_twice", "nothing_answered_is_lost"])
def test_a_batch_that_lost_an_order_is_found_by(name: str, lived: World) -> None:
    finds(name, lived, "DELETE FROM batch_outcomes WHERE number = 2")


def test_what_begins_again_is_found(lived: World) -> None:
    lived.look_anew()
    lived.books.read()
    lived.disk.execute("BEGIN")
    try:
        with unguarded(lived.disk):
            lived.disk.execute("UPDATE payments SET state = 'cancelled' WHERE state = 'final'")
        lived.books.read()
        invariant = next(known for known in INVARIANTS if getattr(known, "__name__", "") == "what_ended_stays_ended")
        with pytest.raises(Broken, match="was final and is cancelled"):
            invariant(lived)
    finally:
        lived.disk.execute("ROLLBACK")


def test_a_changed_row_of_history_is_noted(lived: World) -> None:
    lived.look_anew()
    lived.disk.execute("BEGIN")
    try:
        with unguarded(lived.disk):
            lived.disk.execute("DELETE FROM entries WHERE seq = 1 AND account_id LIKE 'customer/%'")
        assert lived.books.read().forbidden == ["a row of entries was deleted"]
    finally:
        lived.disk.execute("ROLLBACK")


def test_every_invariant_is_tampered_with_above() -> None:
    names = {getattr(invariant, "__name__", "") for invariant in INVARIANTS}
    assert names == {*TAMPERED, "what_ended_stays_ended"}


# --- what the simulator found


def pay_out(world: World, chance: Chance) -> Payment:
    """Pay to an address outside, and let the engine send it."""
    paid = world.ask(
        chance,
        "tel-1a",
        pay,
        debtor=f"customer/{world.customers[0]}",
        creditor="eip155:31337:0x" + "ab" * 20,
        amount=world.amount(100),
    )
    assert isinstance(paid, Payment)
    turn(world, chance)
    return paid


def test_a_block_is_not_taken_in_without_the_receipts_of_what_is_ours_in_it() -> None:
    """Found by seed 9 of bad days: the block became final, and the payment in it still counted as sent."""
    world, chance = found_world(1, 1), Chance(1, 1)
    paid = pay_out(world, chance)
    world.node.lie = Lie.NO_RECEIPTS
    for _ in range(4):
        mine_one(world)
        (done,) = run_once(world.bank, by=world.session(ENGINE_ID)).chains
        assert isinstance(done.error, ChainUnavailable)
        assert world.final_number() < world.chain.height - 1
    world.node.lie = None
    mine_one(world)
    (done,) = run_once(world.bank, by=world.session(ENGINE_ID)).chains
    assert done.error is None
    world.books.read()
    assert world.books.payments[paid.id].state == "final"
    world.close()


def test_a_payment_whose_receipt_the_node_lost_stays_included_and_its_block_not_final() -> None:
    """Found by seed 37 of bad days: it was sent again, and the books passed its block without it."""
    world, chance = found_world(1, 1), Chance(1, 1)
    paid = pay_out(world, chance)
    for _ in range(2):
        mine_one(world)
        turn(world, chance)
    final = world.final_number()
    mine_one(world)
    mine_one(world)
    world.node.lie = Lie.NO_RECEIPTS
    (done,) = run_once(world.bank, by=world.session(ENGINE_ID)).chains
    assert isinstance(done.error, ChainUnavailable)
    world.books.read()
    assert (world.books.payments[paid.id].state, world.final_number()) == ("included", final)
    world.node.lie = None
    turn(world, chance)
    world.books.read()
    assert world.books.payments[paid.id].state == "final"
    world.close()


def test_what_was_sent_by_a_clock_that_ran_ahead_does_not_wait_for_that_time() -> None:
    """Found by seed 23 of bad days: set right, the engine waited for hours to send again what a node had lost."""
    world, chance = found_world(1, 1), Chance(1, 1)
    payee = "eip155:31337:0x" + "ab" * 20
    debtor = f"customer/{world.customers[0]}"
    world.clock.ahead_s = 10_000
    paid = world.ask(chance, "tel-1a", pay, debtor=debtor, creditor=payee, amount=world.amount(100))
    turn(world, chance)
    (lost,) = world.chain.waiting
    world.chain.drop(lost)
    world.clock.ahead_s = 0
    for _ in range(5):
        turn(world, chance)
        mine_one(world)
    turn(world, chance)
    world.books.read()
    assert world.books.payments[paid.id].state == "final"
    world.close()
