"""The engine's loop on the command line: what it says, and how it ends."""

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.cli.conftest import Desk
from tests.lying_node import nodes_of, quorum_of
from tests.world import CHAIN_ID


def after_turns(desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], Any]) -> None:
    """Let something happen in the middle of the engine's turn of this number."""
    head, turns = desk.world.chain.head, iter(range(1, 1_000))

    def watched() -> Any:
        if next(turns) == number:
            act()
        return head()

    monkeypatch.setattr(desk.world.chain, "head", watched)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_turn_end(desk: Desk, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    desk.world.mine()
    after_turns(desk, monkeypatch, 1, lambda: os.kill(os.getpid(), number))
    said = desk("engine", "run", "--pause-s", "0")
    assert (said.code, said.err) == (0, "")
    assert said.out == "engine of Test: 1 chain; Ctrl-C ends it\nchain 31337: blocks 1\n"
    assert signal.getsignal(number) == before


def test_a_failure_is_said_once_until_it_changes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter(range(100))

    def rest(*_: Any) -> None:
        turn = next(turns)
        desk.world.chain.unreachable = turn < 4
        if turn == 6:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("tokenpay.engine._rest", rest)
    desk.world.chain.unreachable = True
    said = desk("engine", "run")
    assert said.code == 0
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["error chain.unavailable"]


def test_every_turn_is_a_line_of_json(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter(range(100))
    monkeypatch.setattr(
        "tokenpay.engine._rest", lambda *_: os.kill(os.getpid(), signal.SIGTERM) if next(turns) == 2 else None
    )
    lines = [json.loads(line) for line in desk("engine", "run", "--json").out.splitlines()]
    assert [line["chains"][0]["chain_id"] for line in lines] == [31_337] * 3
    assert all(line["error"] is None for line in lines)


def test_a_node_that_is_down_is_said_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes, turns = nodes_of(desk.world.chain), iter(range(100))
    nodes[2].down = True
    monkeypatch.setattr(
        "tokenpay.engine._rest", lambda *_: os.kill(os.getpid(), signal.SIGTERM) if next(turns) == 2 else None
    )
    ports = {**desk.ports(), "chain_ports": {CHAIN_ID: quorum_of(nodes)}}
    said = desk.run("engine", "run", **ports)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1:] == ["chain 31337: node 3 gives no answer: the node is down"]
