"""`python -m tokenpay.devnet --dir DIR`: serve the embedded chain whose state is in DIR."""

import argparse
import contextlib
import fcntl
import json
import os
import signal
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tokenpay.devnet import ALREADY_SERVED, DEVNET_CHAIN_ID
from tokenpay.errors import MissingExtra

if TYPE_CHECKING:
    from tokenpay.devnet.server import DevnetServer

LOOPBACK = "127.0.0.1"


def main() -> int:
    """Serve until told to stop; the exit code is 3 when another process serves this folder already."""
    options = _options()
    if find_spec("eth") is None:
        print(MissingExtra("devnet", "the embedded chain").message, file=sys.stderr)
        return 1
    options.dir.mkdir(parents=True, exist_ok=True)
    lock = (options.dir / "devnet.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"another process serves the chain in {options.dir}", file=sys.stderr)
        return ALREADY_SERVED
    (options.dir / "devnet.json").unlink(missing_ok=True)  # left by a process that is gone
    from tokenpay.devnet.evm import EmbeddedNode  # takes a second: only whoever holds the lock pays it
    from tokenpay.devnet.server import DevnetServer

    server = DevnetServer(
        EmbeddedNode(options.dir), host=LOOPBACK, port=options.port, automine=options.block_time_s is None
    )
    _announce(options.dir / "devnet.json", server.server_port)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # nothing to save: every answer left after its block
    if options.until_stdin_closes:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches parent and child: the parent says when to end
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    if options.block_time_s is not None:
        threading.Thread(target=_mine_on_time, args=(server, options.block_time_s), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tokenpay.devnet", description="The embedded chain, on loopback.")
    parser.add_argument("--dir", type=Path, required=True, help="where the chain's state is kept")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one; it is written to DIR/devnet.json")
    parser.add_argument("--block-time-s", type=float, help="mine on time, not at once when a transaction arrives")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started this one")
    return parser.parse_args()


def _announce(path: Path, port: int) -> None:
    """Write where the chain is served, all at once: whoever can read the file can connect."""
    content = {"url": f"http://{LOOPBACK}:{port}", "port": port, "pid": os.getpid(), "chain_id": DEVNET_CHAIN_ID}
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content) + "\n")
    draft.replace(path)


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _mine_on_time(server: "DevnetServer", block_time_s: float) -> None:
    pause = threading.Event()
    while not pause.wait(block_time_s):
        with server.lock:
            server.node.mine()


if __name__ == "__main__":
    sys.exit(main())
