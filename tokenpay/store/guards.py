"""Triggers that keep what was written: put up after every migration, taken down before the next one.

They stand against mistakes and against who may write rows, not against who owns the tables and can take them down.
"""

# ruff: noqa: S608 - SQL made of constants

from collections.abc import Iterator

from sqlalchemy import Connection, text

from tokenpay.store.guard_rules import CHANGES, ENGINE, ONCE, REMOVED, RESERVED, RULES, Rule
from tokenpay.store.tables import metadata
from tokenpay.store.units import DIGITS

PREFIX = "guard_"
_FIND = {
    "sqlite": f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = '{PREFIX}'",
    "postgresql": "SELECT tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid"
    f" WHERE c.relnamespace = current_schema()::regnamespace AND left(tgname, 6) = '{PREFIX}' AND tgenabled = 'O'",
}
_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    f" AND left(proname, 6) = '{PREFIX}'"
)
# Nobody's objects stand before the bank's own: what a guard asks is asked of the real tables.
_FUNCTION = """CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = "{schema}", pg_temp AS $$
BEGIN
{body}
END $$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC"""
_REFUSE = "RAISE EXCEPTION USING MESSAGE = 'this violates ' || TG_NAME, CONSTRAINT = TG_NAME, ERRCODE = '23514';"
_FORBID = """IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
  AND NOT coalesce(pg_has_role(current_user, to_regrole(TG_ARGV[0])::oid, 'USAGE'), false) THEN
  RAISE EXCEPTION USING MESSAGE = 'permission denied: ' || TG_NAME, ERRCODE = '42501';
END IF;
RETURN NEW;"""


def put_guards(connection: Connection) -> None:
    """Put up every guard; none may stand. The tables are those of the newest revision."""
    if connection.dialect.name == "sqlite":
        for statement in _sqlite():
            connection.exec_driver_sql(statement)
    else:
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        _together(connection, list(_postgresql(schema)))


def drop_guards(connection: Connection) -> None:
    """Take down every guard that stands, as only the owner of the tables can."""
    if connection.dialect.name == "sqlite":
        for name in connection.exec_driver_sql(_FIND["sqlite"]).scalars().all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    else:
        found = connection.exec_driver_sql(_FUNCTIONS).scalars().all()
        if found:
            _together(connection, [f"DROP FUNCTION {', '.join(found)} CASCADE"])


def missing_guards(connection: Connection) -> list[str]:
    """Return the names of guards that do not stand, or are switched off, sorted."""
    dialect = connection.dialect.name
    made = _sqlite() if dialect == "sqlite" else _postgresql("")
    wanted = {line.split('"')[1] for line in made if 'TRIGGER "' in line}
    return sorted(wanted - set(connection.exec_driver_sql(_FIND[dialect]).scalars()))


def _together(connection: Connection, statements: list[str]) -> None:
    connection.exec_driver_sql(";\n".join(statements), execution_options={"no_parameters": True})


def _fixed(table: str) -> list[str]:
    return [column.name for column in metadata.tables[table].columns if column.name not in CHANGES[table]]


def _when(event: str, table: str) -> str:
    """Return the event, of the columns that may change alone: of the others every change is refused before."""
    return event.replace("UPDATE", f"UPDATE OF {', '.join(CHANGES[table])}")


def _rules(dialect: str) -> Iterator[Rule]:
    return (rule for rule in RULES if rule.only in ("", dialect))


def _sqlite() -> Iterator[str]:
    def trigger(name: str, event: str, table: str, when: str = "") -> str:
        name = f"{PREFIX}{table}_{name}"
        condition = f"WHEN {when.format(zero=repr('0' * DIGITS))} " if when else ""
        # The word that SQLite's own constraints use: `Conflict` names what stands behind it.
        body = f"BEGIN SELECT RAISE(ABORT, 'constraint failed: {name}'); END"
        return f'CREATE TRIGGER "{name}" BEFORE {event} ON {table} {condition}{body}'

    for table in CHANGES:
        yield trigger("kept", f"UPDATE OF {', '.join(_fixed(table))}", table)
        if table not in REMOVED:
            yield trigger("stays", "DELETE", table)
    for rule in _rules("sqlite"):
        if not rule.at_commit:
            yield trigger(
                rule.name, _when(rule.event, rule.table), rule.table, rule.refused.replace("IS DISTINCT FROM", "IS NOT")
            )
    for table, there in ONCE.items():  # the last trigger fires first: what is there already is told before all else
        yield trigger("written_once", "INSERT", table, f"EXISTS (SELECT 1 FROM {table} WHERE {there})")


def _postgresql(schema: str) -> Iterator[str]:
    def function(name: str, body: str) -> str:
        return _FUNCTION.format(name=name, schema=schema, body=body)

    yield function(f"{PREFIX}refuse", _REFUSE)
    yield function(f"{PREFIX}forbid", _FORBID)
    for table in CHANGES:
        events = [f"UPDATE OF {', '.join(_fixed(table))}", *(["DELETE"] if table not in REMOVED else []), "TRUNCATE"]
        yield (
            f'CREATE TRIGGER "{PREFIX}{table}_kept" BEFORE {" OR ".join(events)} ON {table}'
            f" FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}refuse()"
        )
    for rule in _rules("postgresql"):
        name = f"{PREFIX}{rule.table}_{rule.name}"
        refused = rule.refused.format(zero="0")
        done, when = f"{PREFIX}refuse()", f" WHEN ({refused})"
        if rule.looks:
            old_or_new = "OLD" if rule.event == "DELETE" else "NEW"
            yield function(name, f"IF {refused} THEN {_REFUSE} END IF; RETURN {old_or_new};")
            done, when = f"{name}()", f" WHEN ({rule.at_commit})" if rule.at_commit else ""
        kind, deferred = ("CONSTRAINT TRIGGER", " DEFERRABLE INITIALLY DEFERRED") if rule.at_commit else ("TRIGGER", "")
        moment = "AFTER" if rule.at_commit else "BEFORE"
        yield (
            f'CREATE {kind} "{name}" {moment} {_when(rule.event, rule.table)} ON {rule.table}{deferred}'
            f" FOR EACH ROW{when} EXECUTE FUNCTION {done}"
        )
    for kept in RESERVED:
        yield (
            f'CREATE TRIGGER "{PREFIX}{kept.table}_{kept.name}" BEFORE {_when(kept.event, kept.table)} ON {kept.table}'
            f" FOR EACH ROW WHEN ({kept.when}) EXECUTE FUNCTION {PREFIX}forbid('{ENGINE}')"
        )
