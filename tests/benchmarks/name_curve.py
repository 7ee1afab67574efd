"""Recall and false positives of screening names, by threshold, beside rigour's own comparison and rapidfuzz.

`python -m tests.benchmarks.name_curve [--entries N] [--positives N] [--negatives N] [--peers N] [--processes N] [--seed
N] [--show N]` prints a Markdown table, and `--show` of the names that came out wrong. The peers score every entry and
are slow: they are given the first `--peers` of both sets.
"""

import argparse
import gc
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from tests.benchmarks.names.held import TOKEN_SORT, WRATIO, Point, Scorer, by_rapidfuzz, by_rigour, curve, ours, scores
from tests.benchmarks.names.sets import Entry, Negative, Negatives, Positive, make_entries, make_positives
from tokenpay.compliance.name_hit import NAME_THRESHOLD

CHOSEN = NAME_THRESHOLD / 1_000

ENTRIES, CASES, PEERS = 20_000, 100_000, 300


def main() -> int:
    """Draw the sets, score them, print the curves; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.name_curve", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--positives", type=int, default=CASES)
    parser.add_argument("--negatives", type=int, default=CASES)
    parser.add_argument("--peers", type=int, default=PEERS)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    asked = parser.parse_args()
    entries = make_entries(asked.entries, seed=asked.seed)
    source = Negatives(entries, asked.seed)
    positives = list(make_positives(entries, asked.positives, seed=asked.seed))
    negatives = list(source.make(asked.negatives))
    drawn, namesakes = source.drawn.total(), source.namesakes.total()
    print(f"{len(entries):,} entries, {len(positives):,} positives, {len(negatives):,} negatives, seed {asked.seed}")
    print(f"{namesakes:,} of {drawn:,} names drawn for negatives ({namesakes / drawn:.1%}) were namesakes: left out\n")

    found, false = _shared_out(ours(entries), positives, negatives, asked.processes)
    _print("ours", curve(found, false))
    _print_by("positives missed", [(p.culture, s < CHOSEN) for p, s in zip(positives, found, strict=True)])
    _print_by(
        "positives missed",
        [(kind, s < CHOSEN) for p, s in zip(positives, found, strict=True) for kind in p.kinds],
    )
    _print_by("negatives found", [(n.culture, s >= CHOSEN) for n, s in zip(negatives, false, strict=True)])
    missed = [(p, s) for p, s in zip(positives, found, strict=True) if s < CHOSEN]
    hit = [(n, s) for n, s in zip(negatives, false, strict=True) if s >= CHOSEN]
    for positive, score in missed[: asked.show]:
        kinds = "+".join(positive.kinds)
        print(f"missed {score:.3f} {positive.culture} {kinds}: {positive.text} for {positive.listed}")
    for negative, score in hit[: asked.show]:
        print(f"found {score:.3f} {negative.culture}: {negative.text}")
    few, fewer = list(islice(positives, asked.peers)), list(islice(negatives, asked.peers))
    if few and fewer:
        print(f"The first {len(few):,} positives and {len(fewer):,} negatives alone:\n")
        _print("ours", curve(found[: len(few)], false[: len(fewer)]))
        _peers(entries, few, fewer)
    return 0


_scorer: list[Scorer] = []
"""Ours, where the processes that are forked off find it: an index is made once."""


def _shared_out(
    scorer: Scorer, positives: Sequence[Positive], negatives: Sequence[Negative], processes: int
) -> tuple[list[float], list[float]]:
    """Score both sets in so many processes."""
    _scorer[:] = [scorer]
    gc.freeze()  # a collection would touch, and so copy, every page that the processes share
    shares = [(positives[at::processes], negatives[at::processes]) for at in range(processes)]
    found, false = [0.0] * len(positives), [0.0] * len(negatives)
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for at, (some, others) in enumerate(pool.imap(_score_share, shares)):
            found[at::processes], false[at::processes] = some, others
    return found, false


def _score_share(share: tuple[Sequence[Positive], Sequence[Negative]]) -> tuple[list[float], list[float]]:
    return _scored("ours", _scorer[0], *share)


def _peers(entries: list[Entry], positives: list[Positive], negatives: list[Negative]) -> None:
    _print("WRatio of rapidfuzz", curve(*_scored("WRatio", by_rapidfuzz(entries, WRATIO), positives, negatives)))
    sort = by_rapidfuzz(entries, TOKEN_SORT)
    _print("token_sort_ratio of rapidfuzz", curve(*_scored("token_sort_ratio", sort, positives, negatives)))
    _print("compare_parts of rigour", curve(*_scored("rigour", by_rigour(entries), positives, negatives)))


def _scored(
    name: str, scorer: Scorer, positives: Sequence[Positive], negatives: Sequence[Negative]
) -> tuple[list[float], list[float]]:
    began = time.process_time()
    both = scores(scorer, positives, negatives)
    each_ms = (time.process_time() - began) / (len(positives) + len(negatives)) * 1_000
    print(f"{name}: {each_ms:.1f} ms of CPU a name", file=sys.stderr, flush=True)
    return both


def _print(name: str, points: list[Point]) -> None:
    print(f"| {name}: threshold | recall | negatives that need a person |\n|---|---|---|")
    for point in points:
        print(f"| {point.threshold:.2f} | {point.recall:.3%} | {point.false_positives:.3%} |")
    print(flush=True)


def _print_by(what: str, cases: list[tuple[str, bool]]) -> None:
    every, counted = Counter(of for of, _ in cases), Counter(of for of, counts in cases if counts)
    print(f"{what} at {CHOSEN}: " + ", ".join(f"{of} {counted[of]} of {every[of]}" for of in sorted(every)) + "\n")


if __name__ == "__main__":
    sys.exit(main())
