"""The exact column: whole numbers of up to 78 digits, in either database."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, NUMERIC, CheckConstraint, Dialect, text
from sqlalchemy.types import TypeDecorator, TypeEngine

from tokenpay.errors import IntegrityError, InvalidAmount

DIGITS = 78
_BOUND = 10**DIGITS


class Units(TypeDecorator[int]):
    """NUMERIC(78,0) on PostgreSQL, 78 zero-padded digits on SQLite, `int` in Python.

    SQLite's own numbers stop at 2**63 and lose digits silently beyond 2**53: text compares and
    sorts rightly and is never summed in SQL.
    """

    impl = CHAR(DIGITS)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(NUMERIC(DIGITS, 0))
        return dialect.type_descriptor(CHAR(DIGITS))

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if type(value) is not int or not 0 <= value < _BOUND:
            raise InvalidAmount("the database holds whole numbers from 0 to 78 digits")
        return Decimal(value) if dialect.name == "postgresql" else str(value).zfill(DIGITS)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if not _whole(value):
            raise IntegrityError("the database holds an amount that is no whole number of zero or more")
        return int(value)


def _whole(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) == DIGITS
    return isinstance(value, Decimal) and value.is_finite() and value >= 0 and value == value.to_integral_value()


def units_check(column: str, dialect: str) -> CheckConstraint:
    """Return the constraint that keeps `column` a whole number of zero or more, in this dialect."""
    if dialect == "postgresql":
        rule = f"{column} >= 0 AND {column} <> 'NaN'"  # PostgreSQL holds NaN to be above every number
    else:
        rule = f"length({column}) = {DIGITS} AND {column} NOT GLOB '*[^0-9]*'"
    return CheckConstraint(text(rule), name=f"{column}_whole").ddl_if(dialect=dialect)
