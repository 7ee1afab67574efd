"""Two of three nodes go wrong: after how many seconds the bank's health says so, and that nothing moved since.

An embedded chain makes a block a second. The engine asks it directly and by two lines over HTTP, which then break
together: nobody listens, nothing is answered, or each says another block than the chain has.
"""

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

import tokenpay as tp
from tests.benchmarks import Row
from tokenpay.devnet.process import start_devnet

GOAL_S = 10.0
PAUSE_S = 1.0
_PATIENCE_S = 60.0
_WATCHED_S = 4.0
"""For so long after the alarm the chain grows, and the books must not."""
_FOUNDERS = [tp.Founder(id=id, name=id, password="at-the-desk", role=tp.Role.SUPERVISOR) for id in ("eva", "ole")]


def run() -> list[Row]:
    """Break the lines in each way, once, at a bank of its own."""
    return [_row(words, _alarm_s(manner)) for manner, words in _MANNERS.items()]


def _row(words: str, after_s: float) -> Row:
    return Row(
        what=f"two of three nodes {words}: until the health of the bank says so",
        figure=f"{after_s:.1f} s",
        goal=f"{GOAL_S:.0f} s",
        missed=after_s > GOAL_S,
    )


def _alarm_s(manner: str) -> float:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tokenpay-bench-")))
        devnet = stack.enter_context(start_devnet(folder / "devnet", block_time_s=1.0))
        lines = [_Line(devnet.url) for _ in range(2)]
        for line in lines:
            stack.callback(line.close)
        chain_id = int(_asked(devnet.url, b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')["result"], 16)
        urls = (devnet.url, *(line.url for line in lines))
        chain = tp.ChainSettings(chain_id=chain_id, name="three", urls=urls, confirmations=2)
        tp.found_bank(folder / "bank", name="A", founders=_FOUNDERS, policy=tp.Policy(), chains=[chain], demo=True)
        bank = stack.enter_context(tp.open_bank(folder / "bank", signer=True))
        stack.enter_context(_turning(bank))
        by = tp.engine_session(bank)

        def health() -> tp.ChainHealth:
            return tp.bank_health(bank, by=by).chains[0]

        began = health().head_number
        _until(lambda: health().head_number > began + 1 and not health().trouble, "the bank follows its chain")
        for line in lines:
            line.break_in(manner)
        at_s = time.monotonic()
        _until(lambda: "fewer than 2 of 3 nodes agree" in health().trouble, "an alarm")
        after_s, stood = time.monotonic() - at_s, health().head_number
        time.sleep(_WATCHED_S)
        assert health().head_number == stood, "the books went on without a quorum"
        return after_s


@contextmanager
def _turning(bank: tp.Bank) -> Iterator[None]:
    """An engine that turns in a thread until the block ends."""
    over = threading.Event()
    engine = threading.Thread(
        target=tp.run,
        args=(bank,),
        kwargs={"sign_in": lambda: tp.engine_session(bank), "stop": over.is_set, "pause_s": PAUSE_S},
    )
    engine.start()
    try:
        yield
    finally:
        over.set()
        engine.join()


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s, f"waited in vain: {what}"
        time.sleep(0.05)


def _asked(url: str, body: bytes) -> Any:
    headers = {"Content-Type": "application/json"}
    return requests.post(url, body, headers=headers, timeout=_PATIENCE_S).json()


class _Line:
    """A node over HTTP that passes on what another says, until it breaks."""

    def __init__(self, to: str) -> None:
        self.manner = ""
        self.over = threading.Event()
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                answer = line.answer(to, self.rfile.read(int(self.headers["Content-Length"])))
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, to: str, body: bytes) -> bytes | None:
        """Return what the node says, or None where it says nothing."""
        if self.manner == "silent":
            self.over.wait()
            return None
        if self.manner == "away":
            return None
        said = _asked(to, body)
        if self.manner == "apart":
            for part in said if isinstance(said, list) else [said]:
                if isinstance(part.get("result"), dict) and "parentHash" in part["result"]:
                    part["result"]["hash"] = f"0x{os.urandom(32).hex()}"
        return json.dumps(said).encode()

    def break_in(self, manner: str) -> None:
        self.manner = manner
        if manner == "away":
            self._server.shutdown()
            self._server.server_close()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


_MANNERS = {"away": "that nobody listens at", "silent": "that answer nothing", "apart": "that each say another block"}
