"""Events written with what caused them and read after a cursor, none missed and none out of order."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, insert, literal_column, select, tuple_

from tokenpay.errors import InvalidInput
from tokenpay.primitives.canonical import Value, canonical_text, parse_canonical
from tokenpay.store.tables import outbox

START = "0.0"
_ADD = insert(outbox).values({name: bindparam(name) for name in ("at_s", "kind", "subject", "content")}).inline()
_ADD_NUMBERED = _ADD.values(written_by=literal_column("pg_current_xact_id()::text::bigint"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `cursor` is where a reader goes on after it."""

    cursor: str
    at_s: int
    kind: str
    subject: str
    content: Value


class OutboxStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    def add(self, kind: str, subject: str, *, at_s: int, content: Value = None) -> None:
        """Write an event; it appears to readers when the unit of work commits."""
        values = {"at_s": at_s, "kind": kind, "subject": subject, "content": canonical_text(content)}
        self._connection.execute(_ADD_NUMBERED if self._postgresql else _ADD, values)

    def after(self, cursor: str, *, limit: int = 100) -> list[Event]:
        """Return events after a cursor, in an order that never changes.

        On PostgreSQL ids appear in the order of commits, not of writing: an event is shown only when
        no transaction at or before its own can still add one.
        """
        query = select(outbox).order_by(outbox.c.written_by, outbox.c.id).limit(limit)
        query = query.where(tuple_(outbox.c.written_by, outbox.c.id) > tuple_(*_position(cursor)))
        if self._postgresql:
            settled: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            query = query.where(outbox.c.written_by < settled)
        return [
            Event(
                cursor=f"{row.written_by}.{row.id}",
                at_s=row.at_s,
                kind=row.kind,
                subject=row.subject,
                content=parse_canonical(row.content),
            )
            for row in self._connection.execute(query)
        ]


def _position(cursor: str) -> tuple[int, int]:
    written_by, point, id = cursor.partition(".")
    if not (point and written_by.isdecimal() and id.isdecimal() and len(cursor) < 50):
        raise InvalidInput("an event cursor is one that an event carried")
    return int(written_by), int(id)
