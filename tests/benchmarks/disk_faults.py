"""Let every write and every sync of a payment fail, once each, and look at what the bank says and what is left.

    python -m tests.benchmarks.disk_faults --path book
    python -m tests.benchmarks.disk_faults --path chain --every 20 --lasting

On SQLite, whose files are the process's own. A write fails with EIO and with ENOSPC, a sync with EIO; `--lasting` lets
all fail from that call on. The payment must be refused with a code of the library or be answered in full; where the
store halted, a second try over the same open bank must be refused. Then the bank is opened again, the books are
replayed, and the payment is made again under its key.
"""

import argparse
import sys
import time
from collections import Counter
from errno import EIO, ENOSPC, errorcode

from tests import shared_statements
from tests.benchmarks.syscall_kills import PATHS, bank, cpu_s
from tests.properties.disk_faults import HALTED, SYNCS, WRITES, Fault, fail, file_calls
from tests.traced import why_not

_FAULTS_OF_A_BANK = 50


def main() -> int:
    arguments = argparse.ArgumentParser(description="Let a payment's writes and syncs fail and prove what is left.")
    arguments.add_argument("--path", choices=PATHS, default="book")
    arguments.add_argument("--every", type=int, default=1, help="at each so manieth call")
    arguments.add_argument("--lasting", action="store_true", help="let all calls fail from that one on")
    arguments.add_argument("--most-s", type=float, default=float("inf"), help="stop after so many seconds")
    given = arguments.parse_args()
    if lacking := why_not():
        print(f"no worker can be traced here: it needs {lacking}", file=sys.stderr)
        return 2
    shared_statements.remember()
    began_s, used_s, seen = time.monotonic(), cpu_s(), Counter[tuple[str, ...]]()
    for error, names in ((EIO, SYNCS), (EIO, WRITES), (ENOSPC, WRITES)):
        with bank(PATHS[given.path], "") as path:
            points = list(range(0, len(file_calls(path, names)), given.every))
        while points and time.monotonic() - began_s < given.most_s:
            with bank(PATHS[given.path], "") as path:
                for at in points[:_FAULTS_OF_A_BANK]:
                    fault = fail(path, at, error, names, lasting=given.lasting)
                    if fault is not None:
                        seen[
                            errorcode[error], fault.call, fault.file or "/", _followed(fault, lasting=given.lasting)
                        ] += 1
            points = points[_FAULTS_OF_A_BANK:]
    print(f"{seen.total():>8,} calls failed: a payment of the path {given.path!r} on sqlite")
    for what, times in sorted(seen.items()):
        print(f"{times:>8,} {' '.join(what)}")
    print(f"{0:>8,} answers lost, payments doubled, books unbalanced")
    print(f"{cpu_s() - used_s:>8,.0f} s of CPU, {time.monotonic() - began_s:,.0f} s in all")
    return 0


def _followed(fault: Fault, *, lasting: bool) -> str:
    """Return what the payment was answered; raises where a halted store took a second try."""
    refused = "" if lasting else HALTED
    if bool(fault.halted) is not (fault.code == HALTED) or (fault.halted and fault.again != refused):
        raise RuntimeError(f"it is not as it should be: {fault}")
    return fault.code or "answered"


if __name__ == "__main__":
    sys.exit(main())
