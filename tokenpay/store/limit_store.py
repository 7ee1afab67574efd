"""What each operator and customer has used of a day's limits, and which payments it is counted for."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from tokenpay.store.insert_missing import insert_missing
from tokenpay.store.tables import limit_counters, limit_uses
from tokenpay.store.writes import Writes

_LOCK = (
    select(limit_counters.c.scope, limit_counters.c.used_units)
    .where(
        limit_counters.c.scope.in_(bindparam("scopes", expanding=True)),
        limit_counters.c.asset_id == bindparam("asset_id"),
        limit_counters.c.day == bindparam("day"),
    )
    .order_by(limit_counters.c.scope)
    .with_for_update(key_share=True)
)
_BETWEEN = select(limit_counters.c.scope, limit_counters.c.used_units).where(
    limit_counters.c.scope.in_(bindparam("scopes", expanding=True)),
    limit_counters.c.asset_id == bindparam("asset_id"),
    limit_counters.c.day >= bindparam("first_day"),
    limit_counters.c.day < bindparam("before_day"),
)
_MOVE = (
    update(limit_counters)
    .where(
        limit_counters.c.scope == bindparam("of_scope"),
        limit_counters.c.asset_id == bindparam("of_asset_id"),
        limit_counters.c.day == bindparam("of_day"),
    )
    .values(used_units=bindparam("new_units"))
)
_ADD_USE = insert(limit_uses)


class LimitStore:
    """Locked counters are read once in a unit of work."""

    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes
        self._used: dict[tuple[str, str, str], int] = {}

    def lock_used(self, scopes: Iterable[str], *, asset_id: str, day: str) -> dict[str, int]:
        """Lock the day's counters of these scopes, in sorted order, and return what they have used."""
        wanted = sorted(scopes)
        missing = [scope for scope in wanted if (scope, asset_id, day) not in self._used]
        if missing:
            rows = [{"scope": scope, "asset_id": asset_id, "day": day, "used_units": 0} for scope in missing]
            self._connection.execute(insert_missing(self._connection.dialect.name, limit_counters), rows)
            which = {"scopes": missing, "asset_id": asset_id, "day": day}
            for scope, used_units in self._connection.execute(_LOCK, which):
                self._used[scope, asset_id, day] = used_units
        return {scope: self._used[scope, asset_id, day] for scope in wanted}

    def used_between(self, scopes: Iterable[str], *, asset_id: str, first_day: str, before_day: str) -> dict[str, int]:
        """Return what these scopes used from one day on until before another; what used nothing is left out.

        Nobody locks it: an earlier day only grows under a lock on that day, or less where a payment ended unpaid.
        """
        used: dict[str, int] = {}
        which = {"scopes": sorted(scopes), "asset_id": asset_id, "first_day": first_day, "before_day": before_day}
        for scope, units in self._connection.execute(_BETWEEN, which):
            used[scope] = used.get(scope, 0) + units
        return used

    def use(self, payment_id: str, used: dict[str, int], *, asset_id: str, day: str, units: int) -> None:
        """Count a payment in locked counters."""
        if used:
            self._set_used({scope: used_units + units for scope, used_units in used.items()}, asset_id, day)
            rows = [{"payment_id": payment_id, "scope": scope, "asset_id": asset_id, "day": day} for scope in used]
            self._writes.enter(_ADD_USE, rows)

    def uses(self, payment_id: str) -> list[tuple[str, str, str]]:
        """Return the (asset id, counter, day) that a payment is counted in."""
        of = limit_uses.c
        query = select(of.asset_id, of.scope, of.day).where(of.payment_id == payment_id)
        return [(asset_id, scope, day) for asset_id, scope, day in self._connection.execute(query)]

    def give_back(self, payment_id: str, *, units: Mapping[str, int]) -> None:
        """Take a payment that ended unpaid, of so many units by asset id, out of its day's counters."""
        uses = self._connection.execute(
            select(limit_uses)
            .where(limit_uses.c.payment_id == payment_id)
            .order_by(limit_uses.c.asset_id, limit_uses.c.scope)
        ).all()
        for use in uses:
            used = self.lock_used([use.scope], asset_id=use.asset_id, day=use.day)[use.scope]
            self._set_used({use.scope: used - units[use.asset_id]}, use.asset_id, use.day)
        self._connection.execute(delete(limit_uses).where(limit_uses.c.payment_id == payment_id))

    def _set_used(self, used: dict[str, int], asset_id: str, day: str) -> None:
        self._writes.change(
            _MOVE,
            {
                (scope, asset_id, day): {
                    "of_scope": scope, "of_asset_id": asset_id, "of_day": day, "new_units": units,
                }
                for scope, units in used.items()
            },
        )  # fmt: skip
        self._used.update({(scope, asset_id, day): units for scope, units in used.items()})
