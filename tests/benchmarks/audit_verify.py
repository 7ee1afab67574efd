"""Verifying an audit stream beside an outside head, against bare SHA-256 over the very same bytes.

The bytes are those that verification hashes: the text of each record, each leaf of the tree, each inner node. Bare is
one `sha256(...).digest()` for each of them, in a list, from memory. What verification does besides is its price: it
reads the database, puts each text together, and compares numbers, times and hashes.
"""

import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import process_time

from tests.benchmarks import Row
from tests.benchmarks.interleaved import spread
from tests.properties.audit_tampering import STREAM, Stream, stream_of
from tokenpay.audit.record import AuditRecord
from tokenpay.primitives.canonical import canonical_bytes

RECORDS = 50_000
ROUNDS = 9
GOAL = 0.25


def run() -> list[Row]:
    """Take turns between verification, the same bytes bare, and the records' bytes alone."""
    with tempfile.TemporaryDirectory() as name, stream_of(RECORDS, Path(name), typed=False) as stream:
        records, tree = _messages(stream)
        everything = [*records, *tree]
        rounds = []
        for _ in range(ROUNDS):
            ours, same, alone = _spent(stream.whole), _spent(lambda: _bare(everything)), _spent(lambda: _bare(records))
            rounds.append((ours, same, alone))
    ratios = [same / ours for ours, same, _ in rounds]
    of_records = [alone / ours for ours, _, alone in rounds]
    ours_us = median(ours for ours, _, _ in rounds) / RECORDS * 1e6
    size = sum(map(len, everything))
    rate = size / median(ours for ours, _, _ in rounds) / 1e6
    return [
        Row(
            what="verification to bare SHA-256 over the same bytes, rate",
            figure=f"{median(ratios):.2f}",
            spread=spread(ratios, "{:.2f}"),
            goal=str(GOAL),
            missed=median(ratios) < GOAL,
        ),
        Row(
            what="verification, tree and all, to bare SHA-256 over the records alone, rate",
            figure=f"{median(of_records):.2f}",
            spread=spread(of_records, "{:.2f}"),
        ),
        Row(
            what=f"verification, {RECORDS:,} records of {sum(map(len, records)) // RECORDS} bytes on SQLite",
            figure=f"{ours_us:.2f} µs a record, {rate:.0f} MB/s",
        ),
    ]


def _spent(way: Callable[[], object]) -> float:
    began = process_time()
    way()
    return process_time() - began


def _bare(messages: list[bytes]) -> None:
    for message in messages:
        sha256(message).digest()


def _said(record: AuditRecord) -> list[str | int]:
    names = ("stream", "seq", "at_s", "actor", "action", "subject", "details")
    return [*(getattr(record, name) for name in names), record.previous.hex()]


def _messages(stream: Stream) -> tuple[list[bytes], list[bytes]]:
    """Return every text that verification hashes: those of the records, and those of the tree."""
    with stream.store.read() as uow:
        found = list(uow.audit.records(STREAM))
    said = [canonical_bytes(["tokenpay/audit/1", *_said(record)]) for record in found]
    tree, level = list[bytes](), [b"\x00" + record.hash for record in found]
    while level:
        tree += level
        hashes = [sha256(text).digest() for text in level]
        level = [b"\x01" + left + right for left, right in zip(hashes[::2], hashes[1::2], strict=False)]
    return said, tree
