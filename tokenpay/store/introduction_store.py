"""Introductions: who of the bank vouched for a customer's key."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from tokenpay.parties.introduction import Introduction
from tokenpay.store.door import stored
from tokenpay.store.tables import introductions

_OF = select(introductions).where(introductions.c.operator_id.in_(bindparam("operators", expanding=True)))


class IntroductionStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, introduction: Introduction) -> None:
        self._connection.execute(insert(introductions), asdict(introduction))

    def of(self, operator_ids: Iterable[str]) -> dict[str, Introduction]:
        """Return the introductions of those who are customers' operators; nobody else has one."""
        rows = self._connection.execute(_OF, {"operators": sorted(set(operator_ids))})
        return {row.operator_id: _introduction(row) for row in rows}


@stored
def _introduction(row: Row[Any]) -> Introduction:
    return Introduction(**row._mapping)
