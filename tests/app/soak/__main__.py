"""The soak: seeded sessions of random keys at the terminal, and what became of them.

    python -m tests.app.soak --sessions 2000 --seed 1 --processes 2
    python -m tests.app.soak --replay 17

A session that fails prints its seed and the shortest beginning of its keys that fails too.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.app.soak.session import Outcome, play, shortest


def main() -> int:
    """Return the exit code: 1 where a session failed, or fewer than half of them brought a flow to its end."""
    parser = argparse.ArgumentParser(prog="python -m tests.app.soak", description="Random keys at the terminal.")
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1, help="of the first session; the others follow")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--replay", type=int, metavar="SEED", help="play one session and tell its keys")
    given = parser.parse_args()
    if given.replay is not None:
        return _replay(given.replay)
    began = time.perf_counter()
    outcomes = []
    for outcome in _played(range(given.seed, given.seed + given.sessions), given.processes):
        outcomes.append(outcome)
        if outcome.failure:
            print(_told(shortest(outcome.seed, outcome)), flush=True)
        elif len(outcomes) % 100 == 0:
            print(f"{len(outcomes)} sessions", file=sys.stderr, flush=True)
    print("\n".join(report(outcomes, time.perf_counter() - began)))
    half = sum(bool(outcome.flows) for outcome in outcomes) * 2 >= len(outcomes)
    return int(not half or any(outcome.failure for outcome in outcomes))


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


def _played(seeds: range, processes: int) -> Iterator[Outcome]:
    if processes == 1:
        yield from map(play, seeds)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(play, seeds, chunksize=4)


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
