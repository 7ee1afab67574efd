"""Flip every single bit of an approved payment and ask the signer: `python -m tests.benchmarks.signer_bits`."""

import sys
import time

from tests.properties.signer_bits import judge


def main() -> int:
    started = time.perf_counter()
    tallies, wrong = judge()
    print(f"{'':28}{'tried':>8}{'refused':>9}{'no row':>8}{'other fee':>11}")
    for what, tally in tallies.items():
        print(f"{what:28}{tally.tried:8,}{tally.refused:9,}{tally.unreadable:8,}{tally.fees:11,}")
    tried = sum(tally.tried for tally in tallies.values())
    print(
        f"{tried:,} single-bit changes, {len(wrong)} signed that should not be, {time.perf_counter() - started:.1f} s"
    )
    for line in wrong[:20]:
        print(f"  WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
