"""Change the ledger, the payments and the gate by one small thing at a time, and see whether a test notices.

    python -m tests.benchmarks.mutants --sample 1000 --seed 1 --processes 2
    python -m tests.benchmarks.mutants --sample 1000 --seed 1 --into mutants.jsonl --minutes 30
    python -m tests.benchmarks.mutants --replay tokenpay/steps/clear.py:49:comparison:0

First it notes which test runs which lines, and how long it takes (kept beside FILE until a source changes). Each mutant
is then met by the tests that run its line, the quickest first, until one fails or all have passed; one that no test
runs has survived, and counts as such where its time (--most-s) cuts it short. What a file has taken is not tried again,
except what survived. Sources are never written.
"""

import argparse
import hashlib
import json
import math
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import cryptography  # noqa: F401
import hypothesis
import pydantic  # noqa: F401
import sqlalchemy  # noqa: F401

from tests.mutation.bench import Timed, Trace, Verdict, ended, import_anew, serve
from tests.mutation.operators import Mutant, compiles, mutants
from tests.mutation.scope import AT_IMPORT, REPOSITORY, TESTS, files

_LEAST_S, _TIMES = 10.0, 20.0
"""A test that takes this long, and so many times what it took, does not end."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a mutant. `source` tells that the file has not changed since."""

    id: str
    source: str
    how: str
    by: str
    ran: int
    of: int

    @property
    def killed(self) -> bool:
        return self.how not in {"survived", "cut short", "not run"}


def main() -> int:
    """Return the exit code: 1 where fewer than nine in ten were killed, or one of those asked for survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mutants", description="Small changes, noticed?")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--into", type=Path, metavar="FILE", help="takes every outcome as it comes")
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which no mutant is begun")
    parser.add_argument("--most-s", type=float, default=60, help="of tests for one mutant, in processor time")
    parser.add_argument("--tests", nargs="+", default=TESTS, metavar="PATH", help="instead of all quick ones")
    parser.add_argument("--replay", nargs="+", metavar="ID", help="try these only, with every test that runs them")
    given = parser.parse_args()
    began = time.perf_counter()
    _settle()
    everything = [mutant for path in files() for mutant in mutants(path, _source(path))]
    if not given.replay:
        chosen = sample(everything, given.sample, given.seed)
    else:
        chosen = [mutant for mutant in everything if mutant.id in given.replay]
        if len(chosen) < len(set(given.replay)):
            parser.error("there is no such mutant")
    outcomes = [] if given.replay else [found for found in taken(given.into, chosen) if found.killed]
    print(f"{len(everything):>6,} mutants, {len(chosen):,} of them chosen, {len(outcomes):,} known", file=sys.stderr)
    left = [mutant for mutant in chosen if mutant.id not in {found.id for found in outcomes}]
    slots = [_Slot(given.tests) for _ in range(given.processes)]
    try:
        traces = _traces(slots, given.into)
        tests = Tests(traces, math.inf if given.replay else given.most_s)
        for outcome in _tried(slots, left, tests, began + given.minutes * 60):
            outcomes.append(outcome)
            if given.into is not None:
                with given.into.open("a", encoding="utf-8") as into:
                    print(json.dumps(vars(outcome)), file=into)
            if given.replay or not outcome.killed:
                print(told(outcome, next(mutant for mutant in chosen if mutant.id == outcome.id)), flush=True)
    finally:
        for slot in slots:
            slot.end()
    print("\n".join(report(outcomes, chosen, time.perf_counter() - began)))
    killed = sum(outcome.killed for outcome in outcomes)
    return int(killed < len(outcomes) if given.replay else killed * 10 < len(outcomes) * 9 or not outcomes)


def sample(everything: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return so many mutants, or all of them; a larger sample of the same seed begins with the smaller one.

    Each is drawn by its own name: what grows elsewhere exchanges none of the others.
    """
    mixed = sorted(everything, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.name}".encode()).digest())
    return list(islice((mutant for mutant in mixed if compiles(mutant, _source(mutant.path))), size))


def taken(into: Path | None, chosen: Iterable[Mutant]) -> list[Outcome]:
    """Return the newest outcome of each chosen mutant that a file has, where the source is still the same."""
    if into is None or not into.exists():
        return []
    found = {told["id"]: Outcome(**told) for told in map(json.loads, into.read_text(encoding="utf-8").splitlines())}
    known = ((mutant, found.get(mutant.id)) for mutant in chosen)
    return [outcome for mutant, outcome in known if outcome and outcome.source == _digest(mutant.path)]


