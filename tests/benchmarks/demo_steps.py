"""What each step of `tokenpay demo` takes."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks import Row

RUNS = 3
GOAL_S = 30
_COMMAND = [str(Path(sys.executable).with_name("tokenpay")), "demo", "--json"]


def run() -> list[Row]:
    """Run the whole demo afresh a few times, each a process of its own, and give the median of each step."""
    runs = [_demo_s() for _ in range(RUNS)]
    median_s = {name: statistics.median(steps[name] for steps in runs) for name in runs[0]}
    whole_s = median_s.pop("")
    whole = Row(what="the whole demo", figure=f"{whole_s:.2f} s", goal=f"{GOAL_S} s", missed=whole_s > GOAL_S)
    return [whole, *(Row(what=f"step: {name}", figure=f"{took_s:.2f} s") for name, took_s in median_s.items())]


def _demo_s() -> dict[str, float]:
    """Return the seconds of each step by its name, and of the whole process under an empty name."""
    began = time.perf_counter()
    done = subprocess.run(_COMMAND, check=True, capture_output=True, text=True)
    whole_s = time.perf_counter() - began
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    return {"": whole_s} | {step["name"]: step["duration_ms"] / 1000 for step in steps if "duration_ms" in step}
