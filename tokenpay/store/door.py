"""What goes in and out of the database is what was meant: checked once, for both databases."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Row

from tokenpay.errors import IntegrityError, InvalidInput, MoneyError, NotFound

MAX_ROWS = 10**9
MAX_NUMBER = 2**63 - 1
MAX_POSITION = 2**31 - 1
AT_ONCE = 5_000
"""So many values go into one statement: PostgreSQL takes 65,535."""
Given = ParamSpec("Given")
Noun = TypeVar("Noun")
Value = TypeVar("Value")


def check_values(_connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, many: bool) -> None:
    """Raise InvalidInput for a value that no column can hold: SQLite would take some that PostgreSQL refuses.

    Called by SQLAlchemy before each statement, with what the driver is given.
    """
    rows: Iterable[Any] = parameters if many else (parameters,)
    for row in rows:
        for value in row.values() if isinstance(row, dict) else row:
            kind = type(value)
            if kind is int:
                if not -MAX_NUMBER <= value <= MAX_NUMBER:
                    raise InvalidInput("a number is larger than the database holds")
            elif (kind is str or isinstance(value, str)) and "\0" in value:
                raise InvalidInput("a text holds a NUL character")


def rows_limit(limit: int | None) -> int | None:
    """Return how many rows are asked for at most (None: all); raises InvalidInput."""
    if limit is not None and (type(limit) is not int or not 0 < limit <= MAX_ROWS):
        raise InvalidInput(f"a limit is a number from 1 to {MAX_ROWS:,}")
    return limit


def parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield values in their order, no more at a time than a statement takes."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def position(number: int) -> int:
    """Return a place in a sequence, after which rows are asked for; raises InvalidInput."""
    if type(number) is not int or not 0 <= number <= MAX_POSITION:
        raise InvalidInput(f"a place in a sequence is a number from 0 to {MAX_POSITION:,}")
    return number


def readable(rows: Iterable[Row[Any]], read: Callable[[Row[Any]], Noun]) -> list[Noun]:
    """Return what rows tell, for a list: one that cannot be read is left out, and stops nobody from reading the rest.

    Whoever asks for that one by its id is told.
    """
    found = []
    for row in rows:
        with suppress(IntegrityError):
            found.append(read(row))
    return found


def stored(read: Callable[Given, Noun]) -> Callable[Given, Noun]:
    """Let a function that makes a noun of a row raise IntegrityError, and no other, where the row is none."""
    noun = read.__name__.strip("_")

    @wraps(read)
    def checked(*given: Given.args, **named: Given.kwargs) -> Noun:
        try:
            return read(*given, **named)
        except (
            InvalidInput, MoneyError, NotFound,
            ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
        ):  # fmt: skip
            row = next((each for each in given if isinstance(each, Row) and "id" in each._fields), None)
            which = {"id": str(row.id)} if row is not None else {}
            raise IntegrityError("the database holds a row that cannot be read", noun=noun, **which) from None

    return checked