def report(outcomes: Sequence[Outcome], chosen: Sequence[Mutant], wall_s: float) -> list[str]:
    """Return the lines that docs/recorded_runs.md keeps of a run."""
    of = {mutant.id: mutant for mutant in chosen}
    killed = [outcome for outcome in outcomes if outcome.killed]
    lines = [
        f"{len(outcomes):>6,} mutants in {wall_s:,.0f} s",
        f"{len(killed):>6,} killed ({len(killed) / max(1, len(outcomes)):.1%})",
    ]
    hows = Counter(outcome.how for outcome in outcomes)
    lines += [f"{count:>6,} {how}" for how, count in sorted(hows.items())]
    kinds = Counter(of[outcome.id].kind for outcome in outcomes)
    dead = Counter(of[outcome.id].kind for outcome in killed)
    lines += [f"{dead[kind]:>6,} of {count:,} {kind}" for kind, count in sorted(kinds.items())]
    rooms = Counter(of[outcome.id].path.split("/")[1] for outcome in outcomes)
    gone = Counter(of[outcome.id].path.split("/")[1] for outcome in killed)
    return lines + [f"{gone[room]:>6,} of {count:,} in {room}" for room, count in sorted(rooms.items())]


def told(outcome: Outcome, mutant: Mutant) -> str:
    by = f" by {outcome.by}" if outcome.by else f" {outcome.ran} of {outcome.of} tests"
    before, after = " ".join(mutant.before.split()), " ".join(mutant.after.split())
    return f"{outcome.how}{by}: {mutant.id}\n    {before}\n    {after}"


class Tests:
    """Which tests run which lines, the quickest first."""

    def __init__(self, traces: dict[str, Trace], most_s: float) -> None:
        good = [(id, trace) for id, trace in traces.items() if trace.lines]
        self.traces = sorted(good, key=lambda known: known[1].seconds)
        self.most_s = most_s
        self.seconds = {id: trace.seconds for id, trace in traces.items()}
        self.at_import = [(id, trace.seconds) for id, trace in traces.items() if id.startswith(AT_IMPORT)]
        self.importers = _importers()

    def of(self, mutant: Mutant) -> Timed:
        """Return the tests that run a mutant's lines; outside of functions, also those of its file and importers."""
        first, last = mutant.lines
        found = self._running({mutant.path}, first, last) if last else []
        if not mutant.function:
            found = [*self.at_import, *found]
            for paths in ({mutant.path}, self.importers[mutant.path]):
                seen = set(found)
                found += [one for one in self._running(paths, 1, 10**9) if one not in seen]
        return [(id, max(_LEAST_S, _TIMES * seconds)) for id, seconds in found]

    def within(self, timed: Timed) -> Timed:
        """Return as many as fit in the time that one mutant has."""
        spent_s = 0.0
        fitting: list[tuple[str, float]] = []
        for id, limit_s in timed:
            spent_s += self.seconds[id]
            if fitting and spent_s > self.most_s:
                break
            fitting.append((id, limit_s))
        return fitting

    def _running(self, paths: Iterable[str], first: int, last: int) -> list[tuple[str, float]]:
        return [
            (id, trace.seconds)
            for id, trace in self.traces
            if any(first <= line <= last for path in paths for line in (trace.lines or {}).get(path, ()))
        ]


def _importers() -> dict[str, set[str]]:
    """Return for each file the mutated ones that import it."""
    texts = {path: _source(path) for path in files()}
    names = {path: path.removesuffix(".py").replace("/", ".") for path in texts}
    return {path: {by for by, text in texts.items() if f"from {name} import" in text} for path, name in names.items()}


