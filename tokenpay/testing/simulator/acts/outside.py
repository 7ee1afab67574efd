"""What happens outside the bank: blocks, fees, and people who pay its requests from their own wallets."""

from tokenpay.testing.fake_chain import OUTSIDER
from tokenpay.testing.simulator.act import Act
from tokenpay.testing.simulator.chance import Chance
from tokenpay.testing.simulator.world import World

_FEES_WEI = (5 * 10**8, 10**9, 10**9, 3 * 10**9)


def mine(world: World, chance: Chance) -> str:
    """Make blocks at the time that it is; a block's time is after its parent's."""
    for _ in range(chance.of("blocks").randint(1, 3)):
        mine_one(world)
    return f"block {world.chain.height}"


def mine_one(world: World) -> None:
    world.clock.advance(world.chain.block_time_s)
    world.chain.mine(timestamp_s=max(world.clock.at_s, world.chain.mined(world.chain.height).block.timestamp_s + 1))
    world.chain.forget_states(64)


def deposit(world: World, chance: Chance) -> str:
    """Somebody pays a request: right, short, over or twice, in time or late, or with another's old address."""
    random = chance.of("deposit")
    found = [request for request in world.requests if request.deposit_address is not None]
    if not found:
        return "no request"
    request = random.choice(found)
    asked = request.amount.units if request.amount else random.randint(1, 5_000)
    kind = random.choices(("right", "short", "over", "twice"), (70, 12, 12, 6))[0]
    units = {"short": max(1, asked // 2), "over": asked + random.randint(1, 50)}.get(kind, asked)
    late = ", late" if request.expires_at_s <= world.clock.at_s else ""
    for _ in range(2 if kind == "twice" else 1):
        if request.deposit_address is not None:
            world.chain.deposit(world.token.contract, request.deposit_address, units, sender=OUTSIDER)
    world.tally[f"deposits {kind}{late}"] += 1
    return f"somebody pays {request.id} {kind}{late}: {units}"


def change_fee(world: World, chance: Chance) -> str:
    world.chain.base_fee_wei = chance.of("fee").choice(_FEES_WEI)
    return f"the base fee is {world.chain.base_fee_wei}"


OUTSIDE = (
    Act(name="mine", weight=10, do=mine),
    Act(name="deposit", weight=9, do=deposit),
    Act(name="fee", weight=1, do=change_fee),
)
