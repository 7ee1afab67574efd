"""Clearances, each of one payment."""

from collections.abc import Iterable

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
_OF = select(clearances).where(clearances.c.payment_id.in_(bindparam("payments", expanding=True)))


class ClearanceStore:
    """What was kept is read once in a unit of work, with the approvals that there were."""

    def __init__(self, connection: Connection, writes: Writes, approvals: ApprovalStore) -> None:
        self._connection = connection
        self._writes = writes
        self._approvals = approvals
        self._kept: dict[str, Clearance] = {}

    def add(self, clearance: Clearance) -> None:
        screenings: list[Value] = [_content(screening) for screening in clearance.screenings]
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
        found = self._kept.get(payment_id) or self._of([payment_id]).get(payment_id)
        if found is None:
            raise IntegrityError("the payment has no clearance", payment=payment_id)
        return found

    def keep(self, payment_ids: Iterable[str]) -> None:
        """Read the clearances of all of these payments at once, with their approvals; who has none is passed over."""
        ids = list(payment_ids)
        self._approvals.keep(ids)
        self._kept.update(self._of(ids))

    def _of(self, payment_ids: Iterable[str]) -> dict[str, Clearance]:
        rows = self._connection.execute(_OF, {"payments": sorted(payment_ids)}).all()
        return {
            row.payment_id: Clearance(
                id=row.id,
                payment_id=row.payment_id,
                intent_hash=row.intent_hash,
                policy_version=row.policy_version,
                screenings=_screenings(row.screenings),
                approvals=self._approvals.of(row.payment_id),
                cleared_at_s=row.cleared_at_s,
            )
            for row in rows
        }


def _content(screening: Screening) -> dict[str, Value]:
    """What an older program wrote stands always, the rest where there is anything to say."""
    further: dict[str, Value] = {
        "list_version": screening.list_version,
        "entry_id": screening.entry_id,
        "why": screening.why,
        "against": [*screening.against],
    }
    return {
        "subject": screening.subject,
        "verdict": screening.verdict,
        "list_name": screening.list_name,
        "list_dated_s": screening.list_dated_s,
        **{name: value for name, value in further.items() if value},
    }


@stored
def _screenings(text: str) -> tuple[Screening, ...]:
    return tuple(
        Screening(**{**entry, "verdict": Verdict(entry["verdict"]), "against": tuple(entry.get("against", ()))})
        for entry in parse_canonical(text)
    )
