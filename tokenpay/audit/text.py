"""What a person typed beside an act: it stands outside the stream, whose record carries a salted hash of it.

A hash is over 32 random bytes and the text: who has both proves the text, and once the two are gone it tells nothing to
who tries words. What stands and what is gone is checked against the records, which cannot be changed unseen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from tokenpay.audit.record import AuditHead
from tokenpay.errors import IntegrityError
from tokenpay.primitives.canonical import Value, canonical_bytes, parse_canonical

SALT_BYTES = 32
TEXTS = "texts"
"""Where details name hashes: by name those of the record's own texts, in a list those that its act erased."""
MARK = f'"{TEXTS}":'
"""Details without this name none."""
_DOMAIN = "tokenpay/audit-text/1"

Teller = tuple[str, int, str]
"""A record that tells of texts: its stream, number and details."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditText:
    """`name` says what it is of the record `seq` in `stream`, such as its reason; `hash` is hexadecimal.

    `customer_id` is whom it is about, None where it is about no customer. Text and salt go together, at `erased_at_s`.
    """

    hash: str
    stream: str
    seq: int
    name: str
    customer_id: str | None
    at_s: int
    salt: bytes | None
    text: str | None
    erased_at_s: int | None = None

    def is_whole(self) -> bool:
        """Tell whether it is erased as it should be, or the very text that its hash was made of."""
        if self.erased_at_s is not None or self.salt is None or self.text is None:
            return self.erased_at_s is not None and self.salt is None and self.text is None
        return text_hash(self.text, self.salt) == self.hash


def text_hash(text: str, salt: bytes) -> str:
    """Return the salted hash by which a record refers to a text, in hexadecimal."""
    return sha256(salt + canonical_bytes([_DOMAIN, text])).hexdigest()


def told_texts(details: str) -> dict[str, str]:
    """Return the hashes of the texts that a record's details name, by what each is of the record."""
    found = _told(details)
    if not isinstance(found, dict):
        return {}
    return {name: digest for name, digest in found.items() if isinstance(digest, str)}


def told_erased(details: str) -> list[str]:
    """Return the hashes of the texts that a record's act erased."""
    found = _told(details)
    return [digest for digest in found if isinstance(digest, str)] if isinstance(found, list) else []


def verify_texts(
    tellers: Iterable[Teller], texts: Iterable[AuditText], unread: Mapping[str, AuditHead] | None = None
) -> None:
    """Raise IntegrityError at a text that is not the one its record was written with, or is gone without a record.

    `unread` says, by stream, up to where records stand in archives that were not read: of texts of theirs only the
    hash is checked, and what was erased before such an archive ended may be told of in it.
    """
    unread = unread or {}
    standing: dict[str, tuple[str, int, str]] = {}
    erased: set[str] = set()
    for stream, seq, details in tellers:
        standing.update({digest: (stream, seq, name) for name, digest in told_texts(details).items()})
        erased.update(told_erased(details))
    for text in texts:
        place = (text.stream, text.seq, text.name)
        expected = standing.pop(text.hash, None)
        hidden = text.stream in unread and text.seq <= unread[text.stream].seq
        if expected not in (None, place):
            raise IntegrityError("an audit text stands with another record than its own", **_where(*expected))
        if expected is None and not hidden:
            raise IntegrityError("an audit text stands that no record was written with", **_where(*place))
        _check(text, told=text.hash in erased, unread=unread)
    for stream, seq, name in standing.values():
        raise IntegrityError("an audit text is gone", **_where(stream, seq, name))


def _check(text: AuditText, *, told: bool, unread: Mapping[str, AuditHead]) -> None:
    where = _where(text.stream, text.seq, text.name)
    if not text.is_whole():
        raise IntegrityError("an audit text was changed", **where)
    at_s = text.erased_at_s
    if at_s is None and told:
        raise IntegrityError("an audit text stands that was erased", **where)
    if at_s is not None and not told and all(head.at_s < at_s for head in unread.values()):
        raise IntegrityError("an audit text was erased, and no record says so", **where)


def _where(stream: str, seq: int, name: str) -> dict[str, str | int]:
    return {"stream": stream, "seq": seq, "text": name}


def _told(details: str) -> Value:
    found = parse_canonical(details)
    return found.get(TEXTS) if isinstance(found, dict) else None
