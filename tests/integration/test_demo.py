"""The demo as people start it: told whole, gone on with, started over, killed, stopped, and honest when it fails."""

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.fixtures_chain import wait_until
from tests.unguarded import unguarded
from tokenpay.cli import demo, main
from tokenpay.cli.demo import story
from tokenpay.cli.demo.proof import proof
from tokenpay.cli.demo.show import Show
from tokenpay.cli.demo.world import World
from tokenpay.devnet.process import start_devnet
from tokenpay.store import migrate

TIMEOUT_S = 120
STEPS = [
    "opening",
    "deposit",
    "counter",
    "payment_out",
    "gasless",
    "overpayment",
    "denied",
    "sweeping",
    "proof",
    "end",
]
ALL_HOLDS = "Everything was as told, and the proof holds."


def command(*options: str | Path) -> list[str]:
    return [sys.executable, "-m", "tokenpay.cli.demo", *map(str, options)]


def told(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*options), capture_output=True, text=True, timeout=TIMEOUT_S)


def facts(output: str) -> dict[str, dict[str, Any]]:
    """The JSON lines by the name of their step."""
    return {row["name"]: row for row in map(json.loads, output.splitlines())}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the text of a first run, of all test processes; whoever changes the folder works on a copy."""
    if find_spec("eth") is None or find_spec("zxingcpp") is None:
        missing("the demo", "install the extras devnet and scan")
    own = tmp_path_factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "demo"
    place.mkdir(exist_ok=True)
    folder, text = place / "bank", place / "said"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not text.exists():
            run = told("--keep", folder)
            assert (run.returncode, run.stderr) == (0, "")
            text.write_text(run.stdout)
    return folder, text.read_text()


@pytest.fixture
def kept(first: tuple[Path, str], tmp_path: Path) -> Path:
    """A demo bank of this test alone, as a first run left it."""
    return Path(shutil.copytree(first[0], tmp_path / "bank"))


@pytest.mark.parametrize(
    "line",
    [
        "Demo Bank is founded by two supervisors",
        "ok  final 2 blocks later: the request is paid, Anna has 2000.00 DEUR",
        "ok  Anna pays in the bank's books, final at once: Boris has 250.00 DEUR",
        "ok  Tim proposes it, and it is held: this payment needs a second person",
        "1500.00 DEUR since block",
        "ok  the payer had no coin and has none; the bank paid the gas",
        "ok  Vera refunds 30.00 DEUR there, final in block",
        "ok  nothing moved: an address of this payment is on a screening list",
        "3 deposit addresses hold 2450.00 DEUR together.",
        "ok  all 5 custody accounts equal the chain to the last unit",
        "ok  2 audit streams with",
        ALL_HOLDS,
        "vera  vera-demo   Vera Lind, supervisor",
        "tokenpay ledger reconcile",
    ],
)
def test_the_story_is_told_in_plain_lines(first: tuple[Path, str], line: str) -> None:
    assert line in first[1]


def test_a_pipe_gets_no_colours_and_no_line_over_eighty_columns(first: tuple[Path, str]) -> None:
    folder, text = first
    assert "\x1b" not in text
    wide = [line for line in text.splitlines() if len(line) > 80 and str(folder) not in line]
    assert not wide


def test_a_fresh_run_starts_over(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = keys(kept)
    tell_only(monkeypatch)
    assert main(["demo", "--keep", str(kept), "--fresh", "--json"]) == 0
    anew = facts(capsys.readouterr().out)
    assert list(anew) == ["opening", "end"]
    assert anew["opening"]["continues"] is False
    assert not set(keys(kept)) & set(before)


def test_a_round_that_the_rules_of_risk_find_odd_is_let_go_by_a_second_person(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By then many have paid Anna on one day, and most of it leaves."""
    tell_only(monkeypatch, story.deposit, story.payment_out, story.overpayment, story.counter)
    assert main(["demo", "--keep", str(kept)]) == 0
    assert "Otto looks at it, and approves" in " ".join(capsys.readouterr().out.split())


