"""Approvals: who consented to which payment."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from tokenpay.compliance.approval import Approval, Part
from tokenpay.store.door import stored
from tokenpay.store.introduction_store import IntroductionStore
from tokenpay.store.tables import approvals
from tokenpay.store.writes import Writes

_ADD = insert(approvals)
_OF = (
    select(approvals)
    .where(approvals.c.payment_id.in_(bindparam("payments", expanding=True)))
    .order_by(approvals.c.payment_id, approvals.c.part.desc())
)


class ApprovalStore:
    """What was kept is read once in a unit of work."""

    def __init__(self, connection: Connection, writes: Writes, introductions: IntroductionStore) -> None:
        self._connection = connection
        self._writes = writes
        self._introductions = introductions
        self._kept: dict[str, tuple[Approval, ...]] = {}

    def add(self, payment_id: str, approval: Approval) -> None:
        """Enter a consent; Conflict when this person, or this part, has one already."""
        row = {
            "payment_id": payment_id,
            "operator_id": approval.operator_id,
            "part": approval.part,
            "intent_hash": approval.intent_hash,
            "at_s": approval.at_s,
            "signature": approval.signature,
        }
        self._writes.enter(_ADD, [row])
        self._kept.pop(payment_id, None)

    def of(self, payment_id: str) -> tuple[Approval, ...]:
        """Return a payment's approvals, its maker's first; a customer's with who introduced them."""
        return self._kept[payment_id] if payment_id in self._kept else self._of([payment_id])[payment_id]

    def keep(self, payment_ids: Iterable[str]) -> None:
        """Read the approvals of all of these payments at once."""
        self._kept.update(self._of(payment_ids))

    def _of(self, payment_ids: Iterable[str]) -> dict[str, tuple[Approval, ...]]:
        given: dict[str, list[Approval]] = {id: [] for id in payment_ids}
        for row in self._connection.execute(_OF, {"payments": sorted(given)}):
            given[row.payment_id].append(_approval(row))
        introduced = self._introductions.of(it.operator_id for their in given.values() for it in their)
        return {
            id: tuple(replace(it, introduction=introduced.get(it.operator_id)) for it in their)
            for id, their in given.items()
        }


@stored
def _approval(row: Row[Any]) -> Approval:
    return Approval(
        intent_hash=row.intent_hash,
        operator_id=row.operator_id,
        part=Part(row.part),
        at_s=row.at_s,
        signature=row.signature,
    )
