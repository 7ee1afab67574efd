"""The journal: what payments are asked for, what is said of each, and where the next page begins."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tokenpay.errors import InvalidInput
from tokenpay.payments.intent import MAX_REMITTANCE, Purpose
from tokenpay.payments.payment import Payment, PaymentState

_CURSOR = re.compile(r"([0-9]{1,18})/([0-9a-f-]{36})")
MAX_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Which payments: those that match all that is given; empty and None mean any.

    `customer_id` paid or is paid. `operator_id` made the payment. `from_s` is the first second and `until_s` the first
    one after the last, Unix seconds. `text` is a whole UETR, reference or id that the payment is related to, or
    whole words of its remittance information, in any case and order. Raises InvalidInput.
    """

    customer_id: str = ""
    operator_id: str = ""
    branch: str = ""
    asset_id: str = ""
    states: frozenset[PaymentState] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    from_s: int | None = None
    until_s: int | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if self.text and not self.text.strip():
            raise InvalidInput("a text to look for has letters or digits")
        if len(self.text) > MAX_REMITTANCE or len(words_of(self.text)) > MAX_WORDS:
            raise InvalidInput(f"a text to look for has up to {MAX_WORDS} words and {MAX_REMITTANCE} characters")
        if any(at_s is not None and type(at_s) is not int for at_s in (self.from_s, self.until_s)):
            raise InvalidInput("the journal is asked for times in whole Unix seconds")
        if self.from_s is not None and self.until_s is not None and self.from_s >= self.until_s:
            raise InvalidInput("the journal is asked from a time to a later one")

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text, the longest first: it is the rarest, most likely."""
        return tuple(sorted(words_of(self.text), key=lambda word: (-len(word), word)))


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A payment as a table shows it; a name is empty where that side is no customer."""

    payment: Payment
    branch: str
    debtor_name: str = ""
    creditor_name: str = ""

    @property
    def cursor(self) -> "JournalCursor":
        return JournalCursor(created_at_s=self.payment.intent.created_at_s, payment_id=self.payment.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """Entries, newest first; `following` is the cursor of the next page, empty on the last."""

    entries: tuple[JournalEntry, ...]
    following: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCursor:
    """The place behind one payment; written `<seconds>/<uetr>`."""

    created_at_s: int
    payment_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cursor; raises InvalidInput for one that no page gave."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            raise InvalidInput("no page of the journal gave this cursor")
        return cls(created_at_s=int(match[1]), payment_id=match[2])

    def __str__(self) -> str:
        return f"{self.created_at_s}/{self.payment_id}"


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text: runs of letters and digits, whatever their case."""
    return frozenset("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def page_of(entries: Iterable[JournalEntry], *, limit: int) -> JournalPage:
    """Return the first `limit` of the entries as a page; one more tells that there is a next page."""
    found = tuple(entries)
    shown = found[:limit]
    return JournalPage(entries=shown, following=str(shown[-1].cursor) if len(found) > limit else "")
