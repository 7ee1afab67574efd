"""Events written with what caused them and read after a cursor, none missed and none out of order."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.sql.dml import ReturningInsert

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.canonical import Value, canonical_text, parse_canonical
from tokenpay.store.door import MAX_NUMBER, rows_limit
from tokenpay.store.tables import outbox
from tokenpay.store.writes import Writes

START = "0.0"
CHANNEL = "tokenpay_events"
"""Where PostgreSQL tells, with the commit, that there are events; a unit of work tells once, however many it wrote."""
_CURSOR = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})")
_HORIZON: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_ADD = insert(outbox).values({name: bindparam(name) for name in ("at_s", "kind", "subject", "content")}).inline()
_ADD_NUMBERED: ReturningInsert[Any] = _ADD.values(
    written_by=literal_column("pg_current_xact_id()::text::bigint")
).returning(literal_column(f"pg_notify('{CHANNEL}', '')"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `cursor` is where a reader goes on after it; a content that cannot be read is None."""

    cursor: str
    at_s: int
    kind: str
    subject: str
    content: Value


class OutboxStore:
    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes
        self._postgresql = connection.dialect.name == "postgresql"

    def add(self, kind: str, subject: str, *, at_s: int, content: Value = None) -> None:
        """Write an event; it appears to readers when the unit of work commits."""
        values = {"at_s": at_s, "kind": kind, "subject": subject, "content": canonical_text(content)}
        self._writes.enter(_ADD_NUMBERED if self._postgresql else _ADD, [values])

    def begin_anew(self) -> None:
        """Put every event that stands before all that will be written: readers begin at `START`.

        Another server's transactions have lower numbers. It takes the owner of the table, since guards keep events.
        """
        if self._postgresql:
            for statement in (
                "ALTER TABLE outbox DISABLE TRIGGER USER",
                "UPDATE outbox SET written_by = 0",
                "ALTER TABLE outbox ENABLE TRIGGER USER",
            ):
                self._connection.exec_driver_sql(statement)

    def after(self, cursor: str, *, limit: int = 100) -> list[Event]:
        """Return events after a cursor, in an order that never changes.

        On PostgreSQL ids appear in the order of commits, not of writing: an event is shown only when
        no transaction at or before its own can still add one.
        """
        query = self._settled(select(outbox)).order_by(outbox.c.written_by, outbox.c.id).limit(rows_limit(limit))
        # Each as a big number: PostgreSQL would otherwise be given one of 32 bits.
        after = tuple_(*(literal(number, BigInteger) for number in _position(cursor)))
        query = query.where(tuple_(outbox.c.written_by, outbox.c.id) > after)
        return [_event(row) for row in self._connection.execute(query)]

    def newest(self) -> str:
        """Return the cursor of the last event that `after` can show, or the start where there is none."""
        query = self._settled(select(outbox.c.written_by, outbox.c.id))
        row = self._connection.execute(
            query.order_by(outbox.c.written_by.desc(), outbox.c.id.desc()).limit(1)
        ).one_or_none()
        return START if row is None else f"{row.written_by}.{row.id}"

    def length(self) -> int:
        """Return how many events were written, without counting them all: those taken back have a number too."""
        return int(self._connection.execute(select(func.max(outbox.c.id))).scalar() or 0)

    def waits_since_s(self) -> int | None:
        """Return the time of the oldest event that `after` cannot show yet: an older transaction is still open."""
        if not self._postgresql:
            return None
        query = select(func.min(outbox.c.at_s)).where(outbox.c.written_by >= _HORIZON)
        return self._connection.execute(query).scalar()

    def _settled(self, query: Select[Any]) -> Select[Any]:
        if not self._postgresql:
            return query
        return query.where(outbox.c.written_by < _HORIZON)


def _event(row: Row[Any]) -> Event:
    try:
        content = parse_canonical(row.content)
    except IntegrityError:  # a terminal's own SQL writes here too, and nobody would ever read past it
        content = None
    return Event(
        cursor=f"{row.written_by}.{row.id}", at_s=row.at_s, kind=row.kind, subject=row.subject, content=content
    )


def _position(cursor: str) -> tuple[int, int]:
    parts = _CURSOR.fullmatch(cursor)
    if parts is None or max(int(parts[1]), int(parts[2])) > MAX_NUMBER:
        raise InvalidInput("an event cursor is one that an event carried")
    return int(parts[1]), int(parts[2])
