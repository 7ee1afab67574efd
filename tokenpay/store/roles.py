"""The database roles of a bank on PostgreSQL: what a terminal, an engine and an auditor may do to each table.

A role says what a machine may write, a session what a person may do. Guards refuse single rows beyond what is granted.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

from tokenpay.errors import InvalidInput, NotPermitted
from tokenpay.store.guard_rules import CHANGES, ENGINE, ENGINE_REMOVES, OWNER_REMOVES, REMOVED
from tokenpay.store.unit_of_work import Store, translated

TERMINAL = "tokenpay_terminal"
AUDITOR = "tokenpay_auditor"
ROLES = (TERMINAL, ENGINE, AUDITOR)
"""Group roles that cannot log in: a database administrator makes each machine's own login a member of one."""

# The chain, what was signed, policy, screening lists, assets and leases are read at a counter and written elsewhere.
_NOT_AT_A_COUNTER = frozenset({
    "assets", "attempts", "audit_archives", "authorizations", "blocks", "chains", "deposits", "head_sinks", "leases",
    "listed_addresses", "listed_names", "listed_parties", "name_verdicts", "policies", "screening_lists", "signed",
    "signed_heads",
})  # fmt: skip
_OWNERS_ALONE = frozenset({"audit_archives", "chains"})
_SECRET = frozenset({"credentials", "waiting_credentials"})
_OWNS = text(
    "SELECT bool_and(pg_has_role(current_user, owner, 'USAGE')) FROM (SELECT relowner FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
    " UNION SELECT datdba FROM pg_database WHERE datname = current_database()) AS owners (owner)"
)


def grant_roles(url: str, *, only_show: bool = False) -> list[str]:
    """Make the roles and grant them what they may do, all or nothing; return the statements that are run for it.

    Needs the owner of the tables, with the right to make roles where they are missing. Raises InvalidInput for SQLite,
    StoreUnavailable, NotPermitted.
    """
    store = Store(url)
    try:
        if store.engine.dialect.name != "postgresql":
            raise InvalidInput("SQLite knows no roles: whoever may open the file may do everything")
        with translated(), store.engine.begin() as connection:
            return _statements(connection) if only_show else _grant(connection)
    finally:
        store.close()


def grant_again(connection: Connection) -> None:
    """Grant anew where the roles were granted before: a migration may have made tables."""
    if connection.dialect.name != "postgresql":
        return
    query = text("SELECT has_schema_privilege(to_regrole(:role)::oid, current_schema(), 'USAGE')"
                 " AND has_table_privilege(to_regrole(:role)::oid, 'alembic_version', 'SELECT')")  # fmt: skip
    if connection.execute(query, {"role": AUDITOR}).scalar():
        _grant(connection)


def _grant(connection: Connection) -> list[str]:
    if not connection.execute(_OWNS).scalar():
        # PostgreSQL would only warn, and grant nothing.
        raise NotPermitted("roles are made by the owner of the tables, who owns the database too")
    statements = _statements(connection)
    for statement in statements:
        connection.exec_driver_sql(statement)
    return statements


def _statements(connection: Connection) -> list[str]:
    database, schema = connection.execute(text("SELECT current_database(), current_schema()")).one()
    everyone = ", ".join(ROLES)
    return [
        *(_make(role) for role in ROLES),
        f'REVOKE CONNECT, TEMPORARY ON DATABASE "{database}" FROM PUBLIC',
        f'REVOKE ALL ON SCHEMA "{schema}" FROM PUBLIC',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA "{schema}" FROM PUBLIC, {everyone}',
        f'GRANT CONNECT ON DATABASE "{database}" TO {everyone}',
        f'GRANT USAGE ON SCHEMA "{schema}" TO {everyone}',
        f"GRANT SELECT ON alembic_version TO {everyone}",
        *_reading(),
        *_writing(TERMINAL, sorted(CHANGES.keys() - _NOT_AT_A_COUNTER), new=CHANGES.keys()),
        *_writing(ENGINE, sorted(CHANGES), new=CHANGES.keys() - _OWNERS_ALONE),
    ]


def _make(role: str) -> str:
    # Roles belong to the whole server: another bank's may be there.
    return f"DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"


def _reading() -> Iterator[str]:
    open_ = ", ".join(sorted(CHANGES.keys() - _SECRET))
    yield f"GRANT SELECT ON {open_} TO {TERMINAL}, {ENGINE}, {AUDITOR}"
    yield f"GRANT SELECT ON {', '.join(sorted(_SECRET))} TO {TERMINAL}, {ENGINE}"


def _writing(role: str, tables: list[str], *, new: Iterable[str]) -> Iterator[str]:
    removed = REMOVED - OWNER_REMOVES - (ENGINE_REMOVES if role == TERMINAL else frozenset())
    for table in tables:
        columns = ", ".join(CHANGES[table])
        what = [
            *(["INSERT"] if table in new else []),
            *([f"UPDATE ({columns})"] if columns else []),
            *(["DELETE"] if table in removed else []),
        ]
        if what:
            yield f"GRANT {', '.join(what)} ON {table} TO {role}"
