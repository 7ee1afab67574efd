"""Starting the embedded chain as a child process, and joining one that runs already."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from tokenpay.devnet import ALREADY_SERVED, DEVNET_CHAIN_ID
from tokenpay.errors import ChainUnavailable, MissingExtra

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0
OWN_VARIABLES = "TOKENPAY_"
"""How the names of tokenpay's own variables begin. Two hold passwords, and the chain needs none."""
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Devnet:
    """A running embedded chain. Leaving its `with` block stops it, if it was started here."""

    url: str
    pid: int
    chain_id: int = DEVNET_CHAIN_ID
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    def stop(self) -> None:
        """End the process if this handle started it; what it answered for is on disk already."""
        if self.process is not None:
            _end(self.process)

    @property
    def serves(self) -> bool:
        """Whether the process, started here or joined, is still there."""
        if self.process is not None:
            return self.process.poll() is None
        try:
            os.kill(self.pid, 0)
        except OSError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start_devnet(
    directory: Path, *, detach: bool = False, block_time_s: float | None = None, timeout_s: float = START_TIMEOUT_S
) -> Devnet:
    """Serve the chain kept in `directory`, or join the process that serves it, and return when it answers.

    The child ends with this process unless `detach`. Its words go to `devnet.log` in the folder.
    Raises MissingExtra without the extra `devnet`, ChainUnavailable when it does not start.
    """
    if find_spec("eth") is None:
        raise MissingExtra("devnet", "the embedded chain")
    directory.mkdir(parents=True, exist_ok=True)
    # -P: what lies in the current folder is not imported.
    command = [sys.executable, "-P", "-m", "tokenpay.devnet", "--dir", str(directory)]
    command += [] if detach else ["--until-stdin-closes"]
    command += [] if block_time_s is None else ["--block-time-s", str(block_time_s)]
    with (directory / "devnet.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            command,
            stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)},
            start_new_session=detach,
        )
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        ended, served = child.poll(), _announced(directory / "devnet.json")
        if served is not None and ended is None and served.pid == child.pid:
            return Devnet(url=served.url, pid=served.pid, process=child)
        if served is not None and ended == ALREADY_SERVED:
            _end(child)
            return served
        if ended not in (None, ALREADY_SERVED):
            break
        time.sleep(_PAUSE_S)
    _end(child)
    raise ChainUnavailable("the embedded chain did not start; devnet.log in its folder says why")


def _end(child: subprocess.Popen[bytes]) -> None:
    """Stop the child, whether it still runs or not, and let go of what ties it to this process."""
    child.terminate()
    try:
        child.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _announced(path: Path) -> Devnet | None:
    """Return what the serving process wrote, or None before it has."""
    try:
        content = json.loads(path.read_text())
        return Devnet(url=str(content["url"]), pid=int(content["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
