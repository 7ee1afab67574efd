"""The terminal's start and its memory, beside an empty Textual app's.

Real processes in a pseudo-terminal of 80 by 24. A start ends when a key that was typed stands on the screen: the
empty app shows one Input, the terminal its sign-in screen with the field for the operator.
"""

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from tests.benchmarks import Row
from tests.benchmarks.interleaved import spread
from tokenpay.testing import open_branch

PAIRS = 9
GOAL = 1.8
PATIENCE_S = 60.0
_MARK = b"\x1b[?1049h"
_TYPED = "q"
EMPTY = """
from textual.app import App
from textual.widgets import Input
class Empty(App):
    def compose(self):
        yield Input()
Empty().run()
"""
TERMINAL = """
import sys
from terminal_app.program import main
sys.exit(main(["--bank", sys.argv[1], "--state", sys.argv[2], "--name", "bench", "--language", "en"]))
"""


def run() -> list[Row]:
    """Start both in turn, so that a busy machine slows both alike, and compare pair by pair."""
    with open_branch() as branch, tempfile.TemporaryDirectory(prefix="tokenpay-bench-") as temporary:
        bank = Path(str(branch.bank.store.engine.url.database).removeprefix("file:").partition("?")[0]).parent
        programs = {"empty": ["-c", EMPTY], "terminal": ["-c", TERMINAL, str(bank), temporary]}
        for words in programs.values():
            _started(words)  # the first start writes the byte code
        found = [{name: _started(words) for name, words in programs.items()} for _ in range(PAIRS)]
    ratios = [each["terminal"][0] / each["empty"][0] for each in found]
    ratio = statistics.median(ratios)
    memory = {name: statistics.median(each[name][1] for each in found) for name in programs}
    return [
        Row(
            what="start to a key on the screen, times an empty Textual app's",
            figure=f"{ratio:.2f}",
            spread=spread(ratios, "{:.2f}"),
            goal=f"{GOAL} or less",
            missed=ratio > GOAL,
        ),
        *(
            Row(
                what=f"{name}: start to a key on the screen",
                figure=f"{statistics.median(each[name][0] for each in found):.2f} s",
            )
            for name in programs
        ),
        *(Row(what=f"{name}: memory at the first screen", figure=f"{memory[name]:.0f} MB") for name in programs),
        Row(what="memory, times an empty Textual app's", figure=f"{memory['terminal'] / memory['empty']:.2f}"),
    ]


def _started(words: list[str]) -> tuple[float, float]:
    """Start Python with these words; return the seconds until it shows a typed key, and its memory in MB."""
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execv(sys.executable, [sys.executable, *words])  # noqa: S606 - a terminal of its own is what it is for
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        seen = _read_until(terminal, began, _MARK)
        os.write(terminal, _TYPED.encode())
        _read_until(terminal, began, b"", after=seen)
        return time.perf_counter() - began, _memory_mb(child)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def _read_until(terminal: int, began: float, mark: bytes, after: bytes = b"") -> bytes:
    """Read until `mark` came, or, without one, until the typed key stands among the words that are shown."""
    seen = after
    while not (mark in seen if mark else _TYPED in _words(seen)):
        if time.perf_counter() - began > PATIENCE_S or not select.select([terminal], [], [], PATIENCE_S)[0]:
            raise TimeoutError(f"nothing usable was shown: {seen[-300:]!r}")
        seen += os.read(terminal, 65_536)
    return seen


def _words(seen: bytes) -> str:
    """Return what is shown, without the sequences that place and colour it, and without other words' letters."""
    text = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(\x1b\\|\x07)|.)", " ", seen.decode(errors="replace"))
    return " ".join(word for word in text.split() if len(word) == 1)


def _memory_mb(process: int) -> float:
    """Return what the process holds of memory by itself: its proportional set."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    (kilobytes,) = re.findall(r"^Pss:\s+([0-9]+) kB", text, re.MULTILINE)
    return int(kilobytes) / 1024
