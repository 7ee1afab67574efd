"""Measure several contenders in turns, so that a busy moment of the machine meets all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median

ROUNDS = 15


def measure(contenders: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Return the seconds a call of each contender in each round, the first round left out."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS + 1):
        for name, once in contenders.items():
            found = once()
            if number:
                seconds[name].append(found)
    return seconds


def repeat(times: int, call: Callable[[], object]) -> float:
    """Return the seconds of CPU that one of `times` calls takes."""
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times


def ratio(slow: list[float], fast: list[float]) -> str:
    """Return the median of the rounds' ratios."""
    return f"{median(s / f for s, f in zip(slow, fast, strict=True)):.2f}"


def microseconds(seconds: list[float]) -> str:
    """Return the median as text."""
    return f"{median(seconds) * 1e6:.1f} µs"
