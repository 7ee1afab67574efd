"""Run every benchmark, print one table, and write it to docs/benchmarks.md with --record."""

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import Row
from tests.benchmarks.alone import rows_of

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

Written by `make bench RECORD=1`. Ratios compare two things measured in the same run; they carry over to other
machines, seconds do not. Where a spread is given, the figure is the median of many short rounds, in which ours and the
peer take turns, and the middle half of the rounds lay within the spread; the time is that of the processor, which
other programs do not take, where the row does not say wall.
"""


def table(name: str, rows: list[Row]) -> str:
    """Return one benchmark's rows as a Markdown table that also reads well on a terminal."""
    marked = ((row.what, row.figure, row.spread, row.goal + (": missed" if row.missed else "")) for row in rows)
    cells = [("what", "figure", "spread", "goal"), *marked]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join([f"## {name.replace('_', ' ')}", "", *lines, ""])


def _commit() -> str:
    """Return what is measured, and whether it was changed since it was committed."""
    told = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(told, check=True, capture_output=True, text=True, cwd=PAGE.parent).stdout.strip()


def main() -> int:
    """Return the exit code: 0 when every benchmark ran, 1 when one of them missed its goal."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if "\ndef run() -> " in file.read_text())
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; all when none is named")
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(names):
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}")
    if arguments.record and arguments.names:
        parser.error("--record runs every benchmark: name none")

    tables, missed, goals = [], [], 0
    busy = f"load {os.getloadavg()[0]:.1f}"
    for name in arguments.names or names:
        began = time.perf_counter()
        print(f"== {name}", file=sys.stderr, flush=True)
        rows = rows_of(name)
        goals += sum(row.goal != "" for row in rows)
        tables.append(table(name, rows))
        missed += [f"{name}: {row.what}" for row in rows if row.missed]
        print(tables[-1], flush=True)
        print(f"   took {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
    if arguments.record:
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {busy} at the start"
        when = f"{datetime.now(UTC):%Y-%m-%d}, at commit {_commit()}"
        where = f"{when}. Python {platform.python_version()}, {machine}.\n"
        PAGE.write_text("\n".join([INTRODUCTION, where, *tables]))
        print(f"recorded in {PAGE.name}", file=sys.stderr)
    for what in missed:
        print(f"missed its goal: {what}", file=sys.stderr)
    print(f"{len(missed)} of {goals} goals missed; {busy} at the start", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
