"""A unit of work: all or nothing, one consistent state to readers, one clear line when the database is away."""

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tests.integration.store_samples import fact, founded, set_fact, wait_for_lock
from tests.unit.payments.samples import TOKEN
from tokenpay.errors import (
    Conflict,
    IntegrityError,
    InvalidAmount,
    InvalidInput,
    MissingExtra,
    StoreUnavailable,
    TokenpayError,
)
from tokenpay.store import unit_of_work
from tokenpay.store.migrate import create_database
from tokenpay.store.outbox_store import START
from tokenpay.store.tables import bank
from tokenpay.store.unit_of_work import Store


def test_it_commits_at_its_end(store: Store) -> None:
    set_fact(store, "name", "Bank")
    set_fact(store, "name", "Bank of Here")
    assert fact(store, "name") == "Bank of Here"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, Conflict])
def test_it_rolls_back_when_its_block_raises_and_the_error_comes_through(
    store: Store, error: type[BaseException]
) -> None:
    def fails() -> None:
        with store.unit_of_work() as work:
            work.facts.set("name", "Bank")
            raise error("why")

    with pytest.raises(error, match="why"):
        fails()
    assert fact(store, "name") == ""
    set_fact(store, "name", "still open")


def test_a_read_keeps_nothing_that_was_written_in_it(store: Store) -> None:
    with store.read() as work:
        work.facts.set("name", "Bank")
    assert fact(store, "name") == ""


def test_a_read_sees_one_state_while_others_write(postgresql_url: str) -> None:
    with founded(postgresql_url) as store:
        set_fact(store, "a", "1")
        with store.read() as work:
            assert work.facts.get("a") == "1"
            set_fact(store, "a", "2")
            set_fact(store, "b", "2")
            assert (work.facts.get("a"), work.facts.get("b", "")) == ("1", "")
        assert fact(store, "a") == "2"
        with store.unit_of_work() as work:
            assert work.connection.get_isolation_level() == "READ COMMITTED"


def test_a_read_on_sqlite_sees_one_state_since_writers_wait(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_of_work, "BUSY_TIMEOUT_S", 0.05)
    with founded(sqlite_url) as store:
        set_fact(store, "a", "1")
        with store.read() as work:
            assert work.facts.get("a") == "1"
            with pytest.raises(StoreUnavailable, match="busy"):
                set_fact(store, "a", "2")
            assert work.facts.get("a") == "1"
        set_fact(store, "a", "3")
        assert fact(store, "a") == "3"


def test_readers_do_not_shut_each_other_out(store: Store) -> None:
    with store.read() as one, store.read() as two:
        assert one.operators.all() == two.operators.all() != []


# --- a database that is away ------------------------------------------------------------------


def test_a_missing_file_is_an_error_and_not_a_new_bank(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/bank.sqlite")
    for opened in (store.read, store.unit_of_work):
        with pytest.raises(StoreUnavailable, match="there is no database"), opened():
            pass
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_another_holds_is_busy(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "BUSY_TIMEOUT_S", 0.05)
    with founded(sqlite_url) as store:
        other = sqlite3.connect(tmp_path / "bank.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert fact(store, "name") == ""
        with pytest.raises(StoreUnavailable, match="busy with another writer"):
            set_fact(store, "name", "Bank")
        other.execute("ROLLBACK")
        other.close()
        set_fact(store, "name", "Bank")


def test_two_that_wait_for_each_other_are_told_to_try_again(postgresql_url: str) -> None:
    with founded(postgresql_url) as store:
        set_fact(store, "a", "1")
        set_fact(store, "b", "1")
        with store.engine.connect() as other:
            other.exec_driver_sql("UPDATE bank SET value = '2' WHERE name = 'a'")
            with pytest.raises(StoreUnavailable, match="try again"):
                lock_in_a_circle(store, other)
            other.rollback()


def lock_in_a_circle(store: Store, other: sa.Connection) -> None:
    with store.unit_of_work() as work, ThreadPoolExecutor(1) as pool:
        work.connection.exec_driver_sql("SET LOCAL deadlock_timeout = '50ms'")
        work.facts.lock("b")
        pool.submit(other.exec_driver_sql, "UPDATE bank SET value = '2' WHERE name = 'b'")
        wait_for_lock(store)
        work.facts.lock("a")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "not a bank's"), (b"this is a letter, not a database" * 40, "not a bank's")],
)
def test_a_file_that_is_no_bank(sqlite_url: str, tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "bank.sqlite").write_bytes(content)
    store = Store(sqlite_url)
    with pytest.raises(StoreUnavailable, match=says):
        fact(store, "name")
    store.close()
    assert (tmp_path / "bank.sqlite").read_bytes() == content


def test_a_postgresql_database_that_is_no_bank(postgresql_url: str) -> None:
    store = Store(postgresql_url)
    with pytest.raises(StoreUnavailable, match="not a bank's"):
        fact(store, "name")
    store.close()


@pytest.mark.parametrize("change", [("/test_", "/none_"), ("host=/", "host=/none/")])
def test_a_server_or_database_that_is_not_there(postgresql_url: str, change: tuple[str, str]) -> None:
    store = Store(postgresql_url.replace(*change))
    with pytest.raises(StoreUnavailable) as caught:
        fact(store, "name")
    store.close()
    assert "\n" not in caught.value.message


def test_a_file_that_may_not_be_written(sqlite_url: str, tmp_path: Path) -> None:
    create_database(sqlite_url)
    engine = sa.create_engine(f"sqlite:///file:{tmp_path}/bank.sqlite?mode=ro&uri=true")
    store = Store(sqlite_url)
    store.engine = engine
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        set_fact(store, "name", "Bank")
    store.close()


