"""Every command of the program, whatever it is, in trouble: one line, a stable code, nothing half-written."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Desk, Said
from tests.integration.cli.samples import commands, stock, words
from tests.world import Template, opened
from tokenpay.cli import main

WITHOUT_A_SESSION = {
    "bank found",
    "bank migrate",
    "bank restored",
    "bank show",
    "asset facts",
    "asset list",
    "request resolve",
    "request read",
    "audit check",
    "doctor",
    "backup",
    "restore",
}
ASKS_THE_NODE = {
    "bank found",
    "asset register",
    "asset check",
    "asset facts",
    "asset import",
    "asset unfreeze",
    "chain watch",
    "chain settle",
    "chain submit",
    "chain recognise",
    "chain resume",
    "engine run",
    "ledger reconcile",
}
COMMANDS = sorted(commands())


@dataclass(frozen=True, kw_only=True)
class Stocked(Template):
    """A bank that holds something of each kind, and how commands name it."""

    samples: dict[str, str]


@pytest.fixture(scope="session")
def template(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    folder = tmp_path_factory.mktemp("stocked")
    url = f"sqlite:///{folder / 'bank.db'}"
    with opened(template, folder, url, seed=3) as world:
        samples = stock(world, folder)
        assert main(["backup", samples["restore file"], "--bank", str(folder)]) == 0
        return Stocked(
            folder=folder,
            url=url,
            chain=world.chain,
            at_s=world.clock.now_s(),
            people=template.people,
            samples=samples,
        )


@pytest.fixture
def samples(template: Stocked, tmp_path: Path) -> dict[str, str]:
    return {
        **template.samples,
        "new": str(tmp_path / "new"),
        "backup file": str(tmp_path / "copy"),
        "path": str(tmp_path / "audit"),
        "policy export file": str(tmp_path / "rules"),
    }


class Late:
    """A clock by which most of a day passes between any two questions: no session lasts."""

    def __init__(self, at_s: int) -> None:
        self.at_s = at_s

    def now_s(self) -> int:
        self.at_s += 50_000
        return self.at_s


def standing(desk: Desk) -> tuple[dict[str, list[str]], list[Path]]:
    """What the bank's tables hold, and every file in and beside its folder."""
    return desk.rows(), sorted(path for path in desk.folder.parent.rglob("*") if path.is_file())


def done(name: str, said: Said) -> bool:
    """A doctor who finds the trouble says so with an exit code of 1, and no error."""
    return said.code == 0 or (name == "doctor" and (said.code, said.err) == (1, ""))


def test_the_lists_name_commands_that_there_are() -> None:
    assert set(COMMANDS) >= (WITHOUT_A_SESSION | ASKS_THE_NODE)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_session_that_ended(desk: Desk, samples: dict[str, str], name: str) -> None:
    line = words(name, samples)
    before = standing(desk)
    said = desk.run(*line, by="ann", **{**desk.ports(), "clock": Late(desk.world.clock.now_s())})
    if name in WITHOUT_A_SESSION:
        assert done(name, said), said.err
        return
    assert (said.error, said.code) == ("session.expired", 3)
    assert standing(desk) == before


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("trouble", ["unreachable", "another chain"])
def test_a_node_that_is_away_or_on_another_chain(desk: Desk, samples: dict[str, str], name: str, trouble: str) -> None:
    line = words(name, samples)
    if name == "engine run":  # the heads of the audit are signed and sent: what comes then is the node's trouble alone
        assert done(name, desk(*line, by="ann"))
    before = standing(desk)
    chain, right = desk.world.chain, desk.world.chain.node_chain_id
    chain.unreachable, chain.node_chain_id = trouble == "unreachable", 1 if trouble == "another chain" else right
    said = desk(*line, by="ann")
    if name not in ASKS_THE_NODE:
        assert done(name, said), said.err
        return
    if (name, trouble) == ("engine run", "another chain"):
        assert (said.error, said.code) == ("halted", 5)  # the loop stops the chain until people have looked
        assert "the node serves chain 1, not 31337" in said.err
        assert {kind for kind, _ in desk.world.cases()} == {"other", "chain_halted"}
        return
    assert (said.error, said.code) == (("chain.unavailable", 5) if chain.unreachable else ("integrity", 6))
    assert standing(desk) == before or name == "engine run"  # the engine writes down what troubled its turn
    chain.unreachable, chain.node_chain_id = False, right
    assert done(name, desk(*line, by="ann"))
