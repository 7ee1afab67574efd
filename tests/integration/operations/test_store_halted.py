"""A disk that failed halts the bank that is open for writing: by what each database says, and until it is opened again.

What each failing call of a payment does is in tests/properties/test_disk_faults.py.
"""

import sqlite3
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from tests.integration.store_samples import fact, founded, set_fact
from tests.world import World
from tokenpay.engine import Cycle, run
from tokenpay.errors import StoreHalted, StoreUnavailable
from tokenpay.operations.bank_health import bank_health
from tokenpay.operations.read import balances, payment_of_key
from tokenpay.store.unit_of_work import Store


def fill_up(store: Store) -> None:
    """Write until there is no room left, in a database that may not grow."""
    with store.unit_of_work() as work:
        if store.engine.dialect.name == "sqlite":
            work.connection.exec_driver_sql("PRAGMA max_page_count = 1")
            work.facts.set("stopped", "x" * 100_000)
        else:
            raise_in_the_server(work.connection, "53100")


def told_in_the_middle(store: Store, sqlstate: str) -> None:
    """Let the server say this in a unit of work that has written."""
    with store.unit_of_work() as work:
        work.facts.set("stopped", "Bank")
        raise_in_the_server(work.connection, sqlstate)


def raise_in_the_server(connection: sa.Connection, sqlstate: str) -> None:
    connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{sqlstate}'; END $$")


def test_a_full_disk_halts_what_is_open_and_a_new_one_goes_on(store: Store, database_url: str) -> None:
    set_fact(store, "stopped", "Bank")
    with pytest.raises(StoreHalted, match="the disk is full: this program writes no more"):
        fill_up(store)
    for opened in (store.unit_of_work, store.trial):
        with pytest.raises(StoreHalted, match="the disk is full"), opened():
            pytest.fail("it was opened")
    assert fact(store, "stopped") == "Bank"
    again = Store(database_url)
    assert again.halted == ""
    set_fact(again, "stopped", "Bank of Here")
    again.close()
    assert fact(store, "stopped") == "Bank of Here"


@pytest.mark.parametrize(
    ("sqlstate", "says"),
    [
        ("53100", "the disk is full"),
        ("58030", "the disk failed"),
        ("XX001", "the database is damaged"),
        ("XX002", "the database is damaged"),
    ],
)
def test_what_postgresql_says_of_its_disk(postgresql_url: str, sqlstate: str, says: str) -> None:
    with founded(postgresql_url) as store:
        with pytest.raises(StoreHalted, match=says):
            told_in_the_middle(store, sqlstate)
        with pytest.raises(StoreHalted, match=says):
            set_fact(store, "stopped", "Bank")
        assert fact(store, "stopped") == ""


@pytest.mark.parametrize("sqlstate", ["57P01", "57P02", "57P03", "53200", "40001"])
def test_a_server_that_stops_or_starts_is_asked_again(postgresql_url: str, sqlstate: str) -> None:
    """A PostgreSQL that could not sync stops by itself and comes back with what its log holds."""
    with founded(postgresql_url) as store:
        with pytest.raises(StoreUnavailable) as caught:
            told_in_the_middle(store, sqlstate)
        assert caught.value.code == "store.unavailable"
        set_fact(store, "stopped", "Bank of Here")
        assert fact(store, "stopped") == "Bank of Here"


def test_a_connection_that_the_server_ends_is_said_and_asked_again(postgresql_url: str) -> None:
    with founded(postgresql_url) as store:
        with pytest.raises(StoreUnavailable, match="stops or starts"), store.unit_of_work() as work:
            work.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        set_fact(store, "stopped", "Bank of Here")


def test_a_failure_while_reading_halts_too_and_what_is_asked_then_says_so(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with founded(sqlite_url) as store:
        set_fact(store, "stopped", "Bank")

        def torn(*_: Any, **__: Any) -> Any:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(store.engine.dialect, "do_execute", torn)
            with pytest.raises(StoreHalted, match="the disk failed"):
                fact(store, "stopped")
        assert fact(store, "stopped") == "Bank"
        with pytest.raises(StoreHalted):
            set_fact(store, "stopped", "Bank of Here")


def test_who_was_in_the_middle_of_it_does_not_commit(database_url: str) -> None:
    """Another thread's unit of work that began before is not trusted to the disk either."""
    with founded(database_url) as store:
        began, failed, said = Event(), Event(), list[Exception]()

        def slow() -> None:
            try:
                with store.unit_of_work() as work:
                    work.facts.set("stopped", "Bank")
                    began.set()
                    failed.wait(20)
            except StoreHalted as error:
                said.append(error)

        thread = Thread(target=slow)
        thread.start()
        began.wait(20)
        store.halted = "the disk is full"
        failed.set()
        thread.join()
        assert len(said) == 1
        assert fact(store, "stopped") == ""


def test_a_halted_bank_looks_up_and_says_how_it_is(world: World) -> None:
    paid = world.paid(5)
    world.bank.store.halted = "the disk is full"
    assert bank_health(world.bank, by=world.tom).store_halted == "the disk is full"
    before = balances(world.bank, world.anna.id, by=world.tom)
    with pytest.raises(StoreHalted):
        world.paid(5)
    assert balances(world.bank, world.anna.id, by=world.tom) == before
    known = payment_of_key(world.bank, "never", by=world.tom)
    assert (known, paid.state) == (None, "final")


def test_the_engine_ends_when_the_disk_failed(world: World) -> None:
    cycles: list[Cycle] = []

    def fails_after_one(cycle: Cycle) -> None:
        cycles.append(cycle)
        world.bank.store.halted = "the disk is full"

    with pytest.raises(StoreHalted, match="the disk is full"):
        run(world.bank, sign_in=lambda: world.engine, stop=lambda: False, pause_s=0, after_each=fails_after_one)
    assert [cycle.error is None for cycle in cycles] == [True, False]
