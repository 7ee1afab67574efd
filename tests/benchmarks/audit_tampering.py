"""Tamper with an audit stream at random, thousands of times, and count what is found beside one outside head.

`python -m tests.benchmarks.audit_tampering --records 10000 --tamperings 10000 --seed 1 [--folder DIR]`. Each time the
database is changed as only its owner can, the stream is verified from the last checkpoint before the change on, one in
ten also from its very start, and the change is taken back.
"""

import argparse
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from tests.properties.audit_tampering import WAYS, Stream, longest_proofs, stream_of, tampered

_PROVED = 200


def _stream(asked: argparse.Namespace, folder: str) -> AbstractContextManager[Stream]:
    return stream_of(asked.records, Path(folder), apart=max(asked.records // 100, 100))


def main() -> int:
    """Return the exit code: 0 when every tampering was found, where it was."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.audit_tampering", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--tamperings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the database is made (default: a temporary folder)")
    parser.add_argument("--in-full", type=int, default=10, help="verify one in so many from the very start too")
    asked = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name, _stream(asked, name) as stream:
        print(f"{asked.records:,} records; seed {asked.seed}", flush=True)
        longest = longest_proofs(stream, _PROVED, asked.seed)
        print(f"longest of {_PROVED} inclusion proofs: {longest[0]} hashes; of consistency: {longest[1]}", flush=True)

        def told(done: int) -> None:
            if done % max(asked.tamperings // 10, 1) == 0:
                print(f"{done:,} after {time.perf_counter() - began:,.0f} s", file=sys.stderr, flush=True)

        tampered(stream, asked.tamperings, asked.seed, in_full=asked.in_full, after_each=told)
    for way in WAYS:
        print(f"{stream.found[way]:>8,} found, {stream.exact[way]:>6,} to the very record: {way}")
    for line in stream.missed[:20]:
        print(line)
    print(f"{stream.found.total():,} of {asked.tamperings:,} found, {len(stream.missed)} missed or named wrong")
    return int(bool(stream.missed) or stream.found.total() != asked.tamperings)


if __name__ == "__main__":
    sys.exit(main())
