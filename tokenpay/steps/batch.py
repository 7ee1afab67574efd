"""Orders that are asked for together: how many there may be, and which of them an error is about."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tokenpay.errors import InvalidInput, TokenpayError

Asked = TypeVar("Asked")
Made = TypeVar("Made")
MAX_ORDERS = 1_000
"""As long as a batch takes, others wait for what it locks and for its branch's audit stream."""


def check_size(orders: Sequence[object]) -> None:
    """Raise InvalidInput for too few or too many."""
    if not 0 < len(orders) <= MAX_ORDERS:
        raise InvalidInput(f"a batch is 1 to {MAX_ORDERS:,} orders", rule="batch.size", orders=len(orders))


def each(act: Callable[[Asked], Made], asked: Iterable[Asked]) -> list[Made]:
    """Return what an act makes of each; an error says of which, counted from 1."""
    made = []
    for number, one in enumerate(asked, start=1):
        try:
            made.append(act(one))
        except TokenpayError as error:
            error.fields["order"] = number
            raise
    return made
