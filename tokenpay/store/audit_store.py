"""Audit streams: their heads and records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, null, select, update

from tokenpay.audit.follow import COLUMNS, Row, StreamFollower, verify_rows
from tokenpay.audit.record import ARCHIVED, AuditHead, AuditRecord
from tokenpay.audit.signed_head import StreamHead
from tokenpay.audit.tree import EMPTY, Frontier
from tokenpay.errors import Conflict, Halted, IntegrityError, InvalidInput
from tokenpay.primitives.canonical import Value, parse_canonical
from tokenpay.store.door import MAX_NUMBER
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import audit_archives, audit_heads, audit_records
from tokenpay.store.writes import Writes

MAX_CLOCK_BACK_S = 300
MAX_CLOCK_AHEAD_S = 300
_AT_ONCE = 128
"""How many rows are followed in a step: what they and their texts take stays in a processor's nearest caches."""
_FETCHED = 8 * _AT_ONCE
"""How many a server is asked for at a time."""
_OF_STREAM = audit_heads.c.stream == bindparam("of_stream")
_LOCK_HEAD = {
    # A terminal's clock is not believed where the database has one of its own.
    "postgresql": select(audit_heads, func.extract("epoch", func.clock_timestamp()).label("database_s"))
    .where(_OF_STREAM)
    .with_for_update(key_share=True),
    "sqlite": select(audit_heads, null().label("database_s")).where(_OF_STREAM),
}
_HEADS = select(audit_heads).order_by(audit_heads.c.stream)
_MOVE_HEAD = (
    update(audit_heads).where(_OF_STREAM).values({name: bindparam(f"new_{name}") for name in ("seq", "hash", "at_s")})
)
_ADD = insert(audit_records)
_HOLDS = (
    select(audit_records.c.seq)
    .where(
        audit_records.c.stream == bindparam("of_stream"),
        audit_records.c.seq > bindparam("after_seq"),
        audit_records.c.action == bindparam("of_action"),
    )
    .limit(1)
)


@dataclass(slots=True)
class _Held:
    """A head that this unit of work has locked, and the time that the database had then, where it has one."""

    head: AuditHead
    database_s: float | None


