"""The rows of one book payment and nothing else: locked, written and committed by statements built beforehand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from tokenpay.store import tables
from tokenpay.store.units import DIGITS, Units

Values = Mapping[str, Any]
Execute = Callable[[str, Values | Sequence[Values]], Any]
"""Run one of `STATEMENTS` with the values of one row or several, and return a cursor."""

_INSERTED = ("keys", "payments", "approvals", "clearances", "limit_uses", "transfers", "entries", "audit_records")
_ACCOUNT = ("debits_posted", "credits_posted", "available_units", "version")


def _lock(table: sa.Table, key: str, count: int, *columns: str) -> sa.Select[Any]:
    wanted = table.c[key].in_([bindparam(f"{key}_{n}") for n in range(count)])
    return sa.select(*(table.c[name] for name in columns)).where(wanted).order_by(table.c[key]).with_for_update()


def _update(table: sa.Table, keys: tuple[str, ...], changed: tuple[str, ...]) -> sa.Update:
    which = [table.c[name] == bindparam(f"of_{name}") for name in keys]
    return sa.update(table).where(*which).values({name: bindparam(f"new_{name}") for name in changed})


_USED = _lock(tables.limit_counters, "scope", 2, "scope", "used_units")
_EVENT = ("at_s", "kind", "subject", "content")
_OWN_NUMBER: sa.ColumnElement[int] = sa.literal_column("pg_current_xact_id()::text::bigint")
STATEMENTS: dict[str, sa.Select[Any] | sa.Update | sa.Insert] = {
    "lock counters": _USED.where(
        tables.limit_counters.c.asset_id == bindparam("asset_id"), tables.limit_counters.c.day == bindparam("day")
    ),
    "lock accounts": _lock(tables.accounts, "id", 2, "id", *_ACCOUNT),
    "lock head": _lock(tables.audit_heads, "stream", 1, "seq", "hash"),
    "move counters": _update(tables.limit_counters, ("scope", "asset_id", "day"), ("used_units",)),
    "move accounts": _update(tables.accounts, ("id",), _ACCOUNT),
    "move head": _update(tables.audit_heads, ("stream",), ("seq", "hash", "at_s")),
    **{name: sa.insert(tables.metadata.tables[name]).inline() for name in (*_INSERTED, "outbox")},
    # PostgreSQL takes an event under no other transaction's number.
    "numbered outbox": sa.insert(tables.outbox)
    .values({name: bindparam(name) for name in _EVENT} | {"written_by": _OWN_NUMBER})
    .inline(),
}


class BareRows:
    """Copies of one payment that was really made, each with its own identity."""

    def __init__(self, connection: sa.Connection, payment_id: str) -> None:
        """Read the rows that the payment `payment_id` left behind."""

        def rows(table: sa.Table, column: str, value: Any) -> list[dict[str, Any]]:
            found = connection.execute(sa.select(table).where(table.c[column] == value).order_by(*table.primary_key))
            return [dict(row._mapping) for row in found]

        (transfer,) = rows(tables.transfers, "payment_id", payment_id)
        self._rows = {
            "keys": rows(tables.keys, "result_id", payment_id),
            "payments": rows(tables.payments, "id", payment_id),
            "approvals": rows(tables.approvals, "payment_id", payment_id),
            "clearances": rows(tables.clearances, "payment_id", payment_id),
            "limit_uses": rows(tables.limit_uses, "payment_id", payment_id),
            "transfers": [transfer],
            "entries": rows(tables.entries, "transfer_id", transfer["id"]),
            "audit_records": rows(tables.audit_records, "subject", payment_id),
            "outbox": rows(tables.outbox, "subject", payment_id),
        }
        self._outbox = "numbered outbox" if connection.dialect.name == "postgresql" else "outbox"
        for minted in ("id", "written_by"):
            self._rows["outbox"][0].pop(minted)
        self._made = 0

    def one(self, table: str, **changed: Any) -> dict[str, Any]:
        return {**self._rows[table][0], **changed}

    def pay(self, execute: Execute, maker: str) -> None:
        """Lock and write one payment's rows, in the order in which `pay` takes its locks."""
        self._made += 1
        number = f"{maker}{self._made:07d}"
        id, clearance_id, transfer_id = f"{number}-0000-4000-8000-000000000000", f"CL-{number}", f"TR-{number}"
        uses = self._rows["limit_uses"]
        execute("keys", self.one("keys", key=id, result_id=id))
        used = self._lock_counters(execute, uses)
        accounts = self._lock_accounts(execute)
        execute("payments", self.one("payments", id=id))
        execute("approvals", self.one("approvals", payment_id=id))
        execute("clearances", self.one("clearances", id=clearance_id, payment_id=id))
        units = self._rows["transfers"][0]["units"]
        moved = [
            {f"of_{name}": use[name] for name in ("scope", "asset_id", "day")}
            | {"new_used_units": used[use["scope"]] + units}
            for use in uses
        ]
        execute("move counters", moved)
        execute("limit_uses", [{**use, "payment_id": id} for use in uses])
        execute("transfers", self.one("transfers", id=transfer_id, payment_id=id, clearance_id=clearance_id))
        self._move_accounts(execute, accounts, transfer_id, units)
        execute(self._outbox, self.one("outbox", subject=id))
        seq, previous = execute("lock head", {"stream_0": self._rows["audit_records"][0]["stream"]}).fetchone()
        record = self.one("audit_records", seq=seq + 1, subject=id, previous=previous)
        execute("audit_records", record)
        head = {
            "of_stream": record["stream"],
            "new_seq": seq + 1,
            "new_hash": record["hash"],
            "new_at_s": record["at_s"],
        }
        execute("move head", head)

    def _lock_counters(self, execute: Execute, uses: list[dict[str, Any]]) -> dict[str, int]:
        wanted = {f"scope_{n}": use["scope"] for n, use in enumerate(uses)}
        found = execute("lock counters", {**wanted, "asset_id": uses[0]["asset_id"], "day": uses[0]["day"]})
        return {scope: int(used) for scope, used in found.fetchall()}

    def _lock_accounts(self, execute: Execute) -> dict[str, list[int]]:
        wanted = {f"id_{n}": entry["account_id"] for n, entry in enumerate(self._rows["entries"])}
        return {id: [int(total) for total in totals] for id, *totals in execute("lock accounts", wanted).fetchall()}

    def _move_accounts(self, execute: Execute, found: dict[str, list[int]], transfer_id: str, units: int) -> None:
        moved, entries = [], []
        for entry in self._rows["entries"]:
            debits, credits, available, version = found[entry["account_id"]]
            debit = entry["side"] == "debit"
            debits, credits = (debits + units, credits) if debit else (debits, credits + units)
            after = (debits, credits, available + (-units if debit else units), version + 1)
            new = {f"new_{name}": total for name, total in zip(_ACCOUNT, after, strict=True)}
            moved.append({"of_id": entry["account_id"], **new})
            totals = {"seq": version + 1, "debits_after": debits, "credits_after": credits}
            entries.append({**entry, **totals, "transfer_id": transfer_id})
        execute("move accounts", moved)
        execute("entries", entries)