def test_killed_while_it_is_founded_and_in_the_middle_it_goes_on(first: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    founding = subprocess.Popen(command("--keep", folder), stdout=subprocess.DEVNULL)
    wait_until(lambda: (folder / "keys").exists(), timeout_s=60)
    founding.kill()
    founding.wait()
    assert not (folder / "bank.json").exists()

    with started("--keep", folder) as middle:
        read_until(middle, " 3  A payment out")
        middle.kill()
    final = told("--keep", folder, "--json")
    assert (final.returncode, final.stderr) == (0, "")
    found = facts(final.stdout)
    assert list(found) == STEPS
    assert found["opening"]["continues"] is True
    assert found["payment_out"]["states"][-1] == "final"
    assert found["end"]["good"] is True


def test_ctrl_c_ends_it_with_a_word(kept: Path) -> None:
    with started("--keep", kept) as run:
        read_until(run, " 1  A deposit")
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=TIMEOUT_S)
    assert run.returncode == 130
    assert said == f"\nThe demo was stopped: run it again and it goes on with {kept}.\n"


def test_a_bank_that_was_changed_is_not_passed_off_as_whole(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_only(monkeypatch, proof)
    database, whole = kept / "bank.db", kept.parent / "whole.db"
    shutil.copy(database, whole)
    with start_devnet(kept / "devnet"):
        assert main(["demo", "--keep", str(kept)]) == 0
        assert ALL_HOLDS in capsys.readouterr().out

        shutil.copy(whole, database)
        change(kept, "UPDATE audit_records SET subject = 'nobody' WHERE seq = 5 AND stream = 'engine'")
        assert main(["demo", "--keep", str(kept)]) == 6
        said = capsys.readouterr()
        assert said.err.startswith("error integrity: ")
        assert ALL_HOLDS not in said.out

        shutil.copy(whole, database)
        change(kept, "UPDATE accounts SET debits_posted = credits_posted WHERE id LIKE 'funding/%'")
        assert main(["demo", "--keep", str(kept)]) == 1
        said = capsys.readouterr()
        assert "NOT AS TOLD: " in said.out
        assert ALL_HOLDS not in said.out


def test_what_is_no_demo_bank_is_left_alone(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "keys").write_text("mine")
    change(kept, "UPDATE bank SET value = '' WHERE name = 'demo'")
    for folder in (other, kept, other / "keys"):
        assert main(["demo", "--keep", str(folder), "--fresh"]) == 2
        assert capsys.readouterr().err.startswith("error input.invalid: ")
    assert (other / "keys").read_text() == "mine"
    assert (kept / "bank.json").exists()


def test_the_bank_of_an_older_program_is_migrated_and_another_is_not(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{kept / 'bank.db'}"
    migrate.downgrade(url, "0021")
    assert main(["demo", "--keep", str(kept), "--people"]) == 0
    assert '"tim"' in capsys.readouterr().out
    assert migrate.revision(url) == migrate.HEAD
    migrate.downgrade(url, "0021")
    change(kept, "UPDATE bank SET value = '' WHERE name = 'demo'")
    assert main(["demo", "--keep", str(kept), "--people"]) == 2
    assert migrate.revision(url) == "0021"


def test_a_bank_in_use_is_not_removed(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with start_devnet(kept / "devnet"):
        assert main(["demo", "--keep", str(kept), "--fresh"]) == 4
    assert "in use" in capsys.readouterr().err
    assert (kept / "bank.json").exists()


def test_fresh_without_keep_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--fresh"]) == 2
    assert "--fresh goes with --keep" in capsys.readouterr().err


def test_without_its_extras_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    assert main(["demo"]) == 5
    assert 'pip install "tokenpay[devnet,scan]"' in capsys.readouterr().err


@pytest.fixture(autouse=True)
def _no_chain_left(tmp_path: Path) -> Iterator[None]:
    """Whatever ended a run, its chain ended with it."""
    yield
    for announced in tmp_path.rglob("devnet.json"):
        pid = json.loads(announced.read_text())["pid"]
        wait_until(partial(gone, Path(f"/proc/{pid}")))


def tell_only(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[World, Show], None]) -> None:
    """Leave out every other step between the opening and the end."""
    monkeypatch.setattr(story, "STEPS", [(step, step.__name__) for step in steps])


def keys(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in (folder / "keys").iterdir()]


def gone(path: Path) -> bool:
    return not path.exists()


def started(*options: str | Path) -> "subprocess.Popen[str]":
    """Start a demo in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def read_until(run: "subprocess.Popen[str]", title: str) -> None:
    assert run.stdout is not None
    assert any(line.startswith(title) for line in run.stdout), "the run ended before this step"


def change(folder: Path, statement: str) -> None:
    """Change the bank's database as somebody would who is not the bank."""
    with sqlite3.connect(folder / "bank.db") as database, unguarded(database):
        assert database.execute(statement).rowcount > 0
    database.close()
