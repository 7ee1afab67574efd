"""Operators with their credentials, sessions, customers, and what the bank says of itself."""

from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from tokenpay.errors import NotFound
from tokenpay.parties.credential import Credential
from tokenpay.parties.customer import Customer, CustomerStatus
from tokenpay.parties.operator import Operator, Role
from tokenpay.store.tables import bank, customers, operators, sessions

_FACT = select(bank.c.value).where(bank.c.name == bindparam("fact"))
_OPERATOR = select(operators).where(operators.c.id == bindparam("operator"))
_CUSTOMER = select(customers).where(customers.c.id == bindparam("customer"))
_LOCK_CUSTOMER = {
    "to keep": _CUSTOMER.with_for_update(read=True),
    "to change": _CUSTOMER.with_for_update(key_share=True),
}
_LIVE = (
    select(operators)
    .join(sessions, sessions.c.operator_id == operators.c.id)
    .where(
        sessions.c.id == bindparam("session"),
        sessions.c.closed_at_s.is_(None),
        sessions.c.opened_at_s <= bindparam("now_s"),
        sessions.c.expires_at_s > bindparam("now_s"),
    )
)


class PartyStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._operators: dict[str, Operator] = {}

    def set_fact(self, name: str, value: str) -> None:
        """Write one fact of the bank, such as its name or its extended public key."""
        done = self._connection.execute(update(bank).where(bank.c.name == name).values(value=value))
        if done.rowcount == 0:
            self._connection.execute(insert(bank), {"name": name, "value": value})

    def fact(self, name: str, default: str | None = None) -> str:
        """Return one fact of the bank; raises NotFound when there is none and no default."""
        value = self._connection.execute(_FACT, {"fact": name}).scalar()
        if value is None and default is None:
            raise NotFound(f"the bank has no {name}")
        return str(value) if value is not None else str(default)

    def lock_fact(self, name: str) -> str:
        """Return one fact and keep others from changing it until this unit of work ends."""
        return str(
            self._connection.execute(
                select(bank.c.value).where(bank.c.name == name).with_for_update(key_share=True)
            ).scalar_one()
        )

    # --- operators and sessions

    def add_operator(self, operator: Operator, credential: Credential) -> None:
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

    def operator(self, operator_id: str) -> Operator:
        """Return an operator; raises NotFound."""
        if operator_id not in self._operators:
            self._operators[operator_id] = _operator(self._operator_row(operator_id))
        return self._operators[operator_id]

    def operators(self) -> list[Operator]:
        """Return all operators, ordered by id."""
        return [_operator(row) for row in self._connection.execute(select(operators).order_by(operators.c.id))]

    def credential(self, operator_id: str) -> tuple[Credential, int, int]:
        """Return (credential, failures, locked until) of an operator; raises NotFound."""
        row = self._operator_row(operator_id)
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

    def _operator_row(self, operator_id: str) -> Row[Any]:
        row = self._connection.execute(_OPERATOR, {"operator": operator_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such operator")
        return row

    def add_session(
        self, session_id: str, *, operator_id: str, terminal: str, opened_at_s: int, expires_at_s: int
    ) -> None:
        self._connection.execute(
            insert(sessions),
            {
                "id": _digest(session_id),
                "operator_id": operator_id,
                "terminal": terminal,
                "opened_at_s": opened_at_s,
                "expires_at_s": expires_at_s,
            },
        )

    def live_operator(self, session_id: str, *, now_s: int) -> Operator | None:
        """Return the operator of a session that is open now and was not opened in the future, else None."""
        row = self._connection.execute(_LIVE, {"session": _digest(session_id), "now_s": now_s}).one_or_none()
        if row is None:
            return None
        return self._operators.setdefault(row.id, _operator(row))

    def close_session(self, session_id: str, *, at_s: int) -> None:
        self._connection.execute(
            update(sessions)
            .where(sessions.c.id == _digest(session_id), sessions.c.closed_at_s.is_(None))
            .values(closed_at_s=at_s)
        )

    # --- customers

    def add_customer(self, customer: Customer) -> None:
        self._connection.execute(
            insert(customers),
            {
                "id": customer.id,
                "name": customer.name,
                "branch": customer.branch,
                "status": customer.status,
                "enrolled_at_s": customer.enrolled_at_s,
            },
        )

    def customer(self, customer_id: str, *, lock: Literal["to keep", "to change"] | None = None) -> Customer:
        """Return a customer; raises NotFound.

        Locked `to keep`, the status stays as it is until this unit of work ends: many may hold it so, and
        who locks it `to change` waits for them.
        """
        query = _CUSTOMER if lock is None else _LOCK_CUSTOMER[lock]
        row = self._connection.execute(query, {"customer": customer_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such customer", customer=customer_id)
        return _customer(row)

    def find_customers(self, text: str, *, limit: int = 50) -> list[Customer]:
        """Return customers whose number or name contains `text`, ignoring case, ordered by number."""
        needle = f"%{text.lower().replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        query = select(customers).where(
            func.lower(customers.c.name).like(needle, escape="/") | func.lower(customers.c.id).like(needle, escape="/")
        )
        rows = self._connection.execute(query.order_by(customers.c.id).limit(limit))
        return [_customer(row) for row in rows]

    def set_customer_status(self, customer_id: str, status: CustomerStatus) -> None:
        self._connection.execute(update(customers).where(customers.c.id == customer_id).values(status=status))


def _digest(session_id: str) -> str:
    """What the database keeps of a session: whoever reads the table cannot act with it."""
    return sha256(session_id.encode()).hexdigest()


def _operator(row: Row[Any]) -> Operator:
    return Operator(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        branch=row.branch,
        public_key=row.public_key,
        active=row.active,
    )


def _customer(row: Row[Any]) -> Customer:
    return Customer(
        id=row.id,
        name=row.name,
        branch=row.branch,
        status=CustomerStatus(row.status),
        enrolled_at_s=row.enrolled_at_s,
    )