@pytest.mark.parametrize("url", ["", "bank.sqlite", "mysql://host/bank", "sqlite+nodriver:///x", "http://host"])
def test_what_is_no_database_url(url: str) -> None:
    with pytest.raises(InvalidInput):
        Store(url)


def test_a_password_in_a_url_is_never_repeated() -> None:
    secret = "hunter2hunter2"
    for url in (f"mysql://u:{secret}@host/bank", f"postgresql://u:{secret}@127.0.0.1:1/bank", f"://u:{secret}@"):
        with pytest.raises(TokenpayError) as caught:
            fact(Store(url), "name")
        assert secret not in f"{caught.value!r} {caught.value.fields} {caught.value.__cause__!r}"


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"tokenpay\[postgres\]"):
        Store("postgresql://host/bank")


# --- how SQLite is used -----------------------------------------------------------------------


def test_sqlite_is_durable_and_checks_foreign_keys(sqlite_url: str) -> None:
    with founded(sqlite_url) as store, store.read() as work:
        for pragma, value in (("foreign_keys", 1), ("synchronous", 3), ("journal_mode", "delete")):
            assert work.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_wal_database_is_brought_back_to_a_rollback_journal(sqlite_url: str, tmp_path: Path) -> None:
    with founded(sqlite_url) as store:
        set_fact(store, "name", "Bank")
    path = tmp_path / "bank.sqlite"
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    other.execute("UPDATE bank SET value = 'Bank of Here'")
    other.commit()
    other.close()
    store = Store(sqlite_url)
    assert fact(store, "name") == "Bank of Here"
    store.close()
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    other.close()


def test_a_wal_database_in_use_elsewhere_is_refused(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "BUSY_TIMEOUT_S", 0.05)
    create_database(sqlite_url)
    other = sqlite3.connect(tmp_path / "bank.sqlite")
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("SELECT * FROM bank").fetchall()
    store = Store(sqlite_url)
    with pytest.raises(StoreUnavailable, match="busy"):
        fact(store, "name")
    store.close()
    other.close()


def test_a_path_with_signs_in_it_is_that_file_and_no_other(tmp_path: Path) -> None:
    url = sa.URL.create("sqlite", database=str(tmp_path / "a%41 b?c#d.sqlite")).render_as_string()
    with founded(url) as store:
        set_fact(store, "name", "Bank")
    assert [path.name for path in tmp_path.iterdir()] == ["a%41 b?c#d.sqlite"]


@pytest.mark.parametrize("gathers", [False, True])
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"subject": "half \0"}, InvalidInput),
        ({"subject": "half \ud800"}, InvalidInput),
        ({"at_s": 2**63}, InvalidInput),
        ({"at_s": None}, Conflict),
    ],
)
def test_rows_that_wait_are_checked_like_those_written_at_once(
    store: Store, gathers: bool, wrong: dict[str, object], error: type[TokenpayError]
) -> None:
    event: dict[str, Any] = {"kind": "k", "subject": "s", "at_s": 1}

    def write() -> None:
        with store.unit_of_work() as work:
            if gathers:
                work.writes.gather()
            for written in (event, event, {**event, **wrong}):
                work.outbox.add(**written)

    with pytest.raises(error):
        write()
    with store.read() as work:
        assert work.outbox.after(START) == []


def test_amounts_that_wait_are_checked_like_those_written_at_once(store: Store) -> None:
    def count(*units: int) -> None:
        with store.unit_of_work() as work:
            scopes = work.limits.lock_used(["customer/C1", "customer/C2"], asset_id=TOKEN.id, day="2023-11-14")
            work.writes.gather()
            for scope, more in zip(sorted(scopes), units, strict=True):
                work.limits.use("P", {scope: 0}, asset_id=TOKEN.id, day="2023-11-14", units=more)

    with pytest.raises(InvalidAmount):
        count(1, -1)
    with store.unit_of_work() as work:
        assert set(work.limits.lock_used(["customer/C1"], asset_id=TOKEN.id, day="2023-11-14").values()) == {0}


@pytest.mark.parametrize("gathers", [False, True])
@pytest.mark.parametrize("names", [["nobody"], ["name", "nobody"], ["name", "nobody", "other"]])
def test_a_row_that_is_not_there_is_not_changed_in_silence(store: Store, gathers: bool, names: list[str]) -> None:
    set_fact(store, "name", "Bank")
    set_fact(store, "other", "one")
    change = sa.update(bank).where(bank.c.name == sa.bindparam("fact")).values(value=sa.bindparam("new"))

    def write(names: list[str]) -> None:
        with store.unit_of_work() as work:
            if gathers:
                work.writes.gather()
            work.writes.change(change, {name: {"fact": name, "new": "changed"} for name in names})

    with pytest.raises(IntegrityError, match="moved while"):
        write(names)
    assert (fact(store, "name"), fact(store, "other")) == ("Bank", "one")
    write(["name", "other"])
    assert (fact(store, "name"), fact(store, "other")) == ("changed", "changed")


@pytest.mark.parametrize(("query", "waits"), [("", 10), ("?connect_timeout=3&tcp_user_timeout=9", "3")])
def test_a_server_that_went_without_a_word_is_given_up(query: str, waits: object) -> None:
    store, told = Store(f"postgresql://host/bank{query}"), dict[str, Any]()

    @sa.event.listens_for(store.engine, "do_connect")
    def _reach(_dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
        told.update(named)
        raise psycopg.OperationalError("nobody answers")

    with pytest.raises(StoreUnavailable), store.read():
        pass
    assert (told["connect_timeout"], told["keepalives_idle"]) == (waits, 10)
    assert told["tcp_user_timeout"] == ("9" if query else 25_000)
