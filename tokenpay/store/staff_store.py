"""Who was to be admitted to the staff or dismissed, by whom, and what became of it."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from tokenpay.compliance.policy_proposal import PENDING, ProposalState
from tokenpay.compliance.staff_change import StaffChange, StaffChangeKind
from tokenpay.errors import IntegrityError, NotFound
from tokenpay.parties.credential import Credential, CredentialKind
from tokenpay.parties.operator import ENGINE_ID, Operator, Role
from tokenpay.store.audit_store import MAX_CLOCK_AHEAD_S
from tokenpay.store.door import readable, rows_limit, stored
from tokenpay.store.tables import introductions, passkeys, policy_proposals, staff_changes, waiting_credentials

_C, _W = staff_changes.c, waiting_credentials.c
_STANDING = select(staff_changes).where(_C.state == bindparam("in_state")).order_by(_C.proposed_at_s, _C.id)
_WAITING = select(staff_changes).where(_C.state.in_(PENDING)).order_by(_C.id)


class StaffStore:
    """A change's row stays for good; what opens the key of who is to be admitted stays until that is decided."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, change: StaffChange, credential: Credential | None = None) -> None:
        """Enter a change, and what a newcomer's key is sealed under; the database refuses a second that waits."""
        it = change.operator
        self._connection.execute(
            insert(staff_changes),
            {
                "id": change.id,
                "kind": change.kind,
                "operator_id": it.id,
                "name": it.name,
                "role": it.role,
                "branch": it.branch,
                "public_key": it.public_key,
                "proposed_by": change.proposed_by,
                "proposed_at_s": change.proposed_at_s,
                "signature": change.signature,
                "state": change.state,
                "reason": change.reason,
            },
        )
        if credential is not None:
            sealed = {name: getattr(credential, name) for name in ("salt", "nonce", "cost", "sealed")}
            self._connection.execute(insert(waiting_credentials), {"change_id": change.id, **sealed})

    def decide(self, change: StaffChange) -> None:
        """Store how a locked change was decided, or that it is in force; ended, its waiting credential goes."""
        self._connection.execute(
            update(staff_changes)
            .where(_C.id == change.id)
            .values(
                state=change.state,
                decided_by=change.decided_by or None,
                decided_at_s=change.decided_at_s,
                decided_signature=change.decided_signature or None,
                reason=change.reason,
            )
        )
        if change.state not in PENDING:
            self._connection.execute(delete(waiting_credentials).where(_W.change_id == change.id))

    def get(self, change_id: str, *, lock: bool = False) -> StaffChange:
        """Return a change; raises NotFound."""
        query = select(staff_changes).where(_C.id == change_id)
        row = self._connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
        if row is None:
            raise NotFound("there is no such change of the staff", change=change_id)
        return _change(row)

    def newest(self, *, limit: int) -> list[StaffChange]:
        """Return changes that can be read, newest first."""
        query = select(staff_changes).order_by(_C.proposed_at_s.desc(), _C.id).limit(rows_limit(limit))
        return readable(self._connection.execute(query), _change)

    def standing(self, state: ProposalState) -> list[StaffChange]:
        """Return changes in one state that can be read, oldest first."""
        return readable(self._connection.execute(_STANDING, {"in_state": state}), _change)

    def unreadable(self) -> list[str]:
        """Return the ids of changes that wait and cannot be read: nobody could decide on them."""
        rows = self._connection.execute(_WAITING)
        return [row.id for row in rows if not readable([row], _change)]

    def refuse(self, change_id: str, *, by: str, at_s: int, reason: str) -> str | None:
        """Refuse a change that waits, whatever stands in its row, and return whose it is; None where it waits no more.

        Nobody refuses what is said to be their own: then the engine is named.
        """
        query = select(staff_changes).where(_C.id == change_id, _C.state.in_(PENDING)).with_for_update(key_share=True)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        decided_by = by if row.proposed_by != by else ENGINE_ID
        refused = {"state": ProposalState.REFUSED, "decided_by": decided_by, "decided_at_s": at_s, "reason": reason}
        ended = update(staff_changes).where(_C.id == change_id).values(decided_signature=None, **refused)
        self._connection.execute(ended)
        self._connection.execute(delete(waiting_credentials).where(_W.change_id == change_id))
        return str(row.operator_id)

    def pending(self, operator_id: str, kind: StaffChangeKind) -> str | None:
        """Return the id of a change of this kind that waits for this operator id, if there is one."""
        wanted = (_C.operator_id == operator_id) & (_C.kind == kind) & _C.state.in_(PENDING)
        return self._connection.execute(select(_C.id).where(wanted)).scalar()

    def last_signed_s(self, operator_id: str) -> int:
        """Return when somebody last signed a change that is in force, by the clock of where they signed; 0: never."""
        in_force = _C.state == ProposalState.IN_FORCE
        proposed = select(func.max(_C.proposed_at_s)).where(in_force, _C.proposed_by == operator_id)
        decided = select(func.max(_C.decided_at_s)).where(in_force, _C.decided_by == operator_id)
        return max(self._connection.execute(query).scalar() or 0 for query in (proposed, decided))

    def last_vouched_s(self, operator_id: str, *, up_to_s: int) -> int:
        """Return when somebody last signed for a customer, a passkey or a policy, no later than a time; 0: never.

        These rows are what a terminal's own SQL may write: they are believed for minutes.
        """
        signed = (
            (introductions.c.introduced_by, introductions.c.at_s),
            (passkeys.c.registered_by, passkeys.c.registered_at_s),
            (passkeys.c.confirmed_by, passkeys.c.confirmed_at_s),
            (policy_proposals.c.proposed_by, policy_proposals.c.proposed_at_s),
            (policy_proposals.c.decided_by, policy_proposals.c.decided_at_s),
        )
        queries = (select(func.max(at_s)).where(by == operator_id, at_s <= up_to_s) for by, at_s in signed)
        return max(self._connection.execute(query).scalar() or 0 for query in queries)

    def not_ahead(self, at_s: int) -> int:
        """Return a time, or the latest that the database's own clock lets stand, where it has one."""
        if self._connection.dialect.name == "sqlite":
            return at_s
        database_s = self._connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
        return min(at_s, int(database_s) + MAX_CLOCK_AHEAD_S)

    def credential(self, change: StaffChange) -> Credential:
        """Return what a newcomer's key is sealed under; raises IntegrityError where it is gone."""
        query = select(waiting_credentials).where(_W.change_id == change.id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise IntegrityError("what the newcomer's key is sealed under is gone", change=change.id)
        return Credential(
            operator_id=change.operator.id,
            kind=CredentialKind.PASSWORD,
            public_key=change.operator.public_key,
            salt=row.salt,
            nonce=row.nonce,
            cost=row.cost,
            sealed=row.sealed,
        )


@stored
def _change(row: Row[Any]) -> StaffChange:
    return StaffChange(
        id=row.id,
        kind=StaffChangeKind(row.kind),
        operator=Operator(
            id=row.operator_id, name=row.name, role=Role(row.role), branch=row.branch, public_key=row.public_key
        ),
        proposed_by=row.proposed_by,
        proposed_at_s=row.proposed_at_s,
        signature=row.signature,
        state=ProposalState(row.state),
        decided_by=row.decided_by or "",
        decided_at_s=row.decided_at_s,
        decided_signature=row.decided_signature or b"",
        reason=row.reason,
    )
