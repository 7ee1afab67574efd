"""What a unit of work writes: each row at once, or gathered and written table by table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Insert, Update, event
from sqlalchemy.sql.compiler import SQLCompiler

from tokenpay.errors import IntegrityError
from tokenpay.store.tables import metadata

Row = Mapping[str, Any]
_PLACE = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
"""Where each table stands when rows are entered: after every table that they refer to."""


class Writes:
    """Gathered, what is written waits until the database is asked anything else, and at the latest for the commit.

    Nobody can read past it, then, and what was changed several times is written once, as it stood last.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._gathers = False
        self._entered: dict[Insert, list[Row]] = {}
        self._changed: dict[Update, dict[object, Row]] = {}
        self._last: set[Update] = set()

    def gather(self) -> None:
        """Let what is written wait from now on; the connection is this unit of work's alone."""
        if not self._gathers:
            self._gathers = True
            event.listen(self._connection, "before_execute", self._before_another)

    def enter(self, statement: Insert, rows: Sequence[Row]) -> None:
        """Enter new rows of one table; those of one statement keep their order."""
        if self._gathers:
            self._entered.setdefault(statement, []).extend(rows)
        else:
            self._connection.execute(statement, rows if len(rows) > 1 else rows[0])

    def change(self, statement: Update, rows: Mapping[object, Row], *, last: bool = False) -> None:
        """Change rows of one table, each by what names it; a row that is changed again is changed once.

        Changes are written before new rows, which may say what they came to; `last` behind them, to point to them.
        Raises IntegrityError, at the latest with the commit, where a row is not there or not as the statement wants it;
        one that waits to be entered is not there yet.
        """
        if self._gathers:
            if last:
                self._last.add(statement)
            self._changed.setdefault(statement, {}).update(rows)
        else:
            self._change(statement, list(rows.values()))

    def write(self) -> None:
        """Write all that waits."""
        entered, self._entered = self._entered, {}
        changed, self._changed = self._changed, {}
        for change in [change for change in changed if change not in self._last]:
            self._change(change, list(changed[change].values()))
        for statement in sorted(entered, key=lambda entered: _PLACE[entered.table.name]):
            self._all(statement, entered[statement])
        for change in [change for change in changed if change in self._last]:
            self._change(change, list(changed[change].values()))

    def _change(self, statement: Update, rows: list[Row]) -> None:
        if self._all(statement, rows).rowcount != len(rows):
            raise IntegrityError("a row moved while it was being changed")

    def _all(self, statement: Insert | Update, rows: list[Row]) -> CursorResult[Any]:
        if len(rows) > 1:  # what a statement returns, nobody reads here
            prepared = _prepared(statement, tuple(rows[0]), self._connection.dialect)
            return self._connection.exec_driver_sql(prepared.text, prepared.given(rows))
        return self._connection.execute(statement, rows if len(rows) > 1 else rows[0])

    def _before_another(self, *_: object) -> None:
        if self._entered or self._changed:
            self.write()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as the driver takes it, and what each of its values is made of: in their order, or by their names."""

    text: str
    positional: bool
    values: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def given(self, rows: Sequence[Row]) -> list[Any]:
        """Return the rows as the driver takes them; a column type may refuse a value."""
        if self.positional:
            return [
                tuple([row[name] if bind is None else bind(row[name]) for name, bind in self.values]) for row in rows
            ]
        return [{name: row[name] if bind is None else bind(row[name]) for name, bind in self.values} for row in rows]


@lru_cache(maxsize=256)
def _prepared(statement: Insert | Update, names: tuple[str, ...], dialect: Dialect) -> _Prepared:
    """Compile a statement once; SQLAlchemy would look up each value of each row anew."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("a statement that is written is one of SQL")
    types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in compiled.positiontup or compiled.binds}
    values = tuple((name, type.bind_processor(dialect)) for name, type in types.items())
    return _Prepared(compiled.string, compiled.positiontup is not None, values)