@contextmanager
def core(engine: sa.Engine) -> Iterator[Execute]:
    """One transaction through SQLAlchemy Core."""
    with engine.begin() as connection:
        yield lambda name, values: connection.execute(STATEMENTS[name], values)


class Driver:
    """The same statements as text, through sqlite3 or psycopg alone."""

    def __init__(self, engine: sa.Engine, columns: Mapping[str, list[str]]) -> None:
        """`columns` names what each insert fills in."""
        self._sqlite = engine.dialect.name == "sqlite"
        dialect = engine.dialect
        self._compiled: dict[str, Any] = {
            name: statement.compile(dialect=dialect, column_keys=columns.get(name))
            for name, statement in STATEMENTS.items()
        }
        self._text = {name: str(compiled) for name, compiled in self._compiled.items()}
        self.connection: Any = engine.raw_connection().driver_connection

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        if self._sqlite:
            self.connection.execute("BEGIN IMMEDIATE")
        yield self._execute
        self.connection.commit()

    def _execute(self, name: str, values: Values | Sequence[Values]) -> Any:
        cursor = self.connection.cursor()
        if isinstance(values, Mapping):
            cursor.execute(self._text[name], self._bound(name, values))
        else:
            cursor.executemany(self._text[name], [self._bound(name, row) for row in values])
        return cursor

    def _bound(self, name: str, values: Values) -> Any:
        compiled = self._compiled[name]
        bound = {key: self._native(compiled.binds[key].type, value) for key, value in values.items()}
        return [bound[key] for key in compiled.positiontup] if compiled.positional else bound

    def _native(self, kind: Any, value: Any) -> Any:
        if value is None or not isinstance(kind, Units):
            return value
        return str(value).zfill(DIGITS) if self._sqlite else Decimal(value)