class _Slot:
    """One process with all tests ready, and whatever it, or one beside it, is busy with."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.process, self.ready = serve(paths)
        self.ids: list[str] = []
        self.line = self.ready
        self.beside = 0

    def start(self) -> None:
        if not self.ids:
            self.ids = self.ready.recv()

    def ask(self, *asked: Any) -> bool:
        self.ready.send(asked)
        self.line = self.ready
        return True

    def ask_anew(self, mutant: Mutant, timed: Timed) -> None:
        self.beside, self.line = import_anew(mutant, timed)

    def answer(self) -> Any:
        if self.line is self.ready:
            return self.ready.recv()
        try:
            answer = self.line.recv()
        except EOFError:
            answer = None
        _, status = os.waitpid(self.beside, 0)
        self.line.close()
        return answer or Verdict(how="timeout" if ended(status) else "died")

    def end(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def _each(
    slots: Sequence[_Slot], jobs: Iterable[Any], ask: Callable[[_Slot, Any], bool]
) -> Iterator[tuple[_Slot, Any, Any]]:
    """Let the slots do the jobs; yield each with its answer. `ask` tells whether the slot is busy with it."""
    left, free, busy = iter(jobs), list(slots), dict[Connection, tuple[_Slot, Any]]()
    while True:
        while free:
            job = next(left, None)
            if job is None:
                break
            if ask(free[-1], job):
                slot = free.pop()
                busy[slot.line] = slot, job
        if not busy:
            return
        for line in wait(list(busy)):
            slot, job = busy.pop(line)  # type: ignore[call-overload]
            free.append(slot)
            yield slot, job, slot.answer()


def _traces(slots: Sequence[_Slot], into: Path | None) -> dict[str, Trace]:
    for slot in slots:
        slot.start()
    kept = into.with_suffix(".map") if into else None
    known = json.loads(kept.read_text()) if kept and kept.exists() else {}
    marks = {id: _digest("tokenpay", id.partition("::")[0]) for id in slots[0].ids}
    traces = {id: known[id] for id in marks if id in known and known[id]["mark"] == marks[id]}
    new = [id for id in marks if id not in traces]
    print(f"{len(traces):>6,} tests known, {len(new):,} to run", file=sys.stderr, flush=True)
    for done, (_, ids, found) in enumerate(_each(slots, _parts(new), lambda slot, ids: slot.ask("trace", ids))):
        for id, trace in zip(ids, found, strict=True):
            traces[id] = {"mark": marks[id], "seconds": trace.seconds, "lines": trace.lines}
        if kept and done % 20 == 0:
            kept.write_text(json.dumps(traces))
    if kept:
        kept.write_text(json.dumps(traces))
    broken = [id for id, trace in traces.items() if trace["lines"] is None]
    print(f"{len(broken):>6,} of them skipped or failing: {broken[:5]}", file=sys.stderr, flush=True)
    return {id: Trace(seconds=trace["seconds"], lines=trace["lines"]) for id, trace in traces.items()}


def _parts(ids: Sequence[str]) -> Iterator[list[str]]:
    """Each test that has a bank is traced by itself, so that what is made for several is told of each of them."""
    alone = [id for id in ids if id.startswith("tests/integration")]
    others = [id for id in ids if not id.startswith("tests/integration")]
    yield from (others[at : at + 50] for at in range(0, len(others), 50))
    yield from ([id] for id in alone)


def _tried(slots: Sequence[_Slot], left: Sequence[Mutant], tests: Tests, until_s: float) -> Iterator[Outcome]:
    known = {mutant.id: tests.of(mutant) for mutant in left}
    unfit: list[Mutant] = []
    anew: set[Mutant] = set()
    untested: list[Mutant] = []

    def outcome(mutant: Mutant, verdict: Verdict) -> Outcome:
        of = len(known[mutant.id])
        source = _digest(mutant.path)
        how = "cut short" if verdict.how == "survived" and verdict.ran < of else verdict.how
        return Outcome(id=mutant.id, source=source, how=how, by=verdict.by, ran=verdict.ran, of=of)

    def waiting() -> Iterator[Mutant]:
        yield from left
        while unfit:
            yield unfit.pop()

    def ask(slot: _Slot, mutant: Mutant) -> bool:
        if time.perf_counter() >= until_s:
            return False
        if not known[mutant.id]:
            untested.append(mutant)
            return False
        timed = tests.within(known[mutant.id])
        if mutant.function and mutant not in anew:
            slot.ask("attempt", mutant, timed)
        else:
            slot.ask_anew(mutant, timed)
        return True

    for _, mutant, verdict in _each(slots, waiting(), ask):
        if verdict.how == "unfit":
            unfit.append(mutant)
            anew.add(mutant)
        else:
            yield outcome(mutant, verdict)
        while untested:
            yield outcome(untested.pop(), Verdict(how="not run"))
    yield from (outcome(mutant, Verdict(how="not run")) for mutant in untested)


def _settle() -> None:
    """Few examples, the same ones each time, and nothing kept of them."""
    few = hypothesis.settings(max_examples=20, deadline=None, database=None, derandomize=True)
    hypothesis.settings.register_profile("mutants", few, phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"


@cache
def _source(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


@cache
def _digest(*paths: str) -> str:
    """Return a short hash of files, and of all sources in folders."""
    hashed = hashlib.sha256()
    for path in paths:
        place = REPOSITORY / path
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
