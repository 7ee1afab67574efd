"""The gate's yes: the decision over one intent's hash, with what it rested on."""

from dataclasses import dataclass

from tokenpay.compliance.approval import Approval
from tokenpay.compliance.screening import Screening


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Made only by `steps/clear.py`. Nothing that takes money posts, and nothing is signed, without one."""

    id: str
    payment_id: str
    intent_hash: bytes
    policy_version: int
    screenings: tuple[Screening, ...]
    approvals: tuple[Approval, ...]
    cleared_at_s: int
