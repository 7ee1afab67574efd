"""Tests kept ready in a process that forks for each of them or for each mutant, and never writes a source.

A change inside a function is put into the running functions of a fork where all tests are loaded already. Any other,
of a constant or of a class, needs a process where nothing of the library is loaded yet: the import gives it there.
"""

import faulthandler
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from tests.forked import forked
from tests.mutation.operators import Mutant
from tests.mutation.scope import REPOSITORY, SLOW, files

Timed = Sequence[tuple[str, float]]
"""Test ids, each with the seconds of processor time that it may take."""

_PATIENCE = 30
_BANKS = "tests/integration/operations"
_WORLD = f"{_BANKS}/test_pay.py"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What one test ran by itself: lines by file. None where it failed or was skipped."""

    seconds: float
    lines: dict[str, list[int]] | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`how`: failed, timeout, died, import; survived, or unfit where the change could not be put in."""

    how: str
    by: str = ""
    ran: int = 0


def serve(paths: Sequence[str]) -> tuple[int, Connection]:
    """Start a process with these tests ready; it first sends their ids, then takes (method, arguments) and answers."""
    chosen = [*paths, "-k", " and ".join(f"not {word}" for word in SLOW)]

    def work(line: Connection) -> None:
        _pytest(chosen, _Ready(line))

    return forked(work, duplex=True)


def import_anew(mutant: Mutant, timed: Timed) -> tuple[int, Connection]:
    """Start a process that imports the library with the mutant in it, runs the tests and sends the verdict."""

    def work(line: Connection) -> None:
        sys.meta_path.insert(0, _Finder(mutant))
        once = _Once(line, timed)
        code = _pytest([id for id, _ in timed], once)
        if not once.said:
            line.send(Verdict(how="import" if code else "survived"))

    return forked(work)


def _pytest(arguments: Sequence[str], plugin: object) -> int:
    """Run pytest here without a word of it, nor a file of its own left behind."""
    for alarm in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(alarm, signal.SIG_DFL)
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(silence, stream)
    os.chdir(REPOSITORY)
    plain = [
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-o",
        "faulthandler_timeout=0",
        "-s",
        "-q",
    ]
    return int(pytest.main([*plain, *arguments], plugins=[plugin]))


def ended(status: int) -> bool:
    """Tell whether a process was ended because it took too long."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGPROF, signal.SIGALRM}


def _end_after(limit_s: float) -> None:
    """End this process after so much of its own time; where it waits for ever, after much more of anybody's."""
    signal.setitimer(signal.ITIMER_PROF, limit_s)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE * limit_s)


class _Heard:
    """Hears what becomes of each test."""

    failed = skipped = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed
        self.skipped |= report.skipped

    def run(self, item: pytest.Item, following: pytest.Item | None) -> bool:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return not self.failed

    def run_all(self, items: Sequence[tuple[pytest.Item, float]]) -> Verdict:
        """Run until one fails; each is ended by an alarm, and this process with it, where it takes too long."""
        for at, (item, limit_s) in enumerate(items):
            _end_after(limit_s)
            if not self.run(item, items[at + 1][0] if at + 1 < len(items) else None):
                return Verdict(how="failed", by=item.nodeid, ran=at + 1)
        return Verdict(how="survived", ran=len(items))


class _Once(_Heard):
    """Runs the tests of one mutant in a process that is that mutant's alone."""

    def __init__(self, line: Connection, timed: Timed) -> None:
        self.line, self.limits, self.said = line, dict(timed), False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None
        items = {item.nodeid: item for item in session.items}
        verdict = self.run_all([(items[id], limit_s) for id, limit_s in self.limits.items() if id in items])
        self.line.send(verdict)
        self.said = True
        return True


