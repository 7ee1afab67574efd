"""What goes wrong: each fault a small named thing, drawn for a step like an act, and counted when it happened."""

from collections.abc import Callable
from dataclasses import dataclass

from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.node import Lie
from tokenpay.testing.simulator.world import World

_STEPS_OF_AN_ACT, _STEPS_OF_A_TURN = 45, 160
_SPELL = (3, 25)
"""For so many steps a node, a fee or a clock stays as it is."""
_NORMAL_FEE_WEI = 10**9
LIES = {
    Lie.OTHER_CHAIN: 1,
    Lie.BROKEN_LINKS: 3,
    Lie.NO_RECEIPTS: 4,
    Lie.FALSE_REJECTION: 2,
    Lie.FALSE_ACCEPTANCE: 1,
}
"""How often each comes among the lies: those that few calls give a chance to more often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`strike` happens just before the step's act, which is `then` where that is named.

    `weight` is how often it comes among all faults.
    """

    name: str
    weight: int
    strike: Callable[[World, Chance], None]
    then: str = ""


def _spell(world: World, chance: Chance, name: str, end: Callable[[World], None]) -> None:
    world.spells[name] = world.step + chance.of("spell").randint(*_SPELL), end


def _crash(world: World, chance: Chance) -> None:
    """The power is cut at a counted step of the act, if it has so many."""
    world.steps.arm(chance.of("crash").randint(1, _STEPS_OF_AN_ACT))


def _crash_the_engine(world: World, chance: Chance) -> None:
    world.steps.arm(chance.of("crash").randint(1, _STEPS_OF_A_TURN))


def _lose_answer(world: World, chance: Chance) -> None:
    world.lose_answer = True


def _repeat_call(world: World, chance: Chance) -> None:
    world.repeat_call = True


def _reorg(world: World, chance: Chance) -> None:
    random = chance.of("reorg")
    depth = random.randint(1, world.chain.confirmations)
    kept = {"keep_transactions": random.random() < 0.7, "keep_deposits": random.random() < 0.6}
    world.chain.reorg(depth, **kept)
    world.clock.reach(world.chain.mined(world.chain.height).block.timestamp_s)
    world.faults[f"reorg {depth} deep"] += 1


def _stuck(world: World, chance: Chance) -> None:
    """The base fee leaps: what waits for a block goes on waiting."""

    def end(world: World) -> None:
        world.chain.base_fee_wei = _NORMAL_FEE_WEI

    world.chain.base_fee_wei = 10**11
    world.faults["stuck"] += 1
    _spell(world, chance, "stuck", end)


def _drop(world: World, chance: Chance) -> None:
    """The node forgets a transaction that waits, or the next ones never reach it."""
    waiting = world.chain.waiting
    if waiting:
        world.chain.drop(chance.of("drop").choice(waiting))
        world.faults["dropped"] += 1
    else:
        world.chain.lose_requests = 2


def _silence(world: World, chance: Chance) -> None:
    world.chain.lose_answers = 2


def _lag(world: World, chance: Chance) -> None:
    def end(world: World) -> None:
        world.node.lag = 0

    world.node.lag = chance.of("lag").randint(1, 4)
    world.faults["lagging node"] += 1
    _spell(world, chance, "lag", end)


def _lie(world: World, chance: Chance) -> None:
    def end(world: World) -> None:
        world.node.lie = None

    world.node.lie = chance.of("lie").choices(list(LIES), list(LIES.values()))[0]
    _spell(world, chance, "lie", end)


def _away(world: World, chance: Chance) -> None:
    def end(world: World) -> None:
        world.chain.unreachable = False

    world.chain.unreachable = True
    world.faults["node away"] += 1
    _spell(world, chance, "away", end)


def _jump(world: World, chance: Chance) -> None:
    """The bank's clock is set wrong, and after a while right again."""

    def end(world: World) -> None:
        world.clock.ahead_s = 0

    world.clock.ahead_s = chance.of("jump").choice((-900, -200, 200, 3_000, 50_000))
    world.faults[f"clock jump {'forward' if world.clock.ahead_s > 0 else 'back'}"] += 1
    _spell(world, chance, "clock", end)


def _two_tills(world: World, chance: Chance) -> None:
    world.two_tills = True


FAULTS: tuple[Fault, ...] = (
    Fault(name="crash", weight=5, strike=_crash),
    Fault(name="crash of the engine", weight=6, strike=_crash_the_engine, then="turn"),
    Fault(name="lost answer", weight=3, strike=_lose_answer),
    Fault(name="duplicate", weight=2, strike=_repeat_call),
    Fault(name="reorg", weight=3, strike=_reorg),
    Fault(name="stuck", weight=1, strike=_stuck),
    Fault(name="dropped", weight=2, strike=_drop, then="turn"),
    Fault(name="silent node", weight=2, strike=_silence, then="turn"),
    Fault(name="lagging node", weight=1, strike=_lag, then="turn"),
    Fault(name="lying node", weight=4, strike=_lie, then="turn"),
    Fault(name="node away", weight=1, strike=_away),
    Fault(name="clock jump", weight=1, strike=_jump),
    Fault(name="two tills", weight=4, strike=_two_tills),
)
"""What a simulation lets go wrong."""
