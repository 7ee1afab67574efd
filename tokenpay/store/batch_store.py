"""What became of each order of a batch: a payment, or the refusal that nothing else keeps."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from tokenpay.payments.payment import Payment, Refusal
from tokenpay.store.door import stored
from tokenpay.store.payment_store import PaymentStore
from tokenpay.store.reason_text import parse_reasons, reasons_text
from tokenpay.store.tables import batch_outcomes
from tokenpay.store.writes import Writes

_ADD = insert(batch_outcomes)


class BatchStore:
    """A batch is known by its key."""

    def __init__(self, connection: Connection, writes: Writes, payments: PaymentStore) -> None:
        self._connection = connection
        self._writes = writes
        self._payments = payments

    def add(self, key: str, outcomes: Sequence[Payment | Refusal]) -> None:
        """Enter the outcome of each order, in the order in which they were asked."""
        rows = [{"key": key, "number": n, **_outcome(outcome)} for n, outcome in enumerate(outcomes, start=1)]
        self._writes.enter(_ADD, rows)

    def outcomes(self, key: str) -> list[Payment | Refusal]:
        """Return the outcome of each order: payments as they stand now, refusals as they were."""
        query = select(batch_outcomes).where(batch_outcomes.c.key == key).order_by(batch_outcomes.c.number)
        rows = self._connection.execute(query).all()
        payments = self._payments.all_of(row.payment_id for row in rows if row.payment_id is not None)
        return [self._refusal(row) if row.payment_id is None else payments[row.payment_id] for row in rows]

    @stored
    def _refusal(self, row: Row[Any]) -> Refusal:
        reasons = parse_reasons(row.reasons)
        return Refusal(intent=self._payments.intent(row.intent), reasons=reasons)


def _outcome(outcome: Payment | Refusal) -> dict[str, str | None]:
    if isinstance(outcome, Payment):
        return {"payment_id": outcome.id, "intent": None, "reasons": None}
    return {"payment_id": None, "intent": outcome.intent.text(), "reasons": reasons_text(outcome.reasons)}
