"""Orders out of a file: a line is an order, a thousand lines are a batch."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import tokenpay as tp
from tokenpay.cli.files import read_text
from tokenpay.cli.output import Answer
from tokenpay.errors import InvalidInput, TokenpayError

if TYPE_CHECKING:
    from tokenpay import Bank

Order = TypeVar("Order")
Outcome = TypeVar("Outcome")
AssetOf = Callable[[str], "tp.Asset"]
"""Finds an asset by its id or symbol."""

EXIT_REFUSED = 1
_MAX_KEY = 100
"""So that the key of each batch and order, which are made of it, is one too."""


def read_orders(
    bank: "Bank",
    path: Path,
    parse: Callable[[dict[str, str], AssetOf], Order],
    *,
    needed: Sequence[str],
    columns: Sequence[str],
) -> list[tuple[int, Order]]:
    """Return the orders of a CSV file (RFC 4180, UTF-8, with a header), each with its line; raises InvalidInput."""
    reader = csv.DictReader(StringIO(read_text(path).removeprefix("\ufeff"), newline=""), strict=True)
    asset_of = cache(lambda name: tp.find_asset(bank, name))
    orders = []
    try:
        header = list(reader.fieldnames or ())
        if len(set(header)) < len(header) or not set(needed) <= set(header) <= set(columns):
            may_miss = f"those after {needed[-1]} may be missing"
            raise InvalidInput(f"the first line names the columns: {', '.join(columns)}; {may_miss}")
        for row in reader:
            if None in row or None in row.values():
                raise InvalidInput("the line has more or fewer cells than the first one")
            orders.append((reader.line_num, parse(row, asset_of)))
        if not orders:
            raise InvalidInput("the file holds no order")
    except csv.Error:
        raise InvalidInput("the file is not CSV", file=path.name, line=reader.line_num + 1) from None
    except TokenpayError as error:
        error.fields.update(file=path.name, line=reader.line_num)
        raise
    return orders


def ask_in_batches(
    orders: Sequence[tuple[int, Order]], ask: Callable[[list[Order], str], Sequence[Outcome]], *, key: str
) -> list[tuple[int, Outcome]]:
    """Return what became of the order in each line; each batch has its own key, and an error names its order's line."""
    from tokenpay.steps.batch import MAX_ORDERS

    if len(key) > _MAX_KEY:
        raise InvalidInput(f"the key of a file is up to {_MAX_KEY} characters")
    done: list[tuple[int, Outcome]] = []
    for first in range(0, len(orders), MAX_ORDERS):
        part = orders[first : first + MAX_ORDERS]
        try:
            outcomes = ask([order for _, order in part], f"{key}/{first // MAX_ORDERS + 1}")
        except TokenpayError as error:
            if (number := error.fields.pop("order", None)) is not None:
                error.fields["line"] = part[int(number) - 1][0]
            raise
        done += [(line, outcome) for (line, _), outcome in zip(part, outcomes, strict=True)]
    return done


def answer(name: str, content: list[dict[str, Any]], *, key: str) -> Answer:
    """Return what became of all lines, and how many in which state; it is no success where one was refused."""
    states = Counter(str(each["state"]) for each in content)
    exit_code = EXIT_REFUSED if states["refused"] else 0
    return Answer(content={name: content, "states": dict(states), "key": key}, exit_code=exit_code)
