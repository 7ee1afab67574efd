"""The one statement that both databases know and SQLAlchemy spells once for each."""

from functools import cache
from typing import Any

from sqlalchemy import Column, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


@cache
def insert_missing(dialect: str, table: Table, *returned: Column[Any]) -> Insert:
    """Return an insert that leaves a row of the same key as it is, waiting for who just enters it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement: Insert = insert(table).on_conflict_do_nothing()
    return statement.returning(*returned) if returned else statement
