"""One of three nodes lies: nothing wrong is credited or sent, and honest money moves. Two do: nothing moves at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import tokenpay as tp
from tests.lying_node import LIES, LyingNode, nodes_of, quorum_of
from tests.world import CHAIN_ID, CONTRACT, OUTSIDE, START, STRANGER, Template, World, opened
from tokenpay.ledger.chart import AccountKind

MINUTE_S = 61
"""So long after the last turn its token is looked at again."""
PAIRS = [(name, "is down" if lie.alike else "lies too") for name, lie in LIES.items()]
"""Two who can only say the same would be a quorum, and no quorum protects from one of liars."""


@dataclass(kw_only=True)
class Day:
    """A bank in the middle of its work: a question of each kind is due in the next turn."""

    world: World
    nodes: list[LyingNode]
    failed: tp.Payment
    """On the chain, reverted, in a block that is final next turn."""
    paid: tp.Payment
    """On the chain, in a block that is final next turn, with a deposit of 30."""
    fresh: tp.Payment
    """Cleared, and not yet sent."""
    troubles: set[str]

    def go_on(self, turns: int = 4) -> None:
        for _ in range(turns):
            self.world.turn()
            self.troubles.add(self.health.trouble)
            self.world.mine()

    @property
    def health(self) -> tp.ChainHealth:
        return tp.bank_health(self.world.bank, by=self.world.tom).chains[0]

    def standing(self) -> dict[str, Any]:
        """What stands in the bank's books and on the chain itself."""
        world = self.world
        anna = world.account(AccountKind.CUSTOMER, world.anna.id)
        return {
            "anna": anna.posted_units,
            "pending": (anna.debits_pending, anna.credits_pending),
            "deposits": anna.credits_posted,
            "judged": [world.now(payment).state.value for payment in (self.failed, self.paid)],
            "sends": (
                world.now(self.fresh).state.value,
                world.chain.transaction_count(world.treasury),
                world.holding(STRANGER),
            ),
        }


@contextmanager
def going_on(template: Template, folder: Path, payments: Sequence[tp.Payment]) -> Iterator[Day]:
    """Open a copy of the bank, whose chain is reached through three nodes."""
    with opened(template, folder, f"sqlite:///{folder / 'bank.sqlite'}", seed=3) as world:
        nodes = nodes_of(world.chain)
        chain = quorum_of(nodes)
        world.bank = replace(world.bank, chains={CHAIN_ID: chain})
        failed, paid, fresh = payments
        yield Day(world=world, nodes=nodes, failed=failed, paid=paid, fresh=fresh, troubles=set())
        chain.close()


Begun = tuple[Template, tuple[tp.Payment, ...]]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, template_of: Callable[..., Template]) -> Begun:
    """A bank at rest in the middle of its work, and its three payments."""
    folder = tmp_path_factory.mktemp("begun")
    url = f"sqlite:///{folder / 'bank.sqlite'}"
    template = template_of(url)
    with opened(template, folder, url) as world:
        failed = world.paid(1, creditor=OUTSIDE)
        world.turn()
        world.chain.add_token(CONTRACT, paused=True)
        world.mine()
        world.chain.add_token(CONTRACT)
        world.turn()
        paid, request = world.paid(2, creditor=OUTSIDE), world.request(30)
        world.turn()
        world.deposit(request, 30)
        world.mine()
        assert world.turn().error is None
        world.mine()
        world.deposit(world.request(7), 7)
        world.mine()
        fresh = world.paid(3, creditor=OUTSIDE)
        world.clock.advance(MINUTE_S)
    at_rest = replace(template, folder=folder, url=url, chain=world.chain, at_s=world.clock.now_s())
    return at_rest, (failed, paid, fresh)


@pytest.fixture
def today(tmp_path: Path, begun: Begun) -> Iterator[Day]:
    with going_on(begun[0], tmp_path, begun[1]) as found:
        yield found


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory, begun: Begun) -> dict[str, Any]:
    """Where everything stands after a day on which all nodes tell the truth."""
    with going_on(begun[0], tmp_path_factory.mktemp("truth"), begun[1]) as honest:
        honest.go_on()
        honest.world.prove()
        assert (honest.troubles, honest.world.cases()) == ({""}, [])
        return honest.standing()


def test_a_day_without_lies(truth: dict[str, Any]) -> None:
    """What is compared with below: 30 and 7 came, 2 and 3 left, 1 came back from a transaction that failed."""
    assert truth == {
        "anna": (START + 30 + 7 - 2 - 3) * 10**6,
        "pending": (0, 0),
        "deposits": (START + 30 + 7) * 10**6,
        "judged": ["failed", "final"],
        "sends": ("final", truth["sends"][1], (2 + 3) * 10**6),
    }


@pytest.mark.parametrize("name", LIES)
def test_one_of_three_lies_and_nothing_changes(today: Day, truth: dict[str, Any], name: str) -> None:
    lie, (_, liar, _) = LIES[name], today.nodes
    liar.lie = lie.tells
    today.go_on()
    assert today.standing() == truth
    assert today.health.halted == ""
    assert today.world.cases() == []
    told = {said for trouble in today.troubles if trouble for said in trouble.split("; ")}
    assert all(said.startswith("node 2 ") for said in told), told
    assert bool(told) == lie.heard
    today.world.prove()


@pytest.mark.parametrize(("name", "third"), PAIRS)
def test_two_of_three_are_wrong_and_nothing_moves(today: Day, truth: dict[str, Any], name: str, third: str) -> None:
    lie, (_, liar, other) = LIES[name], today.nodes
    before = today.standing()
    liar.lie = lie.tells
    other.lie, other.down = lie.tells, third == "is down"
    today.go_on(3)
    now = today.standing()
    for part in ("deposits", "judged", "sends"):
        if part in lie.stops:
            assert now[part] == before[part]
    assert before["deposits"] <= now["deposits"] <= truth["deposits"]
    assert now["sends"][1:] in (before["sends"][1:], truth["sends"][1:])
    assert today.health.halted == ""
    assert all("node " in trouble for trouble in today.troubles if trouble)
    assert "" not in today.troubles or not lie.stops
    # Nothing wrong was written down meanwhile: as soon as two of three are right again, all goes its way.
    liar.lie, other.lie, other.down = {}, {}, False
    today.world.clock.advance(MINUTE_S)
    today.go_on()
    assert today.standing() == truth
    today.world.prove()


@pytest.mark.parametrize("down", [(0, 1), (1, 2), (0, 1, 2)])
def test_with_two_of_three_down_nothing_moves(today: Day, truth: dict[str, Any], down: tuple[int, ...]) -> None:
    before = today.standing()
    for number in down:
        today.nodes[number].down = True
    today.go_on(3)
    assert today.standing() == before
    assert all(f"node {number + 1} gives no answer" in trouble for number in down for trouble in today.troubles)
    for node in today.nodes:
        node.down = False
    today.go_on()
    assert today.standing() == truth
    today.world.prove()


def test_one_of_three_is_down_and_everything_moves(today: Day, truth: dict[str, Any]) -> None:
    today.nodes[1].down = True
    today.go_on()
    assert today.standing() == truth
    assert today.troubles == {"node 2 gives no answer: the node is down"}
