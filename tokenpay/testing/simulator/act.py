"""One thing that somebody does: how often it comes, and what it asks the bank or the chain."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tokenpay.payments.payment import Payment, Refusal
from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`do` draws from its chance, acts, and says in a line what came of it. A bank's own acts are made like this too.

    `weight` is how often it comes among all acts.
    """

    name: str
    weight: int
    do: Callable[[World, Chance], str]


def outcome(world: World, answer: Payment | Refusal) -> str:
    """Return what a payment came to, and count it."""
    if isinstance(answer, Refusal):
        world.tally["refusals"] += 1
        return "refused: " + ", ".join(sorted(reason.code for reason in answer.reasons))
    world.tally["payments"] += 1
    return f"{answer.state} {answer.id}"


def small_units(random: Random) -> int:
    """Return an amount: mostly small, now and then at or above what one person may."""
    return random.choices(
        (random.randint(1, 2_000), random.randint(1, 12_000), 10_000, 10_001, 60_000), (80, 14, 2, 2, 1)
    )[0]
