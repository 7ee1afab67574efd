"""What `import tokenpay` costs over a bare interpreter."""

import statistics
import subprocess
import sys
import time

from tests.benchmarks import Row

PAIRS = 15
GOAL_S = 0.25


def _started_s(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def run() -> list[Row]:
    """Start both interpreters in turn, so that a busy machine slows both alike, and compare medians."""
    _started_s("import tokenpay")  # the first start writes the byte code
    pairs = [(_started_s("pass"), _started_s("import tokenpay")) for _ in range(PAIRS)]
    bare_s = statistics.median(bare for bare, _ in pairs)
    over_s = statistics.median(full - bare for bare, full in pairs)
    return [
        Row(
            what="import tokenpay, over a bare start",
            figure=f"{over_s:.3f} s",
            goal=f"{GOAL_S} s",
            missed=over_s > GOAL_S,
        ),
        Row(what="the same, as a ratio to a bare start", figure=f"{over_s / bare_s:.2f}"),
        Row(what="a bare start", figure=f"{bare_s:.3f} s"),
    ]
