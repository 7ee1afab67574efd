"""A signal ends a command as Ctrl-C does: nothing half-written, no traceback, the exit code that a shell expects."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Desk
from tests.integration.cli.test_cli_odd_places import FOUNDERS
from tokenpay import bootstrap
from tokenpay.cli import backup, restore
from tokenpay.cli.interrupts import ENDING, Interrupted, Interruptible
from tokenpay.compliance.policy import Policy

EARLY = """
import os, signal, sys
from tokenpay.cli import main

class Told:
    def find_spec(self, name, path=None, target=None):
        if name == "tokenpay.cli.program":
            os.kill(os.getpid(), int(sys.argv[1]))

sys.meta_path.insert(0, Told())
sys.exit(main(["doctor"]))
"""


def told(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", ENDING)
def test_before_anything_is_imported(number: int) -> None:
    done = subprocess.run([sys.executable, "-c", EARLY, str(int(number))], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


def test_a_backup_leaves_no_password_behind(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "place"
    place.mkdir()
    copy = backup._copy_database

    def copied(source: Path, target: Path) -> None:
        copy(source, target)
        assert (target.parent / "keys" / "wallet.password").exists()
        assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
        told()

    monkeypatch.setattr(backup, "_copy_database", copied)
    said = desk("backup", place / "b.tar.gz", "--with-passwords")
    assert (said.code, said.out, said.err) == (143, "", "")
    assert list(place.iterdir()) == []


def test_a_restore_leaves_nothing(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk("backup", tmp_path / "b.tar.gz").code == 0
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(restore, "_settle", lambda *_: told(signal.SIGHUP))
    said = desk("restore", tmp_path / "b.tar.gz", "--bank", tmp_path / "new")
    assert (said.code, said.out, said.err) == (129, "", "")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("step", ["create_wallet", "found", "write_settings"])
def test_a_founding_leaves_an_empty_folder(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = getattr(bootstrap, step)

    def interrupted(*given: Any, **named: Any) -> None:
        done(*given, **named)
        told()

    founding: dict[str, Any] = {"name": "B", "founders": FOUNDERS, "policy": Policy(), "chains": []}
    monkeypatch.setattr(bootstrap, step, interrupted)
    with pytest.raises(Interrupted), Interruptible():
        bootstrap.found_bank(tmp_path / "bank", **founding, demo=True, password_cost=2**10)
    assert list((tmp_path / "bank").glob("*")) == []
    monkeypatch.undo()
    bootstrap.found_bank(tmp_path / "bank", **founding, demo=True, password_cost=2**10)


def test_a_second_signal_waits_for_the_tidying_up() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    tidied = []

    def interrupted() -> None:
        try:
            told()
        finally:
            told(signal.SIGINT)
            tidied.append(True)

    with pytest.raises(Interrupted) as caught, Interruptible():
        interrupted()
    assert tidied
    assert caught.value.exit_code == 143
    assert [signal.getsignal(number) for number in ENDING] == before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruptible():
            told(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
