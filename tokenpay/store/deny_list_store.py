"""Deny-lists, each by its name, and the addresses on them."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from tokenpay.compliance.screening import DenyList
from tokenpay.money.address import Address
from tokenpay.store.tables import denied, deny_lists


class DenyListStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, deny_list: DenyList, addresses: Iterable[Address], *, at_s: int) -> None:
        """Put a list in the place of the one of the same name."""
        self._connection.execute(delete(denied).where(denied.c.list_name == deny_list.name))
        self._connection.execute(delete(deny_lists).where(deny_lists.c.name == deny_list.name))
        self._connection.execute(
            insert(deny_lists),
            {
                "name": deny_list.name,
                "dated_s": deny_list.dated_s,
                "source_hash": deny_list.source_hash,
                "entries": deny_list.entries,
                "loaded_at_s": at_s,
            },
        )
        rows = [{"list_name": deny_list.name, "address": raw} for raw in sorted({a.raw for a in addresses})]
        if rows:
            self._connection.execute(insert(denied), rows)

    def all(self) -> tuple[DenyList, ...]:
        """Return all lists, ordered by name."""
        rows = self._connection.execute(select(deny_lists).order_by(deny_lists.c.name))
        return tuple(
            DenyList(name=row.name, dated_s=row.dated_s, source_hash=row.source_hash, entries=row.entries)
            for row in rows
        )

    def hits(self, address: Address) -> frozenset[str]:
        """Return the names of the lists an address stands on."""
        query = select(denied.c.list_name).where(denied.c.address == address.raw)
        return frozenset(self._connection.execute(query).scalars())