class AuditStore:
    """A stream's head is locked once in a unit of work, which adds to it until the commit."""

    def __init__(self, connection: Connection, writes: Writes, machine_clock: bool = False) -> None:
        self._connection = connection
        self._writes = writes
        self._machine_clock = machine_clock
        self._held: dict[str, _Held] = {}

    def append(
        self,
        stream: str,
        *,
        at_s: int,
        actor: str,
        action: str,
        subject: str,
        details: Value = None,
        whatever_the_clock: bool = False,
    ) -> AuditRecord:
        """Add a record under the lock of its stream's head; the last lock a unit of work takes.

        Raises Halted when the clock stands more than five minutes before the stream's last record, or after the
        database's own time (a machine's clock: before it as well), unless the act is one that no clock may stop.
        """
        held = self._lock(stream)
        head, database_s = held.head, held.database_s
        if database_s is not None:
            if at_s > database_s + MAX_CLOCK_AHEAD_S and not whatever_the_clock:
                raise Halted("this clock runs ahead of the database's: set it right", stream=stream)
            if self._machine_clock and at_s < database_s - MAX_CLOCK_BACK_S and not whatever_the_clock:
                raise Halted("this clock runs behind the database's: set it right", stream=stream)
            at_s = min(at_s, int(database_s) + MAX_CLOCK_AHEAD_S)
        if at_s < head.at_s - MAX_CLOCK_BACK_S and not whatever_the_clock:
            raise Halted(
                "the clock stands before what was recorded last: set it right, or a supervisor accepts it",
                stream=stream,
            )
        record = AuditRecord.after(head, at_s=at_s, actor=actor, action=action, subject=subject, details=details or {})
        row = {
            "stream": record.stream,
            "seq": record.seq,
            "at_s": record.at_s,
            "actor": record.actor,
            "action": record.action,
            "subject": record.subject,
            "details": record.details,
            "previous": record.previous,
            "hash": record.hash,
        }
        self._writes.enter(_ADD, [row])
        head_now = {"new_seq": record.seq, "new_hash": record.hash, "new_at_s": record.at_s}
        self._writes.change(_MOVE_HEAD, {stream: {"of_stream": stream, **head_now}}, last=True)
        held.head = record.head()
        return record

    def _lock(self, stream: str) -> _Held:
        if stream not in self._held:
            lock_head = _LOCK_HEAD[self._connection.dialect.name]
            row = self._connection.execute(lock_head, {"of_stream": stream}).one_or_none()
            if row is None:
                start = AuditHead(stream=stream)
                values = {"stream": stream, "seq": start.seq, "hash": start.hash, "at_s": start.at_s}
                self._connection.execute(insert_missing(self._connection.dialect.name, audit_heads), values)
                row = self._connection.execute(lock_head, {"of_stream": stream}).one()
            head = AuditHead(stream=row.stream, seq=row.seq, hash=row.hash, at_s=row.at_s)
            self._held[stream] = _Held(head, row.database_s)
        return self._held[stream]

    def heads(self) -> list[AuditHead]:
        """Return the head of every stream, ordered by stream."""
        return [AuditHead(**row._mapping) for row in self._connection.execute(_HEADS)]

    def whole_heads(self, marks: Iterable[StreamHead] = ()) -> list[AuditHead]:
        """Return every stream's head once its records lead to it, as `follow` says."""
        return [followed.head for followed in self.follow(marks)]

    def follow(self, marks: Iterable[StreamHead] = ()) -> list[StreamFollower]:
        """Follow every stream until its records lead to its head: a record cut off at the end is missed too.

        The records lead through every one of `marks` too, which are heads that were known of the streams. A stream
        that was archived begins where its newest archive ends. Raises IntegrityError, and InvalidInput for a mark
        that stands in an archive.
        """
        heads = self.heads()
        known = {head.stream: list[StreamHead]() for head in heads}
        for mark in marks:
            if mark.stream not in known:
                raise IntegrityError("an audit stream is gone", stream=mark.stream, seq=1, up_to=mark.size)
            known[mark.stream].append(mark)
        return [self._follow(head, known[head.stream]) for head in heads]

    def _follow(self, head: AuditHead, marks: list[StreamHead]) -> StreamFollower:
        start = self.start(head.stream)
        if any(mark.size < start.seq for mark in marks):
            raise InvalidInput("a head stands in an archive: name the archive's file too", stream=head.stream)
        follower = StreamFollower(start, self.frontier(start) if marks else None)
        found = verify_rows(self.rows(head.stream, after_seq=start.seq), follower, marks)
        if found.head != head:
            raise IntegrityError("an audit stream ends before its head", stream=head.stream, seq=head.seq)
        if start.seq not in found.archived_up_to:
            message = "audit records are gone, and no record says where to"
            raise IntegrityError(message, stream=head.stream, seq=1, up_to=start.seq)
        return found

    def frontier(self, start: AuditHead) -> Frontier | None:
        """Return the frontier of a stream's tree at `start`, as the record of its archive says, or None."""
        if not start.seq:
            return EMPTY
        told = select(audit_records.c.details).where(
            audit_records.c.stream == start.stream, audit_records.c.action == ARCHIVED, audit_records.c.seq > start.seq
        )
        for details in self._connection.execute(told.order_by(audit_records.c.seq)).scalars():
            frontier = _told_frontier(details, start)
            if frontier is not None:
                return frontier
        return None

    def rows(self, stream: str, *, after_seq: int = 0, up_to: int = MAX_NUMBER) -> Iterator[Sequence[Row]]:
        """Yield the columns of a stream's records in order and some at a time, whatever their number."""
        query = (
            select(*(audit_records.c[name] for name in COLUMNS))
            .where(audit_records.c.stream == stream, audit_records.c.seq.between(after_seq + 1, up_to))
            .order_by(audit_records.c.seq)
        )
        if self._connection.dialect.name == "sqlite":  # its driver reads as it goes, and makes plain tuples
            cursor = self._connection.execute(query).cursor
            while cursor is not None and (rows := cursor.fetchmany(_AT_ONCE)):
                yield rows
            return
        options = {"stream_results": True, "yield_per": _FETCHED}
        for part in self._connection.execute(query, execution_options=options).partitions(_AT_ONCE):
            yield [tuple(row) for row in part]

    def holds(self, stream: str, action: str, *, after_seq: int) -> bool:
        """Tell whether a record of this action stands behind number `after_seq`."""
        wanted = {"of_stream": stream, "after_seq": after_seq, "of_action": action}
        return self._connection.execute(_HOLDS, wanted).first() is not None

    def archived(self, stream: str) -> list[AuditHead]:
        """Return where each archive of a stream ended, oldest first."""
        query = select(audit_archives).where(audit_archives.c.stream == stream).order_by(audit_archives.c.seq)
        return [AuditHead(**row._mapping) for row in self._connection.execute(query)]

    def start(self, stream: str) -> AuditHead:
        """Return the head behind which the database holds a stream's records: the end of its newest archive."""
        return [AuditHead(stream=stream), *self.archived(stream)][-1]

    def archive(self, start: AuditHead, end: AuditHead) -> None:
        """Mark a record as the last of an archive and remove the stream's records up to it; the guards check both.

        A record of it has to follow in the stream. Raises Conflict where the stream does not begin at `start` any more.
        """
        self._lock(end.stream)
        if self.start(end.stream) != start:
            raise Conflict("the stream was archived meanwhile", stream=end.stream)
        self._connection.execute(insert(audit_archives), asdict(end))
        before = (audit_records.c.stream == end.stream) & (audit_records.c.seq <= end.seq)
        self._connection.execute(delete(audit_records).where(before))

    def records(self, stream: str, *, after_seq: int = 0) -> Iterator[AuditRecord]:
        """Yield a stream's records in order, after number `after_seq`."""
        query = select(audit_records).where(audit_records.c.stream == stream, audit_records.c.seq > after_seq)
        for row in self._connection.execute(query.order_by(audit_records.c.seq)):
            yield AuditRecord(**row._mapping)

    def some_records(self, stream: str, *, after_seq: int, limit: int) -> list[AuditRecord]:
        """Return up to so many of a stream's records after a number, in order."""
        column = audit_records.c
        query = select(audit_records).where(column.stream == stream, column.seq > after_seq).order_by(column.seq)
        return [AuditRecord(**row._mapping) for row in self._connection.execute(query.limit(limit))]


def _told_frontier(details: str, start: AuditHead) -> Frontier | None:
    """Return the frontier that the record of an archive tells of, where it is the one that ended at `start`."""
    try:
        said = parse_canonical(details)
        if said["up_to"] != start.seq or "nodes" not in said:
            return None
        return Frontier.of(start.seq, bytes.fromhex(said["nodes"]))
    except (IntegrityError, LookupError, TypeError, ValueError):
        return None  # it is followed like any record, and found where it is not as it was written
