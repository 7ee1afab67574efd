"""Sessions: who is signed in, where and until when."""

from hashlib import sha256

from sqlalchemy import Connection, bindparam, insert, select, update

from tokenpay.parties.credential import CredentialKind
from tokenpay.parties.operator import Operator
from tokenpay.store.operator_store import OperatorStore
from tokenpay.store.tables import operators, sessions

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


class SessionStore:
    def __init__(self, connection: Connection, operators: OperatorStore) -> None:
        self._connection = connection
        self._operators = operators

    def add(
        self,
        session_id: str,
        *,
        operator_id: str,
        terminal: str,
        opened_at_s: int,
        expires_at_s: int,
        opened_with: CredentialKind,
    ) -> None:
        self._connection.execute(
            insert(sessions),
            {
                "id": _digest(session_id),
                "operator_id": operator_id,
                "terminal": terminal,
                "opened_at_s": opened_at_s,
                "expires_at_s": expires_at_s,
                "opened_with": opened_with,
            },
        )

    def live_operator(self, session_id: str, *, now_s: int) -> Operator | None:
        """Return the operator of a session that is open now and was not opened in the future, else None."""
        row = self._connection.execute(_LIVE, {"session": _digest(session_id), "now_s": now_s}).one_or_none()
        return None if row is None else self._operators.take(row)

    def terminal(self, session_id: str) -> str:
        """Return the terminal that a session was opened at."""
        query = select(sessions.c.terminal).where(sessions.c.id == _digest(session_id))
        return str(self._connection.execute(query).scalar_one())

    def opened_with(self, session_id: str) -> str:
        """Return the kind of credential that a session was opened with."""
        query = select(sessions.c.opened_with).where(sessions.c.id == _digest(session_id))
        return str(self._connection.execute(query).scalar_one())

    def close_all(self, operator_id: str, *, at_s: int, but: str = "") -> None:
        """Close every session of an operator, but for one."""
        self._connection.execute(
            update(sessions)
            .where(
                sessions.c.operator_id == operator_id, sessions.c.closed_at_s.is_(None), sessions.c.id != _digest(but)
            )
            .values(closed_at_s=at_s)
        )

    def close_everybody(self, *, at_s: int) -> None:
        """Close every session that there is."""
        self._connection.execute(update(sessions).where(sessions.c.closed_at_s.is_(None)).values(closed_at_s=at_s))

    def close(self, session_id: str, *, at_s: int) -> None:
        self._connection.execute(
            update(sessions)
            .where(sessions.c.id == _digest(session_id), sessions.c.closed_at_s.is_(None))
            .values(closed_at_s=at_s)
        )


def _digest(session_id: str) -> str:
    """What the database keeps of a session: whoever reads the table cannot act with it."""
    return sha256(session_id.encode()).hexdigest()
