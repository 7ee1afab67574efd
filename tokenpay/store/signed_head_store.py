"""Signed heads, and how far each place outside the bank has them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from tokenpay.audit.signed_head import HeadStep, SignedHead, read_signed
from tokenpay.audit.tree import Frontier, parted
from tokenpay.store.door import stored
from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import head_sinks, signed_heads

_SINKS = select(head_sinks).order_by(head_sinks.c.sink, head_sinks.c.stream)
_SIZES = select(signed_heads.c.stream, func.max(signed_heads.c.size).label("size")).group_by(signed_heads.c.stream)
_LAST = _SIZES.subquery()
_NEWEST = select(signed_heads).join(
    _LAST, (signed_heads.c.stream == _LAST.c.stream) & (signed_heads.c.size == _LAST.c.size)
)
_MORE_THAN_SIGNED = "the books say that it has more heads than were ever signed"
SIGNING = "signing"
"""Not a place, but what keeps a stream's head from being signed stands under this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkState:
    """How one place outside stands with one stream: it has every head up to `size`, and what last went wrong."""

    sink: str
    stream: str
    size: int
    at_s: int
    trouble: str


class SignedHeadStore:
    """Heads are added and never changed; what a place has only grows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, step: HeadStep, frontier: Frontier) -> None:
        """Keep a head and the tree's frontier there; the guards refuse one of no record, or behind a larger one."""
        head = step.signed.head
        row = {
            "stream": head.stream,
            "size": head.size,
            "hash": head.hash,
            "content": step.signed.text(),
            "nodes": frontier.joined(),
            "older": step.older,
            "proof": b"".join(step.proof),
        }
        self._connection.execute(insert(signed_heads), row)

    def all(self, streams: Iterable[str] | None = None, *, after_size: int = 0) -> list[HeadStep]:
        """Return every head, or those of some streams, ordered by stream and size."""
        query = select(signed_heads).where(signed_heads.c.size > after_size)
        if streams is not None:
            query = query.where(signed_heads.c.stream.in_(list(streams)))
        rows = self._connection.execute(query.order_by(signed_heads.c.stream, signed_heads.c.size))
        return [_step(row._mapping) for row in rows]

    def times(self, stream: str, *, after_size: int) -> list[int]:
        """Return when each head of a stream behind this size was signed, in Unix seconds."""
        return [step.signed.head.at_s for step in self.all([stream], after_size=after_size)]

    def newest(self) -> dict[str, SignedHead]:
        """Return the newest head of each stream that has one."""
        return {stream: step.signed for stream, step in self.newest_steps().items()}

    def newest_steps(self) -> dict[str, HeadStep]:
        """Return the newest head of each stream that has one, with the proof of its step."""
        return {row.stream: _step(row._mapping) for row in self._connection.execute(_NEWEST)}

    @stored
    def base(self, stream: str, *, up_to: int) -> tuple[HeadStep, Frontier] | None:
        """Return the newest head of at most `up_to` records, and the tree's frontier there, or None."""
        query = select(signed_heads).where(signed_heads.c.stream == stream, signed_heads.c.size <= up_to)
        row = self._connection.execute(query.order_by(signed_heads.c.size.desc()).limit(1)).one_or_none()
        return None if row is None else (_step(row._mapping), Frontier.of(row.size, row.nodes))

    def sinks(self) -> list[SinkState]:
        """Return how every place stands with every stream, ordered by both.

        One that is said to have more than was ever signed is in trouble: somebody keeps heads from it.
        """
        states = [SinkState(**row._mapping) for row in self._connection.execute(_SINKS)]
        signed = {stream: int(size) for stream, size in self._connection.execute(_SIZES)}
        return [
            replace(state, trouble=_MORE_THAN_SIGNED) if state.size > signed.get(state.stream, 0) else state
            for state in states
        ]

    def forget(self, sink: str) -> None:
        """Take away what is known of a place: heads are not sent there any more."""
        self._connection.execute(delete(head_sinks).where(head_sinks.c.sink == sink))

    def note(self, state: SinkState) -> None:
        """Write down how a place stands with a stream."""
        key = {"sink": state.sink, "stream": state.stream}
        values = {"size": state.size, "at_s": state.at_s, "trouble": state.trouble}
        same = (head_sinks.c.sink == state.sink) & (head_sinks.c.stream == state.stream)
        self._connection.execute(insert_missing(self._connection.dialect.name, head_sinks), {**key, **values})
        self._connection.execute(update(head_sinks).where(same).values(values))


@stored
def _step(row: RowMapping) -> HeadStep:
    signed = read_signed(row["content"])
    if (signed.head.stream, signed.head.size, signed.head.hash) != (row["stream"], row["size"], row["hash"]):
        raise ValueError
    return HeadStep(signed=signed, older=row["older"], proof=tuple(parted(row["proof"])))
