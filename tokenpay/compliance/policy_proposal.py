"""A next version of the policy, proposed by one person and decided by another: both sign exactly this content."""

from dataclasses import dataclass, replace
from enum import StrEnum

from tokenpay.compliance.approval import Part
from tokenpay.compliance.policy import Policy
from tokenpay.errors import IntegrityError
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import canonical_bytes
from tokenpay.primitives.ed25519 import is_signed

_DOMAIN = "tokenpay/policy-approval/1"


class ProposalState(StrEnum):
    """Open waits for a second person, approved for the machine that may write policies; the rest are ends."""

    OPEN = "open"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PENDING = frozenset({ProposalState.OPEN, ProposalState.APPROVED})
"""One proposal at most stands in these: the next version has one content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProposal:
    """Both signatures are Ed25519 (RFC 8032) over the proposal's id, the policy's hash, who signed, as what and when.

    Who refuses or withdraws signs nothing; `reason` is what they typed.
    """

    id: str
    policy: Policy
    proposed_by: str
    proposed_at_s: int
    signature: bytes
    state: ProposalState = ProposalState.OPEN
    decided_by: str = ""
    decided_at_s: int | None = None
    decided_signature: bytes = b""
    reason: str = ""

    @classmethod
    def made(cls, id: str, policy: Policy, *, by: Session, at_s: int) -> "PolicyProposal":
        """Return a proposal signed by the session's operator as its maker."""
        signature = by.sign(_message(id, policy, by.operator.id, Part.MAKER, at_s))
        return cls(id=id, policy=policy, proposed_by=by.operator.id, proposed_at_s=at_s, signature=signature)

    def approved(self, *, by: Session, at_s: int) -> "PolicyProposal":
        """Return it signed by the session's operator as its checker, never at a time before it was made."""
        at_s = max(at_s, self.proposed_at_s)
        return replace(
            self,
            state=ProposalState.APPROVED,
            decided_by=by.operator.id,
            decided_at_s=at_s,
            decided_signature=by.sign(_message(self.id, self.policy, by.operator.id, Part.CHECKER, at_s)),
        )

    def ended(self, state: ProposalState, *, by: str, at_s: int, reason: str) -> "PolicyProposal":
        """Return it refused or withdrawn; a signature that it carried no longer counts."""
        return replace(self, state=state, decided_by=by, decided_at_s=at_s, decided_signature=b"", reason=reason)

    def verify_proposer(self, public_key: bytes) -> None:
        """Raise IntegrityError unless this key signed this very proposal as its maker."""
        message = _message(self.id, self.policy, self.proposed_by, Part.MAKER, self.proposed_at_s)
        _verify(public_key, self.signature, message)

    def verify(self, proposer_key: bytes, checker_key: bytes) -> None:
        """Raise IntegrityError unless two different people's keys signed this very proposal."""
        self.verify_proposer(proposer_key)
        if self.decided_by in ("", self.proposed_by) or proposer_key == checker_key or self.decided_at_s is None:
            raise IntegrityError("a policy is proposed by one person and approved by another", proposal=self.id)
        message = _message(self.id, self.policy, self.decided_by, Part.CHECKER, self.decided_at_s)
        _verify(checker_key, self.decided_signature, message)


def _message(id: str, policy: Policy, operator_id: str, part: Part, at_s: int) -> bytes:
    return canonical_bytes([_DOMAIN, id, policy.hash().hex(), operator_id, part.value, at_s])


def _verify(public_key: bytes, signature: bytes, message: bytes) -> None:
    if not is_signed(message, signature, public_key=public_key):
        raise IntegrityError("a policy does not carry the signatures of its two people")
