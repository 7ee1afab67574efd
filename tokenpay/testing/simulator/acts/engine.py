"""What the engine does: turn, and bring what stands on deposit addresses to the treasury."""

from tokenpay.engine import Cycle, run_once
from tokenpay.errors import Halted, IntegrityError
from tokenpay.operations.sweep import sweep
from tokenpay.parties.operator import ENGINE_ID
from tokenpay.testing.simulator.act import Act
from tokenpay.testing.simulator.acts.supervisors import resume
from tokenpay.testing.simulator.broken import Broken
from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.world import World


def turn(world: World, chance: Chance) -> str:
    """One turn. A chain that was halted for a lie goes on once the lie is over; any other halt is a failure."""
    if world.halted() and world.node.lie is None:
        resume(world, chance)
    lies, ahead_s = world.node.lies, world.clock.ahead_s
    cycle: Cycle = world.ask(chance, ENGINE_ID, run_once, keyed=False)
    (done,) = cycle.chains
    error = done.error or cycle.error
    if isinstance(error, Halted) and not world.halted():  # the clock was not believed
        if not ahead_s and not world.accept_clock():
            raise Broken("the_chain_halts_for_a_cause_only", error.message)
        return "the engine waits for the clock"
    if isinstance(error, Halted | IntegrityError) and not (world.node.lies > lies or world.halted_for_a_lie):
        raise Broken("the_chain_halts_for_a_cause_only", error.message)
    world.halted_for_a_lie = bool(world.halted())
    watched, settled, submitted = done.watched, done.settled, done.submitted
    world.tally["deposits seen"] += watched.deposits if watched else 0
    world.tally["deposits final"] += settled.deposits if settled else 0
    world.tally["payments carried"] += settled.payments if settled else 0
    world.tally["expired"] += cycle.expired.requests + cycle.expired.payments
    counts = [
        f"blocks {watched.blocks}, seen {watched.deposits}, orphaned {watched.orphaned}" if watched else "saw nothing",
        f"settled {settled.payments}+{settled.deposits} at {settled.final_number}" if settled else "settled nothing",
        f"sent {submitted.sent}, stuck {submitted.stuck}" if submitted else "sent nothing",
    ]
    return "; ".join(counts) + (f"; {error.code}: {error.message}" if error else "")


def bring_home(world: World, chance: Chance) -> str:
    sweeps = world.ask(chance, ENGINE_ID, sweep, keyed=False, asset_id=world.token.id, at_least_units=100, limit=5)
    world.tally["sweeps"] += len(sweeps)
    return f"{len(sweeps)} sweeps"


ENGINE = (Act(name="turn", weight=12, do=turn), Act(name="sweep", weight=1, do=bring_home))
