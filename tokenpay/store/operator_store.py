"""Operators with their credentials."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from tokenpay.errors import NotFound
from tokenpay.parties.credential import Credential, CredentialKind
from tokenpay.parties.operator import Operator, Role
from tokenpay.store.door import stored
from tokenpay.store.tables import credentials, operators

_OPERATOR = select(operators).where(operators.c.id == bindparam("operator"))


class OperatorStore:
    """An operator is read once in a unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Operator] = {}

    def add(self, operator: Operator, credential: Credential) -> None:
        """Enter an operator; Conflict when the id or the key is there already."""
        self._connection.execute(
            insert(operators),
            {
                "id": operator.id,
                "name": operator.name,
                "role": operator.role,
                "branch": operator.branch,
                "active": operator.active,
                "public_key": credential.public_key,
                "customer_id": operator.customer_id or None,
            },
        )
        self._add_credential(credential)

    def get(self, operator_id: str) -> Operator:
        """Return an operator; raises NotFound."""
        return self._known.get(operator_id) or self.take(self._row(operator_id))

    def take(self, row: Row[Any]) -> Operator:
        """Return the operator of a row that was just read, and know them from now on."""
        return self._known.setdefault(row.id, _operator(row))

    def all(self) -> list[Operator]:
        """Return all operators of the bank, ordered by id; customers are none."""
        query = select(operators).where(operators.c.role != Role.CUSTOMER).order_by(operators.c.id)
        return [_operator(row) for row in self._connection.execute(query)]

    def is_taken(self, operator: Operator) -> bool:
        """Tell whether anybody has or had this operator's id or key."""
        row = operators.c
        same = (row.id == operator.id) | (row.public_key == operator.public_key)
        return self._connection.execute(select(row.id).where(same)).first() is not None

    def lock_supervisors(self) -> set[str]:
        """Return the ids of the active supervisors, who stay so until the unit of work ends; all are read anew."""
        row = operators.c
        query = select(row.id).where(row.active, row.role == Role.SUPERVISOR).order_by(row.id)
        found = self._connection.execute(query.with_for_update(key_share=True)).scalars().all()
        self._known.clear()
        return set(found)

    def of_customer(self, customer_id: str) -> Operator | None:
        """Return a customer's own way in, or None."""
        mine = (operators.c.customer_id == customer_id) & operators.c.active
        row = self._connection.execute(select(operators).where(mine)).one_or_none()
        return None if row is None else self.take(row)

    def count_of_customer(self, customer_id: str) -> int:
        """Return how many ways in a customer has had, this one included."""
        query = select(func.count()).select_from(operators).where(operators.c.customer_id == customer_id)
        return int(self._connection.execute(query).scalar_one())

    def deactivate(self, operator_id: str) -> None:
        """Let an operator act no more."""
        self._connection.execute(update(operators).where(operators.c.id == operator_id).values(active=False))
        self._known.pop(operator_id, None)

    def credential(self, operator_id: str, kind: CredentialKind) -> Credential:
        """Return what an operator's key is sealed under; raises NotFound."""
        row = self._connection.execute(
            select(credentials, operators.c.public_key)
            .join(operators, operators.c.id == credentials.c.operator_id)
            .where(credentials.c.operator_id == operator_id, credentials.c.kind == kind)
        ).one_or_none()
        if row is None:
            raise NotFound("there is no such credential")
        return _credential(row)

    def replace_credential(self, credential: Credential) -> None:
        """Let this one open the operator's key from now on, and none of its kind before it."""
        self._connection.execute(
            delete(credentials).where(
                credentials.c.operator_id == credential.operator_id, credentials.c.kind == credential.kind
            )
        )
        self._add_credential(credential)

    def failures(self, operator_id: str) -> tuple[int, int]:
        """Return (failures in a row, locked until) of an operator; raises NotFound."""
        row = self._row(operator_id)
        return row.failures, row.locked_until_s

    def lock_locked_until_s(self, operator_id: str) -> int:
        """Return until when an operator is locked, behind every failure that is just being counted."""
        row = operators.c
        query = select(row.locked_until_s).where(row.id == operator_id).with_for_update(key_share=True)
        return int(self._connection.execute(query).scalar_one())

    def count_failure(self, operator_id: str, *, lock_after: int, locked_until_s: int) -> None:
        """Count one wrong password or PIN; the `lock_after`-th locks the operator until the given time."""
        row = operators.c
        failures = self._connection.execute(
            select(row.failures).where(row.id == operator_id).with_for_update(key_share=True)
        ).scalar_one()
        values = {"failures": failures + 1}
        if failures + 1 >= lock_after:
            values = {"failures": 0, "locked_until_s": locked_until_s}
        self._connection.execute(update(operators).where(row.id == operator_id).values(**values))

    def clear_failures(self, operator_id: str) -> None:
        self._connection.execute(update(operators).where(operators.c.id == operator_id).values(failures=0))

    def _add_credential(self, credential: Credential) -> None:
        self._connection.execute(
            insert(credentials),
            {
                "operator_id": credential.operator_id,
                "kind": credential.kind,
                "salt": credential.salt,
                "nonce": credential.nonce,
                "cost": credential.cost,
                "sealed": credential.sealed,
            },
        )

    def _row(self, operator_id: str) -> Row[Any]:
        row = self._connection.execute(_OPERATOR, {"operator": operator_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such operator")
        return row


@stored
def _operator(row: Row[Any]) -> Operator:
    return Operator(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        branch=row.branch,
        public_key=row.public_key,
        active=row.active,
        customer_id=row.customer_id or "",
    )


@stored
def _credential(row: Row[Any]) -> Credential:
    return Credential(
        operator_id=row.operator_id,
        kind=CredentialKind(row.kind),
        public_key=row.public_key,
        salt=row.salt,
        nonce=row.nonce,
        cost=row.cost,
        sealed=row.sealed,
    )
