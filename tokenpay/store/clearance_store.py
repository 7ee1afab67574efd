"""Clearances, each of one payment."""

from sqlalchemy import Connection, bindparam, insert, select

from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.screening import Screening, Verdict
from tokenpay.errors import IntegrityError
from tokenpay.primitives.canonical import Value, canonical_text, parse_canonical
from tokenpay.store.approval_store import ApprovalStore
from tokenpay.store.door import stored
from tokenpay.store.tables import clearances
from tokenpay.store.writes import Writes

_ADD = insert(clearances)
_OF = select(clearances).where(clearances.c.payment_id == bindparam("payment"))


class ClearanceStore:
    def __init__(self, connection: Connection, writes: Writes, approvals: ApprovalStore) -> None:
        self._connection = connection
        self._writes = writes
        self._approvals = approvals

    def add(self, clearance: Clearance) -> None:
        screenings: list[Value] = [
            {"subject": s.subject, "verdict": s.verdict, "list_name": s.list_name, "list_dated_s": s.list_dated_s}
            for s in clearance.screenings
        ]
        row = {
            "id": clearance.id,
            "payment_id": clearance.payment_id,
            "intent_hash": clearance.intent_hash,
            "policy_version": clearance.policy_version,
            "screenings": canonical_text(screenings),
            "cleared_at_s": clearance.cleared_at_s,
        }
        self._writes.enter(_ADD, [row])

    def of(self, payment_id: str) -> Clearance:
        """Return a payment's clearance with its approvals; raises IntegrityError when there is none."""
        row = self._connection.execute(_OF, {"payment": payment_id}).one_or_none()
        if row is None:
            raise IntegrityError("the payment has no clearance", payment=payment_id)
        return Clearance(
            id=row.id,
            payment_id=row.payment_id,
            intent_hash=row.intent_hash,
            policy_version=row.policy_version,
            screenings=_screenings(row.screenings),
            approvals=self._approvals.of(payment_id),
            cleared_at_s=row.cleared_at_s,
        )


@stored
def _screenings(text: str) -> tuple[Screening, ...]:
    return tuple(Screening(**{**entry, "verdict": Verdict(entry["verdict"])}) for entry in parse_canonical(text))
