"""Leases: one engine at a time turns a chain, so that several spare each other's work."""

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, cast, func, select, update

from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import leases

_TOO_LONG = 10
"""A lease that ends after so many times one's own was taken by a clock that ran ahead: nobody waits for its end."""


_NOW: dict[str, ColumnElement[int]] = {
    "postgresql": cast(func.floor(func.extract("epoch", func.clock_timestamp())), BigInteger),
    "sqlite": bindparam("now_s", type_=BigInteger),
}
_NAMED = leases.c.name == bindparam("of_name")
_HELD = leases.c.holder == bindparam("by_holder")
_KNOWN = select(leases.c.name).where(_NAMED)
_FREE = {
    dialect: _KNOWN.where(
        _HELD | (leases.c.until_s <= now) | (leases.c.until_s > now + bindparam("too_long_s", type_=BigInteger))
    ).with_for_update(key_share=True, skip_locked=True)
    for dialect, now in _NOW.items()
}
_TAKE = {
    dialect: update(leases)
    .where(_NAMED)
    .values(holder=bindparam("by_holder"), until_s=now + bindparam("for_s", type_=BigInteger))
    for dialect, now in _NOW.items()
}
_GIVE_BACK = update(leases).where(_HELD).values(holder="", until_s=0)


class LeaseStore:
    """A lease protects nothing: who was paused past its end wakes up and goes on. Locks and constraints protect."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, *, holder: str, for_s: int, now_s: int) -> bool:
        """Take or renew a lease that nobody else holds, for so long from now on; tell whether it was taken.

        PostgreSQL's own clock counts, for engines on several machines; on SQLite the time given. Nobody waits: a
        lease that another takes at this moment is theirs.
        """
        dialect = self._connection.dialect.name
        wanted = {"of_name": name, "by_holder": holder, "now_s": now_s, "for_s": for_s, "too_long_s": _TOO_LONG * for_s}
        if self._connection.execute(_FREE[dialect], wanted).first() is None:
            if self._connection.execute(_KNOWN, wanted).first() is not None:
                return False
            enter = insert_missing(dialect, leases, leases.c.name)
            if self._connection.execute(enter, {"name": name, "holder": "", "until_s": 0}).first() is None:
                return False
        self._connection.execute(_TAKE[dialect], wanted)
        return True

    def give_back(self, holder: str) -> None:
        """End every lease of a holder."""
        self._connection.execute(_GIVE_BACK, {"by_holder": holder})
