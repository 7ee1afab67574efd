"""One line of an audit stream, chained by hash to the line before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from tokenpay.errors import IntegrityError
from tokenpay.primitives.canonical import Value, canonical_bytes, canonical_text

DOMAIN = "tokenpay/audit/1"
CLOCK_ACCEPTED = "clock.accepted"
"""The one action whose record may stand before the record it follows: people found that the clock had run ahead."""
ARCHIVED = "audit.archived"
"""The action whose record tells, in the stream itself, that older records were moved to a file: which, and its hash."""
LIST_LOADED = "list.loaded"
"""The action whose record holds a digest of what stands on a screening list since."""
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """Where a stream stands: the number and hash of its last record, and its time in Unix seconds."""

    stream: str
    seq: int = 0
    hash: bytes = GENESIS
    at_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """`actor` did `action` to `subject` at `at_s`; `details` is canonical JSON without personal data."""

    stream: str
    seq: int
    at_s: int
    actor: str
    action: str
    subject: str
    details: str
    previous: bytes
    hash: bytes

    @classmethod
    def after(
        cls, head: AuditHead, *, at_s: int, actor: str, action: str, subject: str, details: Value
    ) -> "AuditRecord":
        """Return the record that follows `head`; its time runs behind the head's only where people accept the clock."""
        text = canonical_text(details)
        at_s = at_s if action == CLOCK_ACCEPTED else max(at_s, head.at_s)
        return cls(
            stream=head.stream,
            seq=head.seq + 1,
            at_s=at_s,
            actor=actor,
            action=action,
            subject=subject,
            details=text,
            previous=head.hash,
            hash=_hash(head.stream, head.seq + 1, at_s, actor, action, subject, text, head.hash),
        )

    def head(self) -> AuditHead:
        """Return the stream's head as it stands after this record."""
        return AuditHead(stream=self.stream, seq=self.seq, hash=self.hash, at_s=self.at_s)

    def is_whole(self) -> bool:
        """Tell whether the stored hash is the hash of what the record says."""
        try:
            return self.hash == _hash(
                self.stream, self.seq, self.at_s, self.actor, self.action, self.subject, self.details, self.previous
            )
        except (TypeError, AttributeError):  # it was read from where something of another type had been put
            return False


def _hash(
    stream: str, seq: int, at_s: int, actor: str, action: str, subject: str, details: str, previous: bytes
) -> bytes:
    content: list[Value] = [DOMAIN, stream, seq, at_s, actor, action, subject, details, previous.hex()]
    return sha256(canonical_bytes(content)).digest()


def verify_stream(records: Iterable[AuditRecord], start: AuditHead) -> AuditHead:
    """Follow a stream from `start` and return its head; raises IntegrityError at the first broken record."""
    head = start
    for record in records:
        if record.stream != head.stream or record.seq != head.seq + 1:
            raise IntegrityError("an audit record is missing or out of order", stream=head.stream, seq=head.seq + 1)
        if not record.is_whole():
            raise IntegrityError("an audit record was changed", stream=head.stream, seq=record.seq)
        if record.previous != head.hash:
            first = max(head.seq, 1)
            message = "an audit record follows another than the one before it: one of the two was written anew"
            raise IntegrityError(message, stream=head.stream, seq=first, up_to=record.seq)
        if record.at_s < head.at_s and record.action != CLOCK_ACCEPTED:
            raise IntegrityError("an audit record was changed", stream=head.stream, seq=record.seq)
        head = record.head()
    return head
