"""Idempotency keys: the same again gives the same result, anything else names what differs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.integration.store_samples import founded, wait_for_lock
from tokenpay.errors import InvalidInput, KeyReused
from tokenpay.store.unit_of_work import Store, UnitOfWork

CONTENT: dict[str, Any] = {"payee": "C1", "units": "5", "tags": ("a", "b"), "note": None}


def claim(work: UnitOfWork, *, key: str = "K1", verb: str = "pay", result_id: str = "P1", **changes: Any) -> str | None:
    return work.keys.claim(key, verb=verb, content=CONTENT | changes, result_id=result_id, at_s=1)


def test_the_same_claim_gives_the_first_result(store: Store) -> None:
    with store.unit_of_work() as work:
        assert claim(work) is None
    with store.unit_of_work() as work:
        assert claim(work, result_id="P2") == "P1"
        assert claim(work, result_id="P3", tags=["a", "b"]) == "P1"
    with store.read() as work:
        assert work.keys.result("K1") == "P1"
        assert work.keys.result("K2") is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"payee": "C2"}, "payee"),
        ({"units": "6"}, "units"),
        ({"units": "6", "payee": "C2"}, "payee"),
        ({"more": "x"}, "more"),
        ({"note": "x"}, "note"),
        ({"tags": ("b", "a")}, "tags"),
        ({"verb": "refund"}, "verb"),
    ],
)
def test_other_content_names_the_first_field_that_differs(store: Store, changes: dict[str, Any], field: str) -> None:
    with store.unit_of_work() as work:
        claim(work)
    with store.unit_of_work() as work, pytest.raises(KeyReused) as caught:
        claim(work, **changes)
    assert caught.value.fields == {"field": field}
    assert "C1" not in caught.value.message


def test_a_released_key_is_free_again(store: Store) -> None:
    with store.unit_of_work() as work:
        claim(work)
        work.keys.release("K1")
        assert claim(work, payee="C2") is None


def test_a_unit_of_work_that_fails_binds_no_key(store: Store) -> None:
    with pytest.raises(RuntimeError):
        fail_after_claim(store)
    with store.unit_of_work() as work:
        assert claim(work, payee="C2") is None


def fail_after_claim(store: Store) -> None:
    with store.unit_of_work() as work:
        claim(work)
        raise RuntimeError("the power went")


@pytest.mark.parametrize("key", ["", "x" * 129, "two\nlines", "nul\x00"])
def test_what_is_no_key(store: Store, key: str) -> None:
    with store.unit_of_work() as work, pytest.raises(InvalidInput):
        claim(work, key=key)


def test_of_many_at_once_one_is_first_and_all_get_its_result(store: Store) -> None:
    count = 6
    ready = Barrier(count)

    def one(number: int) -> tuple[str | None, str]:
        ready.wait()
        with store.unit_of_work() as work:
            return claim(work, result_id=f"P{number}"), f"P{number}"

    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(one, range(count)))
    (first,) = [own for bound, own in answers if bound is None]
    assert [bound for bound, _ in answers if bound is not None] == [first] * (count - 1)


def test_who_waits_behind_one_that_fails_is_first(postgresql_url: str) -> None:
    with founded(postgresql_url) as store, ThreadPoolExecutor(1) as pool:
        with store.engine.connect() as holder:
            claim(UnitOfWork(holder), result_id="P1")
            waiting = pool.submit(lambda: claim_in(store, "P2"))
            wait_for_lock(store)
            assert not waiting.done()
            holder.rollback()
        assert waiting.result(timeout=20) is None
        with store.read() as work:
            assert work.keys.result("K1") == "P2"


def claim_in(store: Store, result_id: str) -> str | None:
    with store.unit_of_work() as work:
        return claim(work, result_id=result_id)
