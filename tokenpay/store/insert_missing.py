"""The one statement that both databases know and SQLAlchemy spells once for each."""

from functools import cache

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


@cache
def insert_missing(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that leaves a row of the same key as it is, waiting for who just enters it."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
