"""Data of the Travel Rule: sealed, and beside it what may be read by everybody."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from tokenpay.compliance.travel_record import TravelRecord, Way
from tokenpay.errors import NotFound
from tokenpay.store.door import parts, stored
from tokenpay.store.tables import travel_rules

_CLEAR = [column for column in travel_rules.c if column.name not in ("salt", "sealed")]


class TravelStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: TravelRecord, *, salt: bytes, sealed: bytes) -> None:
        """Enter the data of a transfer; what stood for it before stays, and no longer counts."""
        row = {name: getattr(record, name) for name in (column.name for column in _CLEAR)}
        self._connection.execute(insert(travel_rules), {**row, "salt": salt, "sealed": sealed})

    def next_seq(self, subject: str) -> int:
        """Return the number of the next record of a subject, from 1 on."""
        query = select(func.max(travel_rules.c.seq)).where(travel_rules.c.subject == subject)
        return (self._connection.execute(query).scalar() or 0) + 1

    def get(self, record_id: str) -> TravelRecord:
        """Return a record by its id; raises NotFound."""
        row = self._connection.execute(select(*_CLEAR).where(travel_rules.c.id == record_id)).one_or_none()
        if row is None:
            raise NotFound("there is no such data")
        return _record(row)

    def newest(self, subject: str) -> TravelRecord | None:
        """Return the record that stands for a payment or deposit; None where none was ever attached."""
        query = select(*_CLEAR).where(travel_rules.c.subject == subject).order_by(travel_rules.c.seq.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _record(row)

    def stands(self, subject: str) -> bool:
        """Tell whether data stands for a payment or deposit, and was not erased."""
        record = self.newest(subject)
        return record is not None and record.erased_at_s is None

    def sealed(self, record_id: str) -> tuple[bytes, bytes] | None:
        """Return (salt, sealed document) of a record; None once they were erased."""
        row = self._connection.execute(
            select(travel_rules.c.salt, travel_rules.c.sealed).where(travel_rules.c.id == record_id)
        ).one()
        return None if row.sealed is None else (row.salt, row.sealed)

    def all(self, *, since_s: int, until_s: int) -> list[TravelRecord]:
        """Return the records that were attached in [since_s, until_s), oldest first."""
        at_s = travel_rules.c.attached_at_s
        query = (
            select(*_CLEAR)
            .where(at_s >= since_s, at_s < until_s)
            .order_by(at_s, travel_rules.c.subject, travel_rules.c.seq)
        )
        return [_record(row) for row in self._connection.execute(query)]

    def outdated(self, *, now_s: int) -> list[TravelRecord]:
        """Return the records whose time of keeping is over and that still hold their document, oldest first."""
        over = (travel_rules.c.keep_until_s <= now_s, travel_rules.c.erased_at_s.is_(None))
        query = (
            select(*_CLEAR)
            .where(*over)
            .order_by(travel_rules.c.keep_until_s, travel_rules.c.subject, travel_rules.c.seq)
        )
        return [_record(row) for row in self._connection.execute(query)]

    def standing_of(self, subjects: Iterable[str]) -> list[TravelRecord]:
        """Return the records of these payments and deposits that still hold their document."""
        found = list[TravelRecord]()
        for some in parts(sorted(subjects)):
            there = (travel_rules.c.subject.in_(some), travel_rules.c.erased_at_s.is_(None))
            query = select(*_CLEAR).where(*there).order_by(travel_rules.c.subject, travel_rules.c.seq)
            found += [_record(row) for row in self._connection.execute(query)]
        return found

    def erase(self, record_id: str, *, at_s: int) -> None:
        """Take away a record's document and its salt; that it stood, and its digest, stay."""
        change = update(travel_rules).where(travel_rules.c.id == record_id)
        self._connection.execute(change.values(salt=None, sealed=None, erased_at_s=at_s))


@stored
def _record(row: Row[Any]) -> TravelRecord:
    return TravelRecord(**{**row._mapping, "way": Way(row.way)})
