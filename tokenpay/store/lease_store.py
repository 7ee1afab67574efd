"""Leases: one engine at a time turns a chain, so that several spare each other's work."""

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, func, literal, select, update

from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import leases

_TOO_LONG = 10
"""A lease that ends after so many times one's own was taken by a clock that ran ahead: nobody waits for its end."""


class LeaseStore:
    """A lease protects nothing: who was paused past its end wakes up and goes on. Locks and constraints protect."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, *, holder: str, for_s: int, now_s: int) -> bool:
        """Take or renew a lease that nobody else holds, for so long from now on; tell whether it was taken.

        PostgreSQL's own clock counts, for engines on several machines; on SQLite the time given. Nobody waits: a
        lease that another takes at this moment is theirs.
        """
        row = {"name": name, "holder": "", "until_s": 0}
        now = self._now(now_s)
        known = select(leases.c.name).where(leases.c.name == name)
        over = (leases.c.until_s <= now) | (leases.c.until_s > now + _TOO_LONG * for_s)
        free = known.where((leases.c.holder == holder) | over)
        free = free.with_for_update(key_share=True, skip_locked=True)
        if self._connection.execute(free).first() is None:
            if self._connection.execute(known).first() is not None:
                return False
            enter = insert_missing(self._connection.dialect.name, leases, leases.c.name)
            if self._connection.execute(enter, row).first() is None:
                return False
        values = {"holder": holder, "until_s": now + for_s}
        self._connection.execute(update(leases).where(leases.c.name == name).values(values))
        return True

    def give_back(self, holder: str) -> None:
        """End every lease of a holder."""
        self._connection.execute(update(leases).where(leases.c.holder == holder).values(holder="", until_s=0))

    def _now(self, now_s: int) -> ColumnElement[int]:
        if self._connection.dialect.name == "postgresql":
            return cast(func.floor(func.extract("epoch", func.clock_timestamp())), BigInteger)
        return literal(now_s, BigInteger)
