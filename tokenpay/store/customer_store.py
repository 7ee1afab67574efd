"""Customers."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, or_, select, update

from tokenpay.errors import InvalidInput, NotFound
from tokenpay.parties.customer import ERASED_NAME, MAX_NAME, Customer, CustomerKind, CustomerStatus
from tokenpay.parties.folded import folded, spellings
from tokenpay.store.door import readable, rows_limit, stored
from tokenpay.store.tables import customers

_FIELDS = select(*(customers.c[field.name] for field in fields(Customer)))
_CUSTOMER = _FIELDS.where(customers.c.id == bindparam("customer"))
_LOCK = {
    "to keep": _CUSTOMER.with_for_update(read=True),
    "to change": _CUSTOMER.with_for_update(key_share=True),
}
_KEEP = (
    _FIELDS.where(customers.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(customers.c.id)
    .with_for_update(read=True)
)


class CustomerStore:
    """A customer who is locked to be kept is read once in a unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[str, Customer] = {}

    def add(self, customer: Customer) -> None:
        self._connection.execute(insert(customers), {**asdict(customer), "folded_name": folded(customer.name)})

    def get(self, customer_id: str, *, lock: Literal["to keep", "to change"] | None = None) -> Customer:
        """Return a customer; raises NotFound.

        Locked `to keep`, the status stays as it is until this unit of work ends: many may hold it so, and
        who locks it `to change` waits for them.
        """
        if lock != "to change" and customer_id in self._kept:
            return self._kept[customer_id]
        query = _CUSTOMER if lock is None else _LOCK[lock]
        row = self._connection.execute(query, {"customer": customer_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such customer", customer=customer_id)
        customer = _customer(row)
        if lock == "to keep":
            self._kept[customer_id] = customer
        return customer

    def keep(self, customer_ids: Iterable[str]) -> None:
        """Lock all of these customers to be kept, in the order of their numbers; who is not there is passed over."""
        for row in self._connection.execute(_KEEP, {"ids": sorted(set(customer_ids))}):
            self._kept[row.id] = _customer(row)

    def names(self, customer_ids: Iterable[str]) -> dict[str, str]:
        """Return the names of these customers, by their numbers."""
        query = select(customers.c.id, customers.c.name).where(customers.c.id.in_(set(customer_ids)))
        return {row.id: row.name for row in self._connection.execute(query)}

    def find(self, text: str, *, limit: int = 50) -> list[Customer]:
        """Return customers with every word of `text` in their number or name, in one of its spellings, by number.

        Raises InvalidInput for a text longer than any name.
        """
        if len(text) > MAX_NAME:
            raise InvalidInput(f"a name is at most {MAX_NAME} characters")
        query = _FIELDS.where(*map(_has, text.split()))
        rows = self._connection.execute(query.order_by(customers.c.id).limit(rows_limit(limit)))
        return readable(rows, _customer)

    def set_kind(self, customer_id: str, kind: CustomerKind) -> None:
        self._connection.execute(update(customers).where(customers.c.id == customer_id).values(kind=kind))
        self._kept.pop(customer_id, None)

    def set_status(self, customer_id: str, status: CustomerStatus, *, at_s: int) -> None:
        change = update(customers).where(customers.c.id == customer_id)
        closed_at_s = at_s if status is CustomerStatus.CLOSED else None
        self._connection.execute(change.values(status=status, closed_at_s=closed_at_s))
        self._kept.pop(customer_id, None)

    def erase(self, customer_id: str, *, at_s: int) -> None:
        """Take the name of a customer away; the guards ask that two people agreed, long after the customer closed."""
        change = update(customers).where(customers.c.id == customer_id)
        self._connection.execute(change.values(name=ERASED_NAME, folded_name=folded(ERASED_NAME), erased_at_s=at_s))
        self._kept.pop(customer_id, None)


def _has(word: str) -> ColumnElement[bool]:
    names = [customers.c.folded_name.contains(each, autoescape=True) for each in sorted(spellings(word))]
    return or_(customers.c.id.contains(folded(word).upper(), autoescape=True), *names)


@stored
def _customer(row: Row[Any]) -> Customer:
    return Customer(**{**row._mapping, "status": CustomerStatus(row.status), "kind": CustomerKind(row.kind)})
