"""The soak: seeded sessions of random keys at the terminal, and what became of them.

    python -m tests.app.soak --sessions 2000 --seed 1 --processes 2
    python -m tests.app.soak --sessions 2000 --into soak.jsonl --minutes 30
    python -m tests.app.soak --replay 17

A session that fails prints its seed; a replay says the shortest beginning of its keys that fails too. What a file has
taken is not played again, except what failed: a long run may be broken off and gone on with.
"""

import argparse
import json
import math
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

from tests.app.soak.session import Outcome, play, shortest


def main() -> int:
    """Return the exit code: 1 where a session failed, or fewer than half of them brought a flow to its end."""
    parser = argparse.ArgumentParser(prog="python -m tests.app.soak", description="Random keys at the terminal.")
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1, help="of the first session; the others follow")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--into", type=Path, metavar="FILE", help="takes every outcome as it comes")
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which no session begins")
    parser.add_argument("--replay", type=int, metavar="SEED", help="play one session and tell its keys")
    given = parser.parse_args()
    if given.replay is not None:
        return _replay(given.replay)
    began = time.perf_counter()
    seeds = range(given.seed, given.seed + given.sessions)
    outcomes = [found for found in taken(given.into) if found.seed in seeds and not found.failure]
    left = sorted(set(seeds) - {found.seed for found in outcomes})
    with ExitStack() as stack:
        into = None if given.into is None else stack.enter_context(given.into.open("a", encoding="utf-8"))
        for outcome in _played(left, given.processes, began + given.minutes * 60):
            outcomes.append(outcome)
            if into is not None:
                print(json.dumps(vars(outcome)), file=into, flush=True)
            if outcome.failure:
                print(_told(outcome), flush=True)
            elif len(outcomes) % 100 == 0:
                print(f"{len(outcomes)} sessions", file=sys.stderr, flush=True)
    if not outcomes:
        print("no session was played")
        return 1
    print("\n".join(report(outcomes, time.perf_counter() - began)))
    half = sum(bool(outcome.flows) for outcome in outcomes) * 2 >= len(outcomes)
    return int(not half or any(outcome.failure for outcome in outcomes))


def taken(into: Path | None) -> list[Outcome]:
    """Return the newest outcome of each seed that a file has."""
    if into is None or not into.exists():
        return []
    found = {}
    for line in into.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        told |= {"size": tuple(told["size"]), "rooms": Counter(told["rooms"]), "flows": Counter(told["flows"])}
        found[told["seed"]] = Outcome(**told)
    return list(found.values())


def report(outcomes: list[Outcome], wall_s: float) -> list[str]:
    """Return the lines that docs/recorded_runs.md keeps of a run."""
    sessions = len(outcomes)
    done = sum(bool(outcome.flows) for outcome in outcomes)
    keys = sum(len(outcome.pressed) for outcome in outcomes)
    flows: Counter[str] = Counter()
    rooms: Counter[str] = Counter()
    for outcome in outcomes:
        flows += outcome.flows
        rooms += outcome.rooms
    lines = [
        f"{sessions:>9,} sessions, {keys:,} keys, in {wall_s:,.0f} s ({sum(o.cpu_s for o in outcomes):,.0f} s of CPU)",
        f"{done:>9,} sessions that brought a flow of money to its end ({done / sessions:.0%})",
        f"{sum(bool(o.failure) for o in outcomes):>9,} sessions that failed",
        f"{sum(o.restarts for o in outcomes):>9,} terminals killed and started again",
        f"{sum(o.lost for o in outcomes):>9,} orders unanswered at the end of a session, each listed as unfinished",
    ]
    by = Counter((o.role, f"{o.size[0]}x{o.size[1]}") for o in outcomes)
    lines += [f"{count:>9,} sessions of {role} at {size}" for (role, size), count in sorted(by.items())]
    lines += [f"{count:>9,} {what}" for what, count in sorted(flows.items())]
    lines += [f"{count:>9,} keys led to {room}" for room, count in sorted(rooms.items())]
    return lines


def _played(seeds: Iterable[int], processes: int, until_s: float) -> Iterator[Outcome]:
    """Play in a few processes, each outcome as it comes; none begins later than `until_s` of this clock."""
    left = iter(seeds)
    waiting: set[Future[Outcome]] = set()
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        while True:
            while len(waiting) <= processes and time.perf_counter() < until_s:
                seed = next(left, None)
                if seed is None:
                    break
                waiting.add(pool.submit(play, seed))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def _told(outcome: Outcome) -> str:
    keys = " ".join(outcome.pressed)
    return f"seed {outcome.seed} fails after {len(outcome.pressed)} keys:\n{keys}\n{outcome.failure}"


def _replay(seed: int) -> int:
    outcome = play(seed)
    if outcome.failure:
        print(_told(shortest(seed, outcome)))
        return 1
    print(f"seed {seed}: {outcome.role} at {outcome.size}, {len(outcome.pressed)} keys, no failure")
    print(" ".join(outcome.pressed))
    print("\n".join(report([outcome], outcome.cpu_s)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
