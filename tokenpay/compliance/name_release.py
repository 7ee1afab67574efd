"""Two people's word that somebody is not the one on a list whom their name may mean: both sign exactly this."""

from dataclasses import dataclass, replace

from tokenpay.compliance.approval import Part
from tokenpay.compliance.name_hit import NameHit
from tokenpay.compliance.name_verdict import NamedParty
from tokenpay.errors import IntegrityError
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import canonical_bytes
from tokenpay.primitives.ed25519 import is_signed

_DOMAIN = "tokenpay/name-release/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRelease:
    """It is of these names of this party, and of the entry with this content: of any other it says nothing.

    Both signatures are Ed25519 (RFC 8032). Until a second person has confirmed it, it lets nothing go.
    """

    id: str
    party: NamedParty
    list_name: str
    entry_id: str
    content: str
    reason: str
    asked_by: str
    asked_at_s: int
    signature: bytes
    confirmed_by: str = ""
    confirmed_at_s: int | None = None
    confirmed_signature: bytes = b""

    @classmethod
    def asked(cls, id: str, party: NamedParty, hit: NameHit, *, reason: str, by: Session, at_s: int) -> "NameRelease":
        """Return the first person's word on a hit, signed as its maker."""
        unsigned = cls(
            id=id,
            party=party,
            list_name=hit.list_name,
            entry_id=hit.entry_id,
            content=hit.content,
            reason=reason,
            asked_by=by.operator.id,
            asked_at_s=at_s,
            signature=b"",
        )
        return replace(unsigned, signature=by.sign(unsigned._message(by.operator.id, Part.MAKER, at_s)))

    @property
    def hit(self) -> tuple[str, str, str]:
        """What it lets go: the list, its entry, and the entry's content."""
        return self.list_name, self.entry_id, self.content

    def confirmed(self, *, by: Session, at_s: int) -> "NameRelease":
        """Return it signed by the session's operator as its checker, never at a time before it was asked."""
        at_s = max(at_s, self.asked_at_s)
        signature = by.sign(self._message(by.operator.id, Part.CHECKER, at_s))
        return replace(self, confirmed_by=by.operator.id, confirmed_at_s=at_s, confirmed_signature=signature)

    def verify_asker(self, public_key: bytes) -> None:
        """Raise IntegrityError unless this key signed this very release as its maker."""
        self._verify(public_key, self.signature, self._message(self.asked_by, Part.MAKER, self.asked_at_s))

    def verify(self, asker_key: bytes, checker_key: bytes) -> None:
        """Raise IntegrityError unless two different people's keys signed this very release."""
        self.verify_asker(asker_key)
        if self.confirmed_by in ("", self.asked_by) or asker_key == checker_key or self.confirmed_at_s is None:
            raise IntegrityError("a hit is released by two people", release=self.id)
        message = self._message(self.confirmed_by, Part.CHECKER, self.confirmed_at_s)
        self._verify(checker_key, self.confirmed_signature, message)

    def _message(self, operator_id: str, part: Part, at_s: int) -> bytes:
        said = [self.id, self.party.id, self.party.mark, self.list_name, self.entry_id, self.content]
        return canonical_bytes([_DOMAIN, *said, operator_id, part.value, at_s])

    def _verify(self, public_key: bytes, signature: bytes, message: bytes) -> None:
        if not is_signed(message, signature, public_key=public_key):
            raise IntegrityError("a release does not carry the signatures of its two people", release=self.id)
