"""A disk that fails under a payment: refused with one code, nothing half-written, and no second try is believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EIO, ENOSPC

import pytest

from tests.conftest import missing
from tests.properties.crashes import world_of
from tests.properties.disk_faults import HALTED, SYNCS, WRITES, Fault, fail, file_calls, is_the_banks
from tests.properties.payment_path import BookPayment, ChainPayment, Path, end
from tests.properties.small_bank import template
from tests.traced import Traced, why_not

SPREAD = 6
"""Of the many writes of a payment so many fail, one in each part of it."""


@pytest.fixture(scope="module", autouse=True)
def traceable() -> None:
    if lacking := why_not():
        missing(lacking, "run the tests on Linux 5.3 or newer, where a process may trace its own")


@contextmanager
def bank(way: type[Path]) -> Iterator[Path]:
    with world_of(template()) as world:
        path = way(small=world.small)
        yield path
        path.end()


def spread(count: int) -> list[int]:
    return [number * count // SPREAD for number in range(SPREAD)]


def check(fault: Fault | None) -> None:
    """Refused, with the halt where something was begun; look-ups go on."""
    assert fault is not None
    assert not fault.answered, fault
    assert fault.reads, fault
    if fault.call == "openat":  # no journal could be made: nothing was begun, and the next try is as good
        assert (fault.code, fault.halted, fault.again) == ("store.unavailable", "", ""), fault
    else:
        assert (fault.code, fault.again) == (HALTED, HALTED), fault
        assert fault.halted, fault


@pytest.mark.parametrize("error", [EIO, ENOSPC])
def test_a_write_that_fails_halts_the_bank_that_is_open(error: int) -> None:
    with bank(BookPayment) as path:
        for at in spread(len(file_calls(path, WRITES))):
            check(fail(path, at, error, WRITES))
        check(fail(path, 0, error, frozenset({"unlink"})))


def test_after_a_failed_sync_no_later_success_is_believed() -> None:
    with bank(BookPayment) as path:
        syncs = file_calls(path, SYNCS)
        assert len(syncs) >= 5
        faults = [fail(path, at, EIO, SYNCS) for at in range(len(syncs))]
        folder = [at for at, fault in enumerate(faults) if fault is not None and not fault.file]
        made, gone = folder  # SQLite keeps it to itself that the folder was not synced when it made its journal there
        assert gone == len(syncs) - 1
        for at, fault in enumerate(faults):
            if at != made:
                check(fault)


def test_a_disk_that_stays_dead_answers_nothing_wrong() -> None:
    """What was half-written cannot be rolled back, so nothing is read out of it either; a mended disk tells all."""
    with bank(BookPayment) as path:
        for at in spread(len(file_calls(path, WRITES | SYNCS))):
            fault = fail(path, at, EIO, WRITES | SYNCS, lasting=True)
            assert fault is not None
            assert not fault.answered, fault
            assert fault.code == ("store.unavailable" if at == 0 else HALTED), fault


def test_the_record_of_signatures_is_not_believed_after_a_failed_sync() -> None:
    with bank(ChainPayment) as path:
        found: list[Fault] = []
        for names in ({"write"}, {"fsync"}):
            count = len(file_calls(path, frozenset(names)))
            faults = [fail(path, at, EIO, frozenset(names)) for at in range(count)]
            found += [fault for fault in faults if fault is not None and fault.file.endswith("signed.jsonl")]
        assert {fault.call for fault in found} == {"write", "fsync"}
        for fault in found:
            assert (fault.code, fault.again) == ("signer.unavailable", "signer.unavailable"), fault


def test_nothing_is_answered_before_it_is_on_the_disk() -> None:
    """The journal is synced before the books are touched, the books before it goes, and its end before the answer."""
    with bank(BookPayment) as path:
        path.begin()
        traced = Traced(path.work)
        told: list[tuple[str, str]] = []
        for call in traced.calls():
            if call.name == "write" or is_the_banks(path, call):
                told.append((call.name, call.file.removeprefix(str(path.small.directory))))
        end(path, traced, killed=False)
        path.recover()
        journal, books = "/bank.db-journal", "/bank.db"
        gone = told.index(("unlink", journal))
        answered = next(at for at, (name, file) in enumerate(told) if name == "write" and file.startswith("socket:"))
        last = max(at for at, call in enumerate(told) if call == ("pwrite64", books))
        first = told.index(("pwrite64", books))
        assert ("fdatasync", journal) in told[:first]
        assert any(name in SYNCS and file == books for name, file in told[last:gone])
        assert any(name in SYNCS and file == "" for name, file in told[gone:answered]), told[gone:]
