"""Approvals: who consented to which payment."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from tokenpay.compliance.approval import Approval, Part
from tokenpay.store.door import stored
from tokenpay.store.introduction_store import IntroductionStore
from tokenpay.store.tables import approvals
from tokenpay.store.writes import Writes

_ADD = insert(approvals)
_OF = select(approvals).where(approvals.c.payment_id == bindparam("payment")).order_by(approvals.c.part.desc())


class ApprovalStore:
    def __init__(self, connection: Connection, writes: Writes, introductions: IntroductionStore) -> None:
        self._connection = connection
        self._writes = writes
        self._introductions = introductions

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

    def of(self, payment_id: str) -> tuple[Approval, ...]:
        """Return a payment's approvals, its maker's first; a customer's with who introduced them."""
        given = [_approval(row) for row in self._connection.execute(_OF, {"payment": payment_id})]
        introduced = self._introductions.of(it.operator_id for it in given)
        return tuple(replace(it, introduction=introduced.get(it.operator_id)) for it in given)


@stored
def _approval(row: Row[Any]) -> Approval:
    return Approval(
        intent_hash=row.intent_hash,
        operator_id=row.operator_id,
        part=Part(row.part),
        at_s=row.at_s,
        signature=row.signature,
    )
