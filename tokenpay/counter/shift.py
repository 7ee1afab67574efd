"""A shift: the time between two cash counts of one drawer, answered for by one operator at one terminal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tokenpay.counter.cash_count import CashCount
from tokenpay.errors import InvalidInput, WrongState
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset


class ShiftState(StrEnum):
    """Open: cash may move. Counted: it may not, a variance waits for a second person. Closed: it is over."""

    OPEN = "open"
    COUNTED = "counted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance:
    """Cash that was counted and the books did not expect: `over` the books, or short of them."""

    amount: Amount
    over: bool

    def __str__(self) -> str:
        return f"{self.amount} {'over' if self.over else 'short'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One drawer, terminal and operator from `opening` to `closing`, each a count a currency.

    The count is blind: whoever counts is not told what the books expect. `expected` is what they said when
    the closing count was given, before it corrected them.
    """

    id: str
    branch: str
    drawer: str
    terminal: str
    operator_id: str
    opened_at_s: int
    opening: tuple[CashCount, ...]
    state: ShiftState = ShiftState.OPEN
    closing: tuple[CashCount, ...] = ()
    expected: tuple[Amount, ...] = ()
    closed_at_s: int | None = None

    def __post_init__(self) -> None:
        for counts in (self.opening, self.closing):
            if len({count.currency for count in counts}) < len(counts):
                raise InvalidInput("each currency of a drawer is counted once")

    def counted(self, closing: tuple[CashCount, ...], *, expected: tuple[Amount, ...]) -> "Shift":
        """Return the shift after its closing count; raises WrongState when it was counted already."""
        if self.state is not ShiftState.OPEN:
            raise WrongState(f"the shift is {self.state}", shift=self.id)
        return replace(self, state=ShiftState.COUNTED, closing=closing, expected=expected)

    def reopened(self) -> "Shift":
        """Return the shift open again, to be counted anew; raises WrongState unless it was counted."""
        if self.state is not ShiftState.COUNTED:
            raise WrongState(f"the shift is {self.state}", shift=self.id)
        return replace(self, state=ShiftState.OPEN, closing=(), expected=())

    def closed(self, *, at_s: int) -> "Shift":
        """Return the shift at its end; raises WrongState unless it was counted."""
        if self.state is not ShiftState.COUNTED:
            raise WrongState(f"the shift is {self.state}", shift=self.id)
        return replace(self, state=ShiftState.CLOSED, closed_at_s=at_s)

    def told_to(self, operator_id: str) -> "Shift":
        """Return the shift as this operator may see it: who counts is not told what is expected before it is closed."""
        blind = operator_id == self.operator_id and self.state is not ShiftState.CLOSED
        return replace(self, expected=()) if blind else self


def variances(expected: Mapping[str, int], counts: Iterable[CashCount]) -> tuple[Variance, ...]:
    """Return what a count differs from the books by, a currency each, in the order of their codes.

    `expected` is what the books say, in smallest units by currency; a currency that was not counted has
    none of its cash in the drawer.
    """
    counted = {count.currency: count.amount.units for count in counts}
    found = []
    for currency in sorted(expected.keys() | counted.keys()):
        units = counted.get(currency, 0) - expected.get(currency, 0)
        if units:
            found.append(Variance(amount=Amount(Asset.cash(currency), abs(units)), over=units > 0))
    return tuple(found)
