"""Operators with their credentials."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from tokenpay.errors import NotFound
from tokenpay.parties.credential import Credential
from tokenpay.parties.operator import Operator, Role
from tokenpay.store.tables import operators

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
                "salt": credential.salt,
                "nonce": credential.nonce,
                "cost": credential.cost,
                "sealed": credential.sealed,
            },
        )

    def get(self, operator_id: str) -> Operator:
        """Return an operator; raises NotFound."""
        return self._known.get(operator_id) or self.take(self._row(operator_id))

    def take(self, row: Row[Any]) -> Operator:
        """Return the operator of a row that was just read, and know them from now on."""
        return self._known.setdefault(row.id, _operator(row))

    def all(self) -> list[Operator]:
        """Return all operators, ordered by id."""
        return [_operator(row) for row in self._connection.execute(select(operators).order_by(operators.c.id))]

    def credential(self, operator_id: str) -> tuple[Credential, int, int]:
        """Return (credential, failures, locked until) of an operator; raises NotFound."""
        row = self._row(operator_id)
        credential = Credential(
            operator_id=row.id,
            public_key=row.public_key,
            salt=row.salt,
            nonce=row.nonce,
            cost=row.cost,
            sealed=row.sealed,
        )
        return credential, row.failures, row.locked_until_s

    def count_failure(self, operator_id: str, *, lock_after: int, locked_until_s: int) -> None:
        """Count one wrong password; the `lock_after`-th locks the operator until the given time."""
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

    def _row(self, operator_id: str) -> Row[Any]:
        row = self._connection.execute(_OPERATOR, {"operator": operator_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such operator")
        return row


def _operator(row: Row[Any]) -> Operator:
    return Operator(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        branch=row.branch,
        public_key=row.public_key,
        active=row.active,
    )
