"""Introductions: who of the bank vouched for a customer's key."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from tokenpay.parties.introduction import Introduction
from tokenpay.store.door import stored
from tokenpay.store.tables import introductions


class IntroductionStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, introduction: Introduction) -> None:
        self._connection.execute(insert(introductions), asdict(introduction))

    def of(self, operator_id: str) -> Introduction | None:
        """Return the introduction of a customer's operator; None for everybody else."""
        query = select(introductions).where(introductions.c.operator_id == operator_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _introduction(row)


@stored
def _introduction(row: Row[Any]) -> Introduction:
    return Introduction(**row._mapping)
