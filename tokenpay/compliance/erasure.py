"""The erasure of one customer's personal data: asked for by one person, agreed to by another, done by the bank."""

from dataclasses import dataclass
from enum import StrEnum


class ErasureState(StrEnum):
    """Asked waits for a second person, agreed for the machine that may erase; erased is the end."""

    ASKED = "asked"
    AGREED = "agreed"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """`asked_by` and `agreed_by` are never one person."""

    customer_id: str
    asked_by: str
    asked_at_s: int
    agreed_by: str = ""
    agreed_at_s: int | None = None
    erased_at_s: int | None = None

    @property
    def state(self) -> ErasureState:
        """Where it stands."""
        if self.erased_at_s is not None:
            return ErasureState.ERASED
        return ErasureState.AGREED if self.agreed_by else ErasureState.ASKED
