"""Benchmarks: ratios measured in one run, so that a figure means the same on any machine.

A benchmark is a module here with `run() -> list[Row]`. `python -m tests.benchmarks [NAME ...] [--record]` runs them,
each in a process of its own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured figure, and between which two the middle half of its rounds lay.

    `goal` is the limit it is held to, as text, or empty where none is set. One that was `missed` is marked in the
    table, and the run of the benchmarks then ends with 1.
    """

    what: str
    figure: str
    spread: str = ""
    goal: str = ""
    missed: bool = False
