"""The bytes signed for payments, and every attempt to send them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from tokenpay.payments.attempt import Attempt, AttemptOutcome, SignedPayment
from tokenpay.payments.payment import LEAVING, PaymentState
from tokenpay.store.door import stored
from tokenpay.store.tables import attempts, payments, signed
from tokenpay.store.writes import Writes

_ADD_SIGNED, _ADD_ATTEMPT = insert(signed), insert(attempts)
_LEAVING = (
    select(signed)
    .join(payments, payments.c.id == signed.c.payment_id)
    .where(
        payments.c.chain_id == bindparam("chain"),
        payments.c.state.in_([state.value for state in (*sorted(LEAVING), PaymentState.INCLUDED)]),
        (payments.c.state != PaymentState.INCLUDED.value) | (payments.c.included_block > bindparam("above")),
    )
    .order_by(payments.c.nonce, signed.c.payment_id, signed.c.version)
)
_END = (
    update(attempts)
    .where(
        attempts.c.payment_id == bindparam("of_payment"),
        attempts.c.version == bindparam("of_version"),
        attempts.c.seq == bindparam("of_seq"),
    )
    .values(outcome=bindparam("new_outcome"), reason=bindparam("new_reason"))
)


class AttemptStore:
    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes

    def add_signed(self, version: SignedPayment) -> None:
        """Store signed bytes: before they are sent, always."""
        self._writes.enter(_ADD_SIGNED, [asdict(version)])

    def signed(self, payment_id: str) -> list[SignedPayment]:
        """Return every version of a payment's transaction, oldest first."""
        return self.all_signed([payment_id]).get(payment_id, [])

    def all_signed(self, payment_ids: Iterable[str]) -> dict[str, list[SignedPayment]]:
        """Return every version of each of these payments' transactions, oldest first, without those that have none."""
        query = select(signed).where(signed.c.payment_id.in_(sorted(payment_ids))).order_by(signed.c.version)
        found: dict[str, list[SignedPayment]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.payment_id, []).append(SignedPayment(**row._mapping))
        return found

    def leaving(self, *, chain_id: int, above: int) -> list[SignedPayment]:
        """Return every version of each signed payment of a chain that is in no block up to `above`, by nonce."""
        wanted = {"chain": chain_id, "above": above}
        return [SignedPayment(**row._mapping) for row in self._connection.execute(_LEAVING, wanted)]

    def begin(self, versions: Sequence[SignedPayment], *, at_s: int) -> list[Attempt]:
        """Write an attempt of each as unknown before the bytes leave."""
        ids = sorted({version.payment_id for version in versions})
        query = select(attempts.c.payment_id, attempts.c.version, func.max(attempts.c.seq).label("last"))
        query = query.where(attempts.c.payment_id.in_(ids)).group_by(attempts.c.payment_id, attempts.c.version)
        last = {(row.payment_id, row.version): row.last for row in self._connection.execute(query)}
        begun = [
            Attempt(
                payment_id=version.payment_id,
                version=version.version,
                seq=last.get((version.payment_id, version.version), 0) + 1,
                at_s=at_s,
                outcome=AttemptOutcome.UNKNOWN,
                reason="",
            )
            for version in versions
        ]
        self._writes.enter(_ADD_ATTEMPT, [asdict(attempt) for attempt in begun])
        return begun

    def end(self, attempt: Attempt, *, outcome: AttemptOutcome, reason: str) -> None:
        """Write what the node said."""
        key = (attempt.payment_id, attempt.version, attempt.seq)
        row = dict(zip(("of_payment", "of_version", "of_seq"), key, strict=True))
        self._writes.change(_END, {key: {**row, "new_outcome": outcome, "new_reason": reason}})

    def all_of(self, payment_ids: Iterable[str]) -> dict[str, list[Attempt]]:
        """Return every attempt of each of these payments, oldest first, without those that have none."""
        query = select(attempts).where(attempts.c.payment_id.in_(sorted(payment_ids)))
        found: dict[str, list[Attempt]] = {}
        for row in self._connection.execute(query.order_by(attempts.c.version, attempts.c.seq)):
            found.setdefault(row.payment_id, []).append(_attempt(row))
        return found


@stored
def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(**{**row._mapping, "outcome": AttemptOutcome(row.outcome)})
