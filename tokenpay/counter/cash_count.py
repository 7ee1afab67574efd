"""Notes and coins counted by the piece: what opens a shift and what closes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from tokenpay.errors import InvalidInput
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset

MAX_PIECES = 1_000_000
"""Of one face; more is a slip of the finger."""

# What circulates, largest first, in whole units of the currency; each central bank publishes its own series.
_FACES = {
    "BYN": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "CHF": "1000 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05",
    "EUR": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "GBP": "50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "JPY": "10000 5000 2000 1000 500 100 50 10 5 1",
    "PLN": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "RUB": "5000 2000 1000 500 200 100 50 10 5 2 1 0.50 0.10 0.05 0.01",
    "UAH": "1000 500 200 100 50 20 10 5 2 1 0.50 0.10",
    "USD": "100 50 20 10 5 2 1 0.50 0.25 0.10 0.05 0.01",
}
_LINE = re.compile(r"([0-9]{1,7}) ?[x*] ?([0-9]+(?:\.[0-9]+)?)")


def faces(currency: str) -> tuple[Amount, ...]:
    """Return the notes and coins of an ISO 4217 currency, largest first; raises InvalidInput where none are known."""
    if currency not in _FACES:
        raise InvalidInput("the notes and coins of this currency are not known here")
    cash = Asset.cash(currency)
    return tuple(Amount.of(Decimal(face), cash) for face in _FACES[currency].split())


@dataclass(frozen=True, slots=True, kw_only=True)
class CashCount:
    """How many of each note and coin of one currency; `pieces` maps a face, in smallest units, to how many.

    Raises InvalidInput for a face that does not circulate, a negative number, or more than a million of one face.
    """

    currency: str
    pieces: Mapping[int, int]

    def __post_init__(self) -> None:
        known = {face.units for face in faces(self.currency)}
        if any(type(face) is not int for face in self.pieces) or not self.pieces.keys() <= known:
            raise InvalidInput(f"there is no such note or coin of {self.currency}")
        if any(type(count) is not int or not 0 <= count <= MAX_PIECES for count in self.pieces.values()):
            raise InvalidInput(f"there are 0 to {MAX_PIECES:,} pieces of each note or coin")

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read `10x50, 4x20, 25x0.50`: how many, times which; raises InvalidInput. Empty text is an empty drawer."""
        pieces: dict[int, int] = {}
        cash = Asset.cash(currency)
        for line in filter(None, (part.strip() for part in text.split(","))):
            match = _LINE.fullmatch(line)
            if match is None:
                raise InvalidInput("a count is written like 10x50, 4x20: how many, times which note or coin")
            face = Amount.parse(match[2], cash).units
            if face in pieces:
                raise InvalidInput("a note or coin is counted twice")
            pieces[face] = int(match[1])
        return cls(currency=currency, pieces=pieces)

    @property
    def amount(self) -> Amount:
        """What the pieces are worth together."""
        return Amount(Asset.cash(self.currency), sum(face * count for face, count in self.pieces.items()))

    def __str__(self) -> str:
        cash = Asset.cash(self.currency)
        counted = sorted(((face, count) for face, count in self.pieces.items() if count), reverse=True)
        return ", ".join(f"{count}x{Amount(cash, face).short()}" for face, count in counted)
