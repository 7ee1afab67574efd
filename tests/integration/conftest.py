"""The open store of a bank with its first rows, once on SQLite and once on PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.integration.store_samples import founded
from tokenpay.store.unit_of_work import Store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with founded(database_url) as store:
        yield store
