"""The event feed: none missed, none twice, and their order never changes."""

import pytest

from tests.integration.store_samples import NOW_S, founded
from tokenpay.errors import InvalidInput
from tokenpay.store.outbox_store import START, Event
from tokenpay.store.unit_of_work import Store, UnitOfWork


def add(work: UnitOfWork, subject: str) -> None:
    work.outbox.add("payment.final", subject, at_s=NOW_S, content={"units": "5"})


def read(store: Store, cursor: str = START, limit: int = 100) -> list[Event]:
    with store.read() as work:
        return work.outbox.after(cursor, limit=limit)


def subjects(events: list[Event]) -> list[str]:
    return [event.subject for event in events]


def test_events_are_read_page_by_page_from_a_cursor(store: Store) -> None:
    assert read(store) == []
    for number in range(7):
        with store.unit_of_work() as work:
            add(work, f"{number}a")
            add(work, f"{number}b")
    everything = read(store)
    assert subjects(everything) == [f"{number}{letter}" for number in range(7) for letter in "ab"]
    assert (everything[0].kind, everything[0].at_s, everything[0].content) == ("payment.final", NOW_S, {"units": "5"})
    cursor, pages = START, []
    while page := read(store, cursor, limit=3):
        pages += page
        cursor = page[-1].cursor
    assert pages == everything
    assert len({event.cursor for event in everything}) == 14


def test_an_event_of_a_unit_of_work_that_fails_never_shows(store: Store) -> None:
    with pytest.raises(RuntimeError):
        fail_after_event(store)
    with store.unit_of_work() as work:
        add(work, "kept")
    assert subjects(read(store)) == ["kept"]


def fail_after_event(store: Store) -> None:
    with store.unit_of_work() as work:
        add(work, "lost")
        raise RuntimeError("the power went")


@pytest.mark.parametrize("cursor", ["", ".", "1", "1.", ".1", "a.b", "-1.0", "1.0.0", "1.0 ", "9" * 60 + ".1"])
def test_what_is_no_cursor(store: Store, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        read(store, cursor)


def test_an_older_writer_that_commits_later_is_not_passed_over(postgresql_url: str) -> None:
    with founded(postgresql_url) as store:
        with store.unit_of_work() as work:
            add(work, "before")
        with store.engine.connect() as older:
            add(UnitOfWork(older), "older")
            with store.unit_of_work() as work:
                add(work, "younger")
            first = read(store)
            # The younger has committed, but the older could still come before it.
            assert subjects(first) == ["before"]
            older.commit()
        then = read(store, first[-1].cursor)
        assert subjects(then) == ["older", "younger"]
        assert subjects(read(store)) == ["before", "older", "younger"]
        assert read(store, then[-1].cursor) == []


def test_an_older_writer_that_gives_up_does_not_hold_the_feed(postgresql_url: str) -> None:
    with founded(postgresql_url) as store:
        with store.engine.connect() as older:
            add(UnitOfWork(older), "older")
            with store.unit_of_work() as work:
                add(work, "younger")
            assert read(store) == []
            older.rollback()
        assert subjects(read(store)) == ["younger"]


def test_ids_out_of_commit_order_are_read_in_the_order_of_their_writers(postgresql_url: str) -> None:
    with founded(postgresql_url) as store:
        with store.engine.connect() as older, store.engine.connect() as younger:
            older.exec_driver_sql("SELECT pg_current_xact_id()")
            add(UnitOfWork(younger), "younger")
            add(UnitOfWork(older), "older")
            younger.commit()
            assert read(store) == []
            older.commit()
        assert subjects(read(store)) == ["older", "younger"]
