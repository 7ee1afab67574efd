"""A database in memory as bytes: what was committed is in them, and nothing else is."""

from pathlib import Path

import pytest

from tokenpay.errors import StoreUnavailable
from tokenpay.store.memory_image import put_image, take_image
from tokenpay.store.migrate import create_database, upgrade_store
from tokenpay.store.unit_of_work import Store


def test_an_image_holds_what_was_committed() -> None:
    first, second = Store("sqlite://"), Store("sqlite://")
    upgrade_store(first)
    with first.unit_of_work() as uow:
        uow.facts.set("name", "Example")
    image = take_image(first)
    with first.unit_of_work() as uow:
        uow.facts.set("name", "Another")
    put_image(second, image)
    for store, name in ((first, "Another"), (second, "Example")):
        with store.read() as uow:
            assert uow.facts.get("name") == name
        store.close()


def test_what_is_put_into_a_store_takes_the_place_of_what_it_held() -> None:
    store = Store("sqlite://")
    upgrade_store(store)
    empty = take_image(store)
    with store.unit_of_work() as uow:
        uow.facts.set("name", "Example")
    put_image(store, empty)
    with store.read() as uow:
        assert uow.facts.get("name", "nothing") == "nothing"
    store.close()


def test_a_database_on_a_disk_is_not_copied_like_this(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    create_database(url)
    store = Store(url)
    with pytest.raises(StoreUnavailable, match="their own backup"):
        take_image(store)
    with pytest.raises(StoreUnavailable):
        put_image(store, b"")
    store.close()
