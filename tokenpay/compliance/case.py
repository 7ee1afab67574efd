"""Something a person must look at."""

from dataclasses import dataclass
from enum import StrEnum


class CaseKind(StrEnum):
    """Why a person must look."""

    LATE_PAYMENT = "late_payment"
    OVERPAYMENT = "overpayment"
    UNMATCHED_DEPOSIT = "unmatched_deposit"
    SCREENING_MATCH = "screening_match"
    SCREENING_UNAVAILABLE = "screening_unavailable"
    POSSIBLE_MATCH = "possible_match"
    ASSET_CHANGED = "asset_changed"
    CHAIN_HALTED = "chain_halted"
    PAYMENT_STUCK = "payment_stuck"
    RISK = "risk"
    VARIANCE = "variance"
    TRAVEL_RULE = "travel_rule"
    OTHER = "other"


ROUTINE = frozenset({
    CaseKind.LATE_PAYMENT, CaseKind.OVERPAYMENT, CaseKind.UNMATCHED_DEPOSIT, CaseKind.ASSET_CHANGED,
    CaseKind.CHAIN_HALTED, CaseKind.PAYMENT_STUCK, CaseKind.VARIANCE,
})  # fmt: skip
"""What people make of every day, and chains and drawers: nothing that anybody reports as suspicious."""


MATCHES = frozenset({CaseKind.SCREENING_MATCH, CaseKind.POSSIBLE_MATCH})
"""What two people close, and neither of them made a payment that it is about: of a name's, one that waits for it."""


def is_case_id(text: str) -> bool:
    """Tell whether an id is a case's, and not a payment's."""
    return text.startswith("CS-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`subject` names the deposit, payment, asset or chain; its money stands on accounts owned by the case id.

    `makers` made the payments that a match of an address is about. `asked_by` said what `resolution` says first, where
    a second person confirms it.
    """

    id: str
    kind: CaseKind
    subject: str
    note: str
    opened_at_s: int
    resolution: str = ""
    resolved_by: str = ""
    resolved_at_s: int | None = None
    makers: tuple[str, ...] = ()
    asked_by: str = ""

    @property
    def about(self) -> str:
        """The subject without the number of a case that came again."""
        return self.subject.partition("#")[0]

    @property
    def is_open(self) -> bool:
        return self.resolved_at_s is None
