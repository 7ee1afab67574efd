"""How many payments the engine moves in one unit of work."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from tokenpay.errors import IntegrityError, InvalidInput, MoneyError, NotFound, WrongState

TOGETHER = 100
"""A killed engine leaves so many at most between two states; a teller on SQLite waits for so many writes."""
STAYS = (IntegrityError, InvalidInput, MoneyError, NotFound, WrongState)
"""What is wrong with one payment, and no reason for any other to wait."""
T = TypeVar("T")


def groups(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield items in their order, in groups of at most TOGETHER."""
    for start in range(0, len(items), TOGETHER):
        yield items[start : start + TOGETHER]
