"""The languages people are spoken to in, and how each writes a number and a moment, on paper and on screens."""

from datetime import datetime
from enum import StrEnum


class Language(StrEnum):
    """What a receipt is written in, by its ISO 639-1 code."""

    ENGLISH = "en"
    RUSSIAN = "ru"
    BELARUSIAN = "be"

    @property
    def decimal(self) -> str:
        """The mark before decimals."""
        return "." if self is Language.ENGLISH else ","

    @property
    def day(self) -> str:
        """A day, as `strftime` and `strptime` know it."""
        return "%Y-%m-%d" if self is Language.ENGLISH else "%d.%m.%Y"

    def number(self, plain: str) -> str:
        """Return a plain number such as `12500.50` as it is written: thousands set apart by no-break spaces."""
        whole, point, decimals = plain.partition(".")
        grouped = f"{int(whole):,}".replace(",", "\N{NO-BREAK SPACE}")
        return f"{grouped}{point and self.decimal}{decimals}"

    def moment(self, at: datetime) -> str:
        """Return a moment to the minute, on the clock that `at` is of."""
        return at.strftime(f"{self.day} %H:%M")
