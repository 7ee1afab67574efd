"""Audit streams in the database: chained, tampering found, no record under a clock that went back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from time import time

import pytest
from sqlalchemy import text

from tests.integration.store_samples import NOW_S
from tests.unguarded import unguarded
from tokenpay.audit.record import AuditHead, AuditRecord, verify_stream
from tokenpay.errors import Halted, IntegrityError
from tokenpay.store.audit_store import MAX_CLOCK_AHEAD_S, MAX_CLOCK_BACK_S
from tokenpay.store.unit_of_work import Store

STREAM = "branch/main"
START = AuditHead(stream=STREAM)


def append(store: Store, number: int, *, stream: str = STREAM, at_s: int | None = None) -> AuditRecord:
    with store.unit_of_work() as work:
        return work.audit.append(
            stream,
            at_s=NOW_S + number if at_s is None else at_s,
            actor="mia",
            action="payment.cleared",
            subject=f"P{number}",
            details={"n": number},
        )


def test_records_are_chained_stream_by_stream(store: Store) -> None:
    written = [append(store, number) for number in range(5)]
    other = append(store, 9, stream="engine")
    with store.read() as work:
        assert list(work.audit.records(STREAM)) == written
        assert list(work.audit.records(STREAM, after_seq=3)) == written[3:]
        assert work.audit.heads() == [written[-1].head(), other.head()]
        assert verify_stream(work.audit.records(STREAM), START) == written[-1].head()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_records SET subject = 'P9' WHERE seq = 2",
        "UPDATE audit_records SET details = '{}' WHERE seq = 3",
        "UPDATE audit_records SET at_s = at_s + 1 WHERE seq = 1",
        "DELETE FROM audit_records WHERE seq = 2",
        "UPDATE audit_records SET seq = 9 WHERE seq = 3",
    ],
)
def test_tampering_is_found(store: Store, tampering: str) -> None:
    for number in range(3):
        append(store, number)
    with store.unit_of_work() as work, unguarded(work.connection):
        work.connection.execute(text(tampering))
    with store.read() as work, pytest.raises(IntegrityError):
        verify_stream(work.audit.records(STREAM), START)


def test_a_tail_that_was_cut_off_does_not_reach_the_head(store: Store) -> None:
    for number in range(3):
        append(store, number)
    with store.unit_of_work() as work, unguarded(work.connection):
        work.connection.execute(text("DELETE FROM audit_records WHERE seq = 3"))
    with store.read() as work:
        assert verify_stream(work.audit.records(STREAM), START) != work.audit.heads()[0]


def test_nothing_is_recorded_while_the_clock_is_back(store: Store) -> None:
    append(store, 0)
    with pytest.raises(Halted, match="clock"):
        append(store, 1, at_s=NOW_S - MAX_CLOCK_BACK_S - 1)
    late = append(store, 2, at_s=NOW_S - MAX_CLOCK_BACK_S)
    assert (late.seq, late.at_s) == (2, NOW_S)


def test_a_machine_s_clock_stands_by_the_database_s_where_that_has_one(store: Store) -> None:
    """A quiet stream says nothing of a clock that runs hours behind: today's payments would count for yesterday."""
    now_s = int(time())
    asks = store.engine.dialect.name == "postgresql"
    for machine_clock, at_s, refused in (
        (True, now_s - MAX_CLOCK_BACK_S - 60, asks),
        (False, now_s - MAX_CLOCK_BACK_S - 60, False),
        (True, now_s - MAX_CLOCK_BACK_S + 60, False),
        (True, now_s + MAX_CLOCK_AHEAD_S + 60, asks),
    ):
        store.machine_clock = machine_clock
        with pytest.raises(Halted, match="the database's") if refused else nullcontext():
            append(store, 1, stream=f"branch/{at_s}/{machine_clock}", at_s=at_s)


def test_a_record_of_a_unit_of_work_that_fails_is_gone_with_it(store: Store) -> None:
    append(store, 0)
    with pytest.raises(RuntimeError):
        fail_after_record(store)
    assert append(store, 1).seq == 2


def fail_after_record(store: Store) -> None:
    with store.unit_of_work() as work:
        work.audit.append(STREAM, at_s=NOW_S, actor="mia", action="payment.cleared", subject="P", details={})
        raise RuntimeError("the power went")


def test_many_at_once_write_one_chain_from_its_first_record_on(store: Store) -> None:
    count = 12
    with ThreadPoolExecutor(6) as pool:
        written = list(pool.map(lambda number: append(store, number, at_s=NOW_S), range(count)))
    assert sorted(record.seq for record in written) == list(range(1, count + 1))
    with store.read() as work:
        assert verify_stream(work.audit.records(STREAM), START) == work.audit.heads()[0]
