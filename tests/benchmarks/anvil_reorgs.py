"""Reorgs on a real anvil at every depth, with payments out and deposits in every state, within finality and beyond.

    python -m tests.benchmarks.anvil_reorgs --depths 1-64

At each depth three histories are lived: the new blocks stay, the orphaned blocks come back, and the same with one
confirmation less, which is beyond finality (`tests/properties/anvil_reorgs.py` has the states). The real engine looks
before and after; at the end the books are replayed and compared with the chain. What fails is printed with its depth.
"""

import argparse
import sys
import time
import traceback
from collections import Counter

from tests import shared_statements
from tests.fixtures_chain import anvil_path, running_anvil
from tests.properties.anvil_bank import ANVIL_OPTIONS, founded
from tests.properties.anvil_reorgs import DepositIs, PaymentIs, Then, cases, live


def main() -> int:
    arguments = argparse.ArgumentParser(description="Let anvil reorganise under a bank and prove what is left.")
    arguments.add_argument("--depths", type=_range, default=range(1, 65), help="such as 1-64, or one depth")
    arguments.add_argument("--every", type=int, default=1, help="each so manieth depth")
    arguments.add_argument("--most-s", type=float, default=float("inf"), help="begin no more after so many seconds")
    given = arguments.parse_args()
    shared_statements.remember()
    began_s, cpu_s, lived, failed = time.monotonic(), time.process_time(), Counter[Then](), 0
    last = 0
    for depth in given.depths[:: given.every]:
        if time.monotonic() - began_s > given.most_s:
            break
        # A new one for each depth: it keeps too much of earlier ones, and then too little.
        with running_anvil(anvil_path(), *ANVIL_OPTIONS) as url, founded(url) as template:
            for case in cases([depth]):
                try:
                    live(template, case)
                except Exception:
                    failed += 1
                    print(f"failed at {case}\n{traceback.format_exc()}", flush=True)
                lived[case.then] += 1
        last = depth
    print(f"{lived.total():>8,} reorgs, {given.depths.start} to {last} blocks deep")
    for then in Then:
        print(f"{lived[then]:>8,} {then}")
    print(f"{lived.total() * len(PaymentIs):>8,} payments out, {lived.total() * len(DepositIs):,} deposits")
    print(f"{failed:>8,} wrong: a credit, a sending, a reservation or a halt")
    print(f"         {time.process_time() - cpu_s:.0f} s of CPU, {time.monotonic() - began_s:.0f} s in all")
    return int(failed > 0)


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


if __name__ == "__main__":
    sys.exit(main())
