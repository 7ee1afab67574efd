"""The terminal at a demo bank: founded once, gone on with, and no process is left however it ends."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.fixtures_chain import wait_until

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY), "LANGUAGE": "en", "TERM": "xterm-256color"}
FOUNDING_S = 180
STARTING_S = 60


class Seat:
    """A pseudo-terminal with the program at it; `said` is everything that was painted."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self.process = process
        self.said = b""
        self._screen = screen

    def read_until(self, text: bytes, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while text not in self.said:
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail(f"not seen: {text!r}; the last was {self.said[-600:]!r}")
            if select.select([self._screen], [], [], 0.2)[0]:
                self.said += os.read(self._screen, 65_536)


@contextmanager
def seated(bank: Path, state: Path) -> Iterator[Seat]:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "terminal_app", "demo", "--bank", str(bank), "--state", str(state)]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=ENVIRONMENT, cwd=state.parent, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Seat(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def helpers(bank: Path, terminal: int) -> list[int]:
    """The processes that run beside a terminal: its engine by its parent, the chain as it announces itself."""
    engines = subprocess.run(["pgrep", "-P", str(terminal)], capture_output=True, text=True, check=False).stdout.split()
    announced = bank / "devnet" / "devnet.json"
    chains = [json.loads(announced.read_text())["pid"]] if announced.exists() else []
    return [*map(int, engines), *chains]


def seen_running(seat: Seat, bank: Path) -> list[int]:
    """Wait for the sign-in screen with the demo's people, and for an engine and a chain beside it."""
    seat.read_until(b"A demo bank. Its people", STARTING_S)

    def both() -> bool:
        running = helpers(bank, seat.process.pid)
        return (bank / "devnet" / "devnet.json").exists() and len(running) >= 2 and all(map(alive, running))

    wait_until(both, timeout_s=STARTING_S)
    return helpers(bank, seat.process.pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_it_is_founded_once_and_leaves_no_process_when_it_is_killed(tmp_path: Path) -> None:
    bank, state = tmp_path / "bank", tmp_path / "state"
    with seated(bank, state) as seat:
        seat.read_until(b"the proof holds", FOUNDING_S)
        running = seen_running(seat, bank)
        seat.process.send_signal(signal.SIGKILL)
        wait_until(lambda: not any(map(alive, running)), timeout_s=30)
    with seated(bank, state) as seat:
        running = seen_running(seat, bank)
        assert b"The bank opens" not in seat.said  # nothing is founded or told again on the same day
        seat.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not any(map(alive, running)), timeout_s=30)


def test_without_a_screen_it_says_so_and_tells_the_demo(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "terminal_app", "demo"]
    with subprocess.Popen(
        command, env=ENVIRONMENT, cwd=tmp_path, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    ) as run:
        assert run.stdout is not None
        first = run.stdout.readline()
        assert first == "There is no screen here to open a terminal on: this is the demo, told in lines.\n"
        assert any(line.startswith(" 1  A deposit") for line in run.stdout)
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=STARTING_S) == 130


def test_a_bank_that_is_no_demo_bank_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bank.json").write_text("{}")
    command = [sys.executable, "-m", "tokenpay.cli", "demo", "--keep", str(tmp_path), "--people"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "demo" not in done.stdout