class _Ready(_Heard):
    """Holds all tests, loaded, and a founded bank; forks for what it is asked."""

    def __init__(self, line: Connection) -> None:
        self.line = line

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        self.config = session.config
        banks = [item for item in session.items if "world" in getattr(item, "fixturenames", ())]
        banks.sort(key=lambda item: not item.nodeid.startswith(_WORLD))
        if banks:  # its bank is founded for the whole session, and every fork has it
            others = [item for item in session.items if item is not banks[0]]
            others.sort(key=lambda item: item.path == banks[0].path)
            self.run(banks[0], next(iter(others), None))
            self.failed = self.skipped = False
        self.line.send(list(self.items))
        while (asked := self.line.recv()) is not None:
            method, *arguments = asked
            self.line.send(getattr(self, method)(*arguments))
        return True

    def trace(self, ids: Sequence[str]) -> list[Trace]:
        """Trace tests one after another in one fork."""
        items = [self.items[id] for id in ids]
        traces = self._in_fork(lambda: [self._traced(*pair) for pair in zip_longest(items, items[1:])])
        return traces if isinstance(traces, list) else [Trace(seconds=0, lines=None) for _ in ids]

    def attempt(self, mutant: Mutant, timed: Timed) -> Verdict:
        answer = self._in_fork(lambda: self._tried(mutant, [(self.items[id], limit_s) for id, limit_s in timed]))
        return answer if isinstance(answer, Verdict) else Verdict(how="timeout" if answer else "died")

    def _traced(self, item: pytest.Item, following: pytest.Item | None) -> Trace:
        _end_after(120)
        self.failed = self.skipped = False
        began = time.process_time()
        with _lines() as found:
            passed = self.run(item, following)
        lines = {path: sorted(numbers) for path, numbers in found.items()}
        return Trace(seconds=time.process_time() - began, lines=lines if passed and not self.skipped else None)

    def _tried(self, mutant: Mutant, items: Sequence[tuple[pytest.Item, float]]) -> Verdict:
        if not _put_in(mutant):
            return Verdict(how="unfit")
        verdict = self.run_all(items)
        if verdict.how == "survived" and any(_BANKS in id for id in self.items) and not _founds():
            return replace(verdict, how="failed", by="the founding of a bank")
        return verdict

    def _in_fork(self, work: Callable[[], Any]) -> Any:
        """Return what the work returns; True where an alarm ended it, None where it died otherwise."""
        folder = Path(tempfile.mkdtemp(prefix="mutant-"))

        def alone(line: Connection) -> None:
            factory: Any = getattr(self.config, "_tmp_path_factory")  # noqa: B009
            factory._basetemp = folder
            line.send(work())

        faulthandler.cancel_dump_traceback_later()  # its thread is not in the fork, which would wait for it for ever
        process, line = forked(alone)
        try:
            answer = line.recv()
        except EOFError:
            answer = None
        line.close()
        _, status = os.waitpid(process, 0)
        shutil.rmtree(folder, ignore_errors=True)
        return True if answer is None and ended(status) else answer


def _founds() -> bool:
    """Tell whether a bank is founded with the mutant in it: the tests had one that was founded without."""
    from tests.world import found_template, opened

    _end_after(60)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            template = found_template(folder / "bank", f"sqlite:///{folder / 'one.sqlite'}")
            (folder / "copy").mkdir()
            with opened(template, folder / "copy", f"sqlite:///{folder / 'two.sqlite'}") as world:
                world.paid(20)
                world.prove()
        except Exception:
            return False
    return True


class _lines:
    """Notes the lines of the mutated files that run within it, in this thread and those that begin."""

    def __enter__(self) -> dict[str, set[int]]:
        names = {str(REPOSITORY / path): path for path in files()}
        found: dict[str, set[int]] = {}

        def within(frame: FrameType, event: str, _: object) -> Any:
            found[names[frame.f_code.co_filename]].add(frame.f_lineno)
            return within

        def called(frame: FrameType, event: str, _: object) -> Any:
            path = names.get(frame.f_code.co_filename)
            if path is None:
                return None
            found.setdefault(path, set()).add(frame.f_lineno)
            return within

        threading.settrace(called)
        sys.settrace(called)
        return found

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]


def _put_in(mutant: Mutant) -> bool:
    """Give every function that runs the mutant's code the changed code; tell whether there was one and it took it."""
    path = REPOSITORY / mutant.path
    found = _code(compile(mutant.of(path.read_text()), str(path), "exec", dont_inherit=True), mutant)
    if found is None:
        return False
    gc.unfreeze()
    holders = [
        held
        for held in gc.get_objects()
        if type(held) is FunctionType
        and held.__code__.co_filename == str(path)
        and held.__code__.co_firstlineno == mutant.first_line
        and held.__qualname__ == mutant.function
    ]
    for holder in holders:
        if holder.__code__.co_freevars != found.co_freevars:
            return False
        holder.__code__ = found
    return bool(holders)


def _code(code: CodeType, mutant: Mutant) -> CodeType | None:
    """Return the changed code of the outermost function that the mutant is in."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_firstlineno == mutant.first_line and inner.co_name == mutant.function.rpartition(".")[2]:
                return inner
            if (deeper := _code(inner, mutant)) is not None:
                return deeper
    return None


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, mutant: Mutant) -> None:
        super().__init__(name, path)
        self.mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        source = self.mutant.of(Path(self.path).read_text())
        code: CodeType = compile(source, self.path, "exec", dont_inherit=True)
        return code


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the mutated module, and leaves every other to those who come after it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.path.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        place = str(REPOSITORY / self.mutant.path)
        return importlib.util.spec_from_file_location(name, place, loader=_Loader(name, place, self.mutant))
