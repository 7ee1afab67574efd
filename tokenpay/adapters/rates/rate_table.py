"""Rates from a table in the bank's folder: a strict JSON file that the bank's own systems, or people, write.

`{"source": "treasury desk", "rates": [{"token": "eip155:1/erc20:0x…", "currency": "EUR", "price": "1.0005",
"at_s": 1790000000}]}`
"""

import json
import os
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tokenpay.errors import InvalidInput, RateUnavailable
from tokenpay.money.asset import Asset
from tokenpay.money.rate import Rate
from tokenpay.primitives.strict_json import read_json

FILE_NAME = "rates.json"
_MAX_CHARACTERS = 1_000_000
_PRICE = re.compile(r"(?:0|[1-9][0-9]{0,38})(?:\.[0-9]{1,39})?")
_NAMES = {"token", "currency", "price", "at_s"}


@dataclass(frozen=True, slots=True)
class RateTable:
    """A RateBook. The file is read anew for every rate, so that what is written counts at once."""

    path: Path

    def rate(self, token: Asset, cash: Asset) -> Rate:
        """Return the table's rate; raises RateUnavailable where it names none, or is no table in any line."""
        found = self._found(token, cash)
        if found is None:
            raise RateUnavailable(f"the rate table has no price of {token.symbol} in {cash.symbol}")
        return found

    def last(self, token: Asset, cash: Asset) -> Rate | None:
        """Return the table's rate, or None where it names none or there is no table; raises RateUnavailable."""
        return self._found(token, cash) if self.path.exists() else None

    def _found(self, token: Asset, cash: Asset) -> Rate | None:
        source, rows = self._read()
        pair = (token.id, cash.symbol)
        return next((_rate(token, cash, row, source) for row in rows if (row["token"], row["currency"]) == pair), None)

    def write(self, rate: Rate) -> None:
        """Write a rate into the table, whole or not at all, and say who says so; the others stay as they are.

        All of a table has one source. Raises RateUnavailable where there is a file that is no table.
        """
        rows = self._read()[1] if self.path.exists() else []
        pair = (rate.token.id, rate.cash.symbol)
        new = {
            "token": rate.token.id,
            "currency": rate.cash.symbol,
            "price": format(rate.price, "f"),
            "at_s": rate.at_s,
        }
        kept = [row for row in rows if (row["token"], row["currency"]) != pair]
        text = json.dumps({"source": rate.source, "rates": [*kept, new]}, indent=2) + "\n"
        draft = self.path.with_name(f".{self.path.name}.partial")
        try:
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, self.path)
        except OSError:
            raise RateUnavailable("the rate table cannot be written") from None

    def _read(self) -> tuple[str, list[dict[str, Any]]]:
        try:
            text = self.path.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            raise RateUnavailable("the rate table is missing, or is no text") from None
        try:
            table = read_json(text, max_characters=_MAX_CHARACTERS, max_depth=3)
        except InvalidInput as error:
            raise RateUnavailable(f"the rate table {error.message}") from None
        if not isinstance(table, dict) or table.keys() != {"source", "rates"} or not isinstance(table["rates"], list):
            raise RateUnavailable("the rate table has a source and rates, and nothing else")
        rows = table["rates"]
        if not isinstance(table["source"], str) or not all(map(_is_row, rows)):
            raise RateUnavailable("each row of the rate table has token, currency, price and at_s, and nothing else")
        if len({(row["token"], row["currency"]) for row in rows}) < len(rows):
            raise RateUnavailable("the rate table prices a token twice in one currency")
        return table["source"], rows


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or row.keys() != _NAMES:
        return False
    texts = all(isinstance(row[name], str) for name in ("token", "currency", "price"))
    return texts and _PRICE.fullmatch(row["price"]) is not None and type(row["at_s"]) is int


def _rate(token: Asset, cash: Asset, row: dict[str, Any], source: str) -> Rate:
    try:
        return Rate(token=token, cash=cash, price=Decimal(row["price"]), source=source, at_s=row["at_s"])
    except InvalidInput as error:
        raise RateUnavailable(f"the rate table is wrong: {error.message}") from None
