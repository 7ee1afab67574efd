"""Waiting for events: whoever waits hears of every commit, whoever made it, and a wake for nothing is harmless."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from tests.properties.small_bank import SmallBank, template
from tokenpay.adapters.system import SystemEntropy
from tokenpay.errors import InvalidInput, SessionExpired, StoreUnavailable
from tokenpay.operations.customers import enrol_customer
from tokenpay.operations.open_session import close_session
from tokenpay.operations.read import newest_event, read_events
from tokenpay.operations.wait_for_events import wait_for_events
from tokenpay.store.listening import listening
from tokenpay.store.outbox_store import CHANNEL, START, Event

LONG_S = 60.0
_NUMBERS = count()
_LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@pytest.fixture(params=["sqlite", "postgresql"])
def small(request: pytest.FixtureRequest) -> Iterator[SmallBank]:
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with template(server).copy(entropy=SystemEntropy()) as small:
        yield small


@pytest.fixture
def on_postgresql(postgresql_server: str) -> Iterator[SmallBank]:
    with template(postgresql_server).copy(entropy=SystemEntropy()) as small:
        yield small


def write(small: SmallBank) -> str:
    """Let something happen; returns what it happened to."""
    return enrol_customer(small.bank, name="x", by=small.sessions["tom"], key=f"feed-{next(_NUMBERS)}").id


def wait(small: SmallBank, after: str, timeout_s: float = LONG_S) -> list[Event]:
    return wait_for_events(small.bank, after=after, by=small.sessions["ann"], timeout_s=timeout_s)


@contextmanager
def waiting(small: SmallBank, after: str) -> Iterator[Future[list[Event]]]:
    """Wait in a thread; what follows happens while it waits."""
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(wait, small, after)
        until_waiting(small)
        assert not reader.done()
        yield reader


def until_waiting(small: SmallBank) -> None:
    if small.bank.store.engine.dialect.name == "sqlite":
        time.sleep(0.2)
        return
    listens = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    for _ in range(500):
        with small.bank.store.engine.connect() as connection:
            if connection.execute(listens).scalar():
                return
        time.sleep(0.02)
    pytest.fail("nobody listens")


def now(small: SmallBank) -> str:
    return newest_event(small.bank, by=small.sessions["ann"])


def test_a_commit_wakes_who_waits(small: SmallBank) -> None:
    cursor = now(small)
    with waiting(small, cursor) as reader:
        customer = write(small)
        assert [event.subject for event in reader.result(LONG_S / 2)] == [customer]


def test_a_commit_of_another_process_wakes_who_waits(small: SmallBank) -> None:
    """The child writes when it is told to, with connections of its own."""
    cursor = now(small)
    small.close()
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.read(told, 1)
            small.open()
            write(small)
        finally:
            os._exit(0)
    small.open()
    with waiting(small, cursor) as reader:
        os.write(tell, b"!")
        assert [event.kind for event in reader.result(LONG_S / 2)] == ["customer.enrolled"]
    os.waitpid(child, 0)
    os.close(told)
    os.close(tell)


def test_what_happened_before_is_returned_at_once(small: SmallBank) -> None:
    cursor = now(small)
    first, second = write(small), write(small)
    found = wait(small, cursor)
    assert [event.subject for event in found] == [first, second]
    assert found == read_events(small.bank, by=small.sessions["ann"], after=cursor)
    page = wait_for_events(small.bank, after=cursor, by=small.sessions["ann"], limit=1)
    assert [event.subject for event in page] == [first]


def test_nothing_comes_when_the_time_is_over(small: SmallBank) -> None:
    began_s = time.monotonic()
    assert wait(small, now(small), 0.3) == []
    assert time.monotonic() - began_s >= 0.3
    assert wait(small, now(small), 0) == []


@pytest.mark.parametrize("timeout_s", [-1, 3601, float("nan")])
def test_what_is_no_time_to_wait(small: SmallBank, timeout_s: float) -> None:
    with pytest.raises(InvalidInput):
        wait(small, START, timeout_s)


def test_a_session_that_ends_ends_the_wait(small: SmallBank) -> None:
    with waiting(small, now(small)) as reader:
        close_session(small.bank, by=small.sessions["ann"])
        with pytest.raises(SessionExpired):
            reader.result(LONG_S / 2)


def test_readers_miss_nothing_of_many_writers(small: SmallBank) -> None:
    """Three write at once, three read from one cursor to the next: each reads all, in the order that stays."""
    each, cursor, sessions = 8, now(small), [small.another_session("tom") for _ in range(3)]
    start = now(small)

    def writer(number: int) -> None:
        for turn in range(each):
            enrol = partial(enrol_customer, small.bank, name="x", by=sessions[number], key=f"many-{number}-{turn}")
            until_answered(enrol)

    def reader(_: int) -> list[str]:
        found: list[str] = []
        place = start
        while len(found) < 3 * each:
            for event in wait_for_events(small.bank, after=place, by=small.sessions["ann"], timeout_s=LONG_S, limit=5):
                place = event.cursor
                found.append(event.cursor)
        return found

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(reader, number) for number in range(3)]
        for done in [pool.submit(writer, number) for number in range(3)]:
            done.result(LONG_S)
        found = [future.result(LONG_S) for future in readers]
    everything = read_events(small.bank, by=small.sessions["ann"], after=cursor, limit=1000)
    assert found == [[event.cursor for event in everything if event.kind == "customer.enrolled"]] * 3


def until_answered(call: Callable[[], Any]) -> Any:
    """Repeat while SQLite has no time: with the same key that is safe."""
    while True:
        try:
            return call()
        except StoreUnavailable:
            time.sleep(0.01)


# --- PostgreSQL


def test_a_wake_for_nothing_is_harmless(on_postgresql: SmallBank) -> None:
    store = on_postgresql.bank.store
    with waiting(on_postgresql, now(on_postgresql)) as reader:
        for _ in range(20):
            with store.engine.begin() as connection:
                connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
        with pytest.raises(TimeoutError):
            reader.result(0.3)
        customer = write(on_postgresql)
        assert [event.subject for event in reader.result(LONG_S / 2)] == [customer]


def test_what_is_taken_back_wakes_nobody(on_postgresql: SmallBank) -> None:
    heard = threading.Event()
    with ThreadPoolExecutor(1) as pool, listening(on_postgresql.bank.store.engine) as listen:

        def hear() -> None:
            listen(1.0)
            heard.set()

        done = pool.submit(hear)
        with on_postgresql.bank.store.trial() as uow:
            uow.outbox.add("bank.founded", "x", at_s=1)
        assert not heard.wait(0.5)
        with on_postgresql.bank.store.unit_of_work() as uow:
            uow.outbox.add("bank.founded", "x", at_s=1)
        done.result(LONG_S)


def test_what_an_older_transaction_holds_back_comes_when_that_ends_in_silence(on_postgresql: SmallBank) -> None:
    with waiting(on_postgresql, now(on_postgresql)) as reader, on_postgresql.bank.store.engine.connect() as older:
        older.exec_driver_sql("SELECT pg_current_xact_id()")
        customer = write(on_postgresql)
        with pytest.raises(TimeoutError):
            reader.result(0.3)
        older.rollback()
        assert [event.subject for event in reader.result(LONG_S / 2)] == [customer]


def test_a_lost_connection_is_an_error_and_the_next_wait_works(on_postgresql: SmallBank) -> None:
    cursor = now(on_postgresql)
    end = sa.text(f"SELECT pg_terminate_backend(pid) {_LISTENERS}")
    with waiting(on_postgresql, cursor) as reader:
        with on_postgresql.bank.store.engine.begin() as connection:
            assert connection.execute(end).scalar()
        with pytest.raises(StoreUnavailable):
            reader.result(LONG_S / 2)
    customer = write(on_postgresql)
    assert [event.subject for event in wait(on_postgresql, cursor)] == [customer]
    assert wait(on_postgresql, now(on_postgresql), 0.1) == []


def test_nobody_listens_once_the_wait_is_over(on_postgresql: SmallBank) -> None:
    engine = on_postgresql.bank.store.engine
    with listening(engine) as listen:
        listen(0.01)
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql("SELECT pg_listening_channels()").all() == []


def test_who_is_told_to_stop_returns_with_nothing(small: SmallBank) -> None:
    stopped = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(
            wait_for_events,
            small.bank,
            after=now(small),
            by=small.sessions["ann"],
            timeout_s=LONG_S,
            stop=stopped.is_set,
        )
        until_waiting(small)
        assert not reader.done()
        time.sleep(0.3)  # its first look is over
        looks: list[str] = []
        sa.event.listen(small.bank.store.engine, "before_cursor_execute", lambda *call: looks.append(call[2]))
        stopped.set()
        assert reader.result(LONG_S / 2) == []
        assert [sql for sql in looks if not sql.startswith("UNLISTEN")] == []


def test_a_file_that_nobody_changes_is_not_read() -> None:
    """SQLite's own number of the file says that there is nothing to look for."""
    with template("").copy(entropy=SystemEntropy()) as small:
        looks: list[str] = []
        sa.event.listen(small.bank.store.engine, "before_cursor_execute", lambda *call: looks.append(call[2]))
        assert wait(small, now(small), timeout_s=0.5) == []
        few = len(looks)
        looks.clear()
        assert wait(small, now(small), timeout_s=1.0) == []
        assert len(looks) == few


def test_many_readers_of_a_file_leave_the_bank_its_connections() -> None:
    with template("").copy(entropy=SystemEntropy()) as small, ThreadPoolExecutor(20) as pool:
        stopped = threading.Event()
        cursor, ann = now(small), small.sessions["ann"]
        readers = [
            pool.submit(wait_for_events, small.bank, after=cursor, by=ann, timeout_s=LONG_S, stop=stopped.is_set)
            for _ in range(20)
        ]
        time.sleep(0.5)
        assert not any(reader.done() for reader in readers)
        customer = write(small)
        assert {reader.result(LONG_S / 2)[0].subject for reader in readers} == {customer}
