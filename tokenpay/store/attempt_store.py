"""The bytes signed for payments, and every attempt to send them."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from tokenpay.payments.attempt import Attempt, AttemptOutcome, SignedPayment
from tokenpay.payments.payment import PaymentState
from tokenpay.store.door import stored
from tokenpay.store.tables import attempts, payments, signed


class AttemptStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_signed(self, version: SignedPayment) -> None:
        """Store signed bytes: before they are sent, always."""
        self._connection.execute(insert(signed), asdict(version))

    def signed(self, payment_id: str) -> list[SignedPayment]:
        """Return every version of a payment's transaction, oldest first."""
        query = select(signed).where(signed.c.payment_id == payment_id).order_by(signed.c.version)
        return [SignedPayment(**row._mapping) for row in self._connection.execute(query)]

    def signed_where(self, *, chain_id: int, states: Iterable[PaymentState]) -> list[SignedPayment]:
        """Return every version of each payment of a chain that stands in one of `states`, by nonce."""
        query = select(signed).join(payments, payments.c.id == signed.c.payment_id)
        query = query.where(payments.c.chain_id == chain_id, payments.c.state.in_([state.value for state in states]))
        rows = self._connection.execute(query.order_by(payments.c.nonce, signed.c.payment_id, signed.c.version))
        return [SignedPayment(**row._mapping) for row in rows]

    def begin(self, version: SignedPayment, *, at_s: int) -> Attempt:
        """Write an attempt as unknown before the bytes leave."""
        key = (attempts.c.payment_id == version.payment_id) & (attempts.c.version == version.version)
        last = self._connection.execute(select(func.max(attempts.c.seq)).where(key)).scalar()
        attempt = Attempt(
            payment_id=version.payment_id,
            version=version.version,
            seq=(last or 0) + 1,
            at_s=at_s,
            outcome=AttemptOutcome.UNKNOWN,
            reason="",
        )
        self._connection.execute(insert(attempts), asdict(attempt))
        return attempt

    def end(self, attempt: Attempt, *, outcome: AttemptOutcome, reason: str) -> None:
        """Write what the node said."""
        self._connection.execute(
            update(attempts)
            .where(
                attempts.c.payment_id == attempt.payment_id,
                attempts.c.version == attempt.version,
                attempts.c.seq == attempt.seq,
            )
            .values(outcome=outcome, reason=reason)
        )

    def of(self, payment_id: str) -> list[Attempt]:
        """Return every attempt of a payment, oldest first."""
        query = select(attempts).where(attempts.c.payment_id == payment_id)
        rows = self._connection.execute(query.order_by(attempts.c.version, attempts.c.seq))
        return [_attempt(row) for row in rows]


@stored
def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(**{**row._mapping, "outcome": AttemptOutcome(row.outcome)})
