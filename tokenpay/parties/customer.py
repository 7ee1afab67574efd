"""A customer of the bank."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from tokenpay.errors import InvalidInput

MAX_NAME = 140
ERASED_NAME = "(erased)"
"""What stands in the place of a name that was erased."""


class CustomerStatus(StrEnum):
    """What a customer may do; closed is over.

    Frozen: pays nothing and is paid nothing in the books, but what two people take back; deposits for open requests
    are credited.
    """

    ACTIVE = "active"
    FROZEN = "frozen"
    CLOSED = "closed"


class CustomerKind(StrEnum):
    """What a customer is; the policy may keep private persons from paying each other."""

    PRIVATE = "private"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """`id` is the customer number, such as `C00000042`; the name is personal data and stays out of audit streams.

    Once it was erased, at `erased_at_s`, the name is `(erased)`.
    """

    id: str
    name: str
    branch: str
    status: CustomerStatus
    enrolled_at_s: int
    kind: CustomerKind = CustomerKind.PRIVATE
    closed_at_s: int | None = None
    erased_at_s: int | None = None


def checked_name(name: str) -> str:
    """Return a name in NFC without outer spaces; raises InvalidInput for empty, long or unprintable ones."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise InvalidInput(f"a name is 1 to {MAX_NAME} printable characters")
    return name
