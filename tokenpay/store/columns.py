"""Columns that hold what they say: SQLite keeps any kind of value in any column, and PostgreSQL does not."""

from collections.abc import Callable
from typing import Any

import sqlalchemy
from sqlalchemy import Dialect

from tokenpay.errors import IntegrityError


def _of(kind: type) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        if value is None or type(value) is kind:
            return value
        raise IntegrityError("the database holds another kind of value than was written", expected=kind.__name__)

    return checked


_INT, _STR, _BYTES = _of(int), _of(str), _of(bytes)


class BigInteger(sqlalchemy.BigInteger):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _INT


class Integer(sqlalchemy.Integer):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _INT


class Text(sqlalchemy.Text):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _STR


class LargeBinary(sqlalchemy.LargeBinary):
    def bind_processor(self, dialect: Dialect) -> None:
        return None  # both drivers take bytes as they are

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _BYTES


class Boolean(sqlalchemy.Boolean):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _boolean


def _boolean(value: Any) -> bool | None:
    if value is None or value in (0, 1):
        return None if value is None else bool(value)
    raise IntegrityError("the database holds another kind of value than was written", expected="bool")
