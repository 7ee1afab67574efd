"""Somebody comes to the bank's staff, or goes: an admission is signed by two people, a dismissal by one."""

from dataclasses import dataclass, replace
from enum import StrEnum

from tokenpay.compliance.approval import Part
from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.operator import Operator, Role
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import canonical_bytes
from tokenpay.primitives.ed25519 import is_signed

_DOMAIN = "tokenpay/staff-change/1"
STAFF = frozenset({Role.TELLER, Role.SUPERVISOR, Role.AUDITOR})
"""Who is admitted and dismissed: not the engine, which is no person, and no customer."""


class StaffChangeKind(StrEnum):
    """Somebody comes, or goes for good."""

    ADMIT = "admit"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChange:
    """Signatures are Ed25519 (RFC 8032) over its id and kind, all that the operator is, who signed, as what and when.

    An admission is open until a second person signs; a dismissal is approved by who makes it. Who refuses or withdraws
    signs nothing; `reason` is what they typed, or who dismisses. Raises InvalidInput for an operator who is no staff.
    """

    id: str
    kind: StaffChangeKind
    operator: Operator
    proposed_by: str
    proposed_at_s: int
    signature: bytes
    state: ProposalState = ProposalState.OPEN
    decided_by: str = ""
    decided_at_s: int | None = None
    decided_signature: bytes = b""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.operator.role not in STAFF:
            raise InvalidInput("staff are tellers, supervisors and auditors")

    @classmethod
    def admission(cls, id: str, operator: Operator, *, by: Session, at_s: int) -> "StaffChange":
        """Return an open admission, signed by the session's operator as its maker."""
        return cls._made(id, StaffChangeKind.ADMIT, operator, by=by, at_s=at_s)

    @classmethod
    def dismissal(cls, id: str, operator: Operator, *, reason: str, by: Session, at_s: int) -> "StaffChange":
        """Return a dismissal, signed by the session's operator: one person is enough to take access away."""
        made = cls._made(id, StaffChangeKind.DISMISS, operator, by=by, at_s=at_s)
        return replace(made, state=ProposalState.APPROVED, reason=reason)

    @classmethod
    def _made(cls, id: str, kind: StaffChangeKind, operator: Operator, *, by: Session, at_s: int) -> "StaffChange":
        made = cls(id=id, kind=kind, operator=operator, proposed_by=by.operator.id, proposed_at_s=at_s, signature=b"")
        return replace(made, signature=by.sign(made._message(by.operator.id, Part.MAKER, at_s)))

    def approved(self, *, by: Session, at_s: int) -> "StaffChange":
        """Return an admission signed by the session's operator as its checker, never at a time before it was made."""
        at_s = max(at_s, self.proposed_at_s)
        return replace(
            self,
            state=ProposalState.APPROVED,
            decided_by=by.operator.id,
            decided_at_s=at_s,
            decided_signature=by.sign(self._message(by.operator.id, Part.CHECKER, at_s)),
        )

    def ended(self, state: ProposalState, *, by: str, at_s: int, reason: str) -> "StaffChange":
        """Return it refused or withdrawn; a second signature that it carried no longer counts."""
        return replace(self, state=state, decided_by=by, decided_at_s=at_s, decided_signature=b"", reason=reason)

    @property
    def signed(self) -> tuple[tuple[str, int], ...]:
        """Who must have signed it, and when each says they did: two for an admission, one for a dismissal.

        Raises IntegrityError for an admission that is not decided by a second person, and for a dismissal of oneself.
        """
        maker = (self.proposed_by, self.proposed_at_s)
        if self.kind is StaffChangeKind.DISMISS:
            if self.proposed_by == self.operator.id:
                raise IntegrityError("nobody dismisses themself", change=self.id)
            return (maker,)
        if self.decided_by in ("", self.proposed_by) or self.decided_at_s is None:
            raise IntegrityError("staff is admitted by two different people", change=self.id)
        return (maker, (self.decided_by, self.decided_at_s))

    def verify_proposer(self, public_key: bytes) -> None:
        """Raise IntegrityError unless this key signed this very change as its maker."""
        self._verify(public_key, self.signature, self._message(self.proposed_by, Part.MAKER, self.proposed_at_s))

    def verify(self, *keys: bytes) -> None:
        """Raise IntegrityError unless those of `signed`, whose keys these are in its order, signed this very change."""
        people = self.signed
        if len(keys) != len(people) or len(set(keys)) < len(keys):
            raise IntegrityError("a change of the staff is not signed by who must sign it", change=self.id)
        self.verify_proposer(keys[0])
        for key, (checker, at_s) in zip(keys[1:], people[1:], strict=True):
            self._verify(key, self.decided_signature, self._message(checker, Part.CHECKER, at_s))

    def _message(self, by: str, part: Part, at_s: int) -> bytes:
        it = self.operator
        person = [it.id, it.name, it.role.value, it.branch, it.public_key.hex()]
        return canonical_bytes([_DOMAIN, self.id, self.kind.value, *person, by, part.value, at_s])

    def _verify(self, public_key: bytes, signature: bytes, message: bytes) -> None:
        if not is_signed(message, signature, public_key=public_key):
            raise IntegrityError("a change of the staff is not signed by who must sign it", change=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerTold:
    """What a signer was told: `changes` are in its rules now, `left_out` are not, each with why."""

    changes: tuple[StaffChange, ...]
    left_out: tuple[tuple[StaffChange, str], ...]
