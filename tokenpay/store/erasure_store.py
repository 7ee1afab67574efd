"""Erasures of customers' personal data: who asked, who agreed, and when it was done."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from tokenpay.compliance.erasure import Erasure
from tokenpay.payments.deposit import DepositState
from tokenpay.payments.payment import ENDED
from tokenpay.store.door import stored
from tokenpay.store.tables import audit_texts, deposits, erasures, payments, requests, travel_rules

_ENDED = sorted(state.value for state in ENDED)
_AGREED = (
    select(erasures)
    .where(erasures.c.agreed_by.is_not(None), erasures.c.erased_at_s.is_(None))
    .order_by(erasures.c.agreed_at_s)
)
_DEPOSITS = select(deposits.c.id).join(requests, requests.c.id == deposits.c.request_id)


class ErasureStore:
    """What is read here is read under the lock of the customer, and so stands until the unit of work ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, customer_id: str) -> Erasure | None:
        """Return a customer's erasure, or None where nobody asked for one."""
        row = self._connection.execute(select(erasures).where(erasures.c.customer_id == customer_id)).one_or_none()
        return None if row is None else _erasure(row)

    def agreed(self) -> list[Erasure]:
        """Return the erasures that two people agreed on and that were not done yet, oldest first."""
        return [_erasure(row) for row in self._connection.execute(_AGREED)]

    def subjects(self, customer_id: str) -> frozenset[str]:
        """Return what cases and documents may be about: a customer, their payments, deposits, and the data of these."""
        paid = select(payments.c.id).where(_party(customer_id))
        came = _DEPOSITS.with_only_columns(deposits.c.id).where(requests.c.payee == customer_id)
        told = select(travel_rules.c.id).where(travel_rules.c.subject.in_(paid) | travel_rules.c.subject.in_(came))
        moved = (id for query in (paid, came) for id in self._connection.execute(query).scalars())
        data = (f"travel_rule/{id}" for id in self._connection.execute(told).scalars())
        return frozenset({customer_id, f"customer/{customer_id}", *moved, *data})

    def is_under_way(self, customer_id: str) -> bool:
        """Tell whether a payment or deposit of a customer has not ended."""
        paid = select(payments.c.id).where(_party(customer_id), payments.c.state.not_in(_ENDED)).limit(1)
        came = _DEPOSITS.where(requests.c.payee == customer_id, deposits.c.state == DepositState.SEEN).limit(1)
        return any(self._connection.execute(query).first() is not None for query in (paid, came))

    def last_s(self, customer_id: str) -> int:
        """Return when something was last done with a customer, or typed about them; 0 where nothing ever was."""
        column = deposits.c.seen_at_s
        queries = (
            select(func.max(payments.c.updated_at_s)).where(_party(customer_id)),
            _DEPOSITS.with_only_columns(func.max(column)).where(requests.c.payee == customer_id),
            select(func.max(audit_texts.c.at_s)).where(audit_texts.c.customer_id == customer_id),
        )
        return max(self._connection.execute(query).scalar() or 0 for query in queries)

    def ask(self, asked: Erasure, *, anew: bool = False) -> None:
        """Enter an erasure that one person asks for: `anew`, where who asked before may not any more."""
        row = {"asked_by": asked.asked_by, "asked_at_s": asked.asked_at_s}
        if anew:
            self._connection.execute(update(erasures).where(erasures.c.customer_id == asked.customer_id).values(row))
        else:
            self._connection.execute(insert(erasures), {"customer_id": asked.customer_id, **row})

    def agree(self, agreed: Erasure) -> None:
        """Note that a second person agreed."""
        change = update(erasures).where(erasures.c.customer_id == agreed.customer_id)
        self._connection.execute(change.values(agreed_by=agreed.agreed_by, agreed_at_s=agreed.agreed_at_s))

    def done(self, customer_id: str, *, at_s: int) -> None:
        """Note that it was done."""
        change = update(erasures).where(erasures.c.customer_id == customer_id)
        self._connection.execute(change.values(erased_at_s=at_s))


def _party(customer_id: str) -> ColumnElement[bool]:
    party = f"customer/{customer_id}"
    return (payments.c.debtor == party) | (payments.c.creditor == party)


@stored
def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(**{**row._mapping, "agreed_by": row.agreed_by or ""})
