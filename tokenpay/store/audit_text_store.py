"""What was typed beside acts, as long as it stands, and the records that tell of it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, null, select, text, update

from tokenpay.audit.text import AuditText
from tokenpay.store.door import rows_limit, stored
from tokenpay.store.guard_rules import ENGINE
from tokenpay.store.tables import audit_texts, customers
from tokenpay.store.writes import Writes

_ADD = insert(audit_texts)
_ERASE = (
    update(audit_texts)
    .where(audit_texts.c.hash == bindparam("of_hash"))
    .values(salt=null(), text=null(), erased_at_s=bindparam("gone_at_s"))
)
_MAY_ERASE = text(
    "SELECT pg_has_role(current_user, relowner, 'USAGE') OR coalesce(pg_has_role(current_user,"
    " to_regrole(:engine)::oid, 'USAGE'), false) FROM pg_class WHERE oid = 'audit_texts'::regclass"
).bindparams(engine=ENGINE)


class AuditTextStore:
    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes

    def add(self, texts: Iterable[AuditText]) -> None:
        """Enter what was typed beside the act of one record, which is there already."""
        self._writes.enter(_ADD, [asdict(each) for each in texts])

    def of(self, customer_id: str) -> list[AuditText]:
        """Return what is about a customer, oldest first."""
        return self._found(select(audit_texts).where(audit_texts.c.customer_id == customer_id))

    def within(self, stream: str, *, first: int, last: int) -> list[AuditText]:
        """Return the texts of a stream's records `first` to `last`, in order."""
        seq = audit_texts.c.seq.between(first, last)
        return self._found(select(audit_texts).where(audit_texts.c.stream == stream, seq))

    def outdated(self, *, before_s: int, limit: int) -> list[AuditText]:
        """Return what is about no customer, or one who was erased, was typed before `before_s` and still stands."""
        column = audit_texts.c
        erased = select(customers.c.id).where(customers.c.erased_at_s.is_not(None))
        nobodys = column.customer_id.is_(None) | column.customer_id.in_(erased)
        query = select(audit_texts).where(nobodys, column.at_s <= before_s, column.erased_at_s.is_(None))
        return self._found(query.limit(rows_limit(limit)))

    def all(self) -> Iterator[AuditText]:
        """Yield every text, standing or erased."""
        for row in self._connection.execute(select(audit_texts)):
            yield _text(row)

    def erase(self, hashes: Collection[str], *, at_s: int) -> None:
        """Take texts and their salts away; that they stood, and their hashes, stay."""
        self._writes.change(_ERASE, {each: {"of_hash": each, "gone_at_s": at_s} for each in hashes})

    def may_erase(self) -> bool:
        """Tell whether this machine may erase: on PostgreSQL the engine's role and the owner of the tables may."""
        return self._connection.dialect.name != "postgresql" or bool(self._connection.execute(_MAY_ERASE).scalar())

    def _found(self, query: Select[Any]) -> list[AuditText]:
        order = (audit_texts.c.at_s, audit_texts.c.stream, audit_texts.c.seq, audit_texts.c.name)
        return [_text(row) for row in self._connection.execute(query.order_by(*order))]


@stored
def _text(row: Row[Any]) -> AuditText:
    return AuditText(**row._mapping)
