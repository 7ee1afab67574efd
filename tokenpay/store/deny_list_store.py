"""Deny-lists, each by its name, and the addresses on them."""

from collections.abc import Iterable
from functools import cached_property

from sqlalchemy import Connection, bindparam, delete, insert, select

from tokenpay.compliance.screening import DenyList
from tokenpay.money.address import Address
from tokenpay.store.tables import denied, deny_lists

_HITS = select(denied.c.address, denied.c.list_name).where(denied.c.address.in_(bindparam("addresses", expanding=True)))


class DenyListStore:
    """Lists are read once in a unit of work, and what they say of an address is asked of them once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._hits: dict[bytes, frozenset[str]] = {}

    def replace(self, deny_list: DenyList, addresses: Iterable[Address], *, at_s: int) -> None:
        """Put a list in the place of the one of the same name."""
        self._hits.clear()
        self.__dict__.pop("_all", None)
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
        return self._all

    @cached_property
    def _all(self) -> tuple[DenyList, ...]:
        rows = self._connection.execute(select(deny_lists).order_by(deny_lists.c.name))
        return tuple(
            DenyList(name=row.name, dated_s=row.dated_s, source_hash=row.source_hash, entries=row.entries)
            for row in rows
        )

    def hits(self, address: Address) -> frozenset[str]:
        """Return the names of the lists an address stands on."""
        if address.raw not in self._hits:
            self.ask([address])
        return self._hits[address.raw]

    def ask(self, addresses: Iterable[Address]) -> None:
        """Find out of all of these addresses at once which lists they stand on."""
        found: dict[bytes, set[str]] = {address.raw: set() for address in addresses}
        for raw, list_name in self._connection.execute(_HITS, {"addresses": sorted(found)}):
            found[raw].add(list_name)
        self._hits.update({raw: frozenset(names) for raw, names in found.items()})
