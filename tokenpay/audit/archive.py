"""Audit records outside the database: a text file that is as hard to change unseen as the stream it came from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tokenpay.audit.record import AuditHead, AuditRecord
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.canonical import Value, canonical_text
from tokenpay.primitives.strict_json import read_json

_FORMAT = "tokenpay/audit-archive/1"
_MOST_CHARACTERS = 2**20
_FIELDS = frozenset({"stream", "seq", "at_s", "actor", "action", "subject", "details", "previous", "hash"})
_NUMBERS = frozenset({"seq", "at_s"})
_HASHES = frozenset({"previous", "hash"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditArchive:
    """The records behind `start` up to `end`; `sha256` is that of the whole file, in hexadecimal."""

    start: AuditHead
    end: AuditHead
    sha256: str

    @property
    def records(self) -> int:
        """How many records the file holds."""
        return self.end.seq - self.start.seq


def archive_lines(start: AuditHead, records: Iterable[AuditRecord]) -> Iterator[str]:
    """Yield the lines of an archive, canonical JSON: the head that its first record follows, then each record."""
    yield canonical_text({"format": _FORMAT, **_head(start)})
    for record in records:
        yield canonical_text(record_fields(record))


def read_archive(lines: Iterable[str]) -> tuple[AuditHead, Iterator[AuditRecord]]:
    """Return the head that an archive's first record follows, and its records as they are read, none of them followed.

    Raises InvalidInput for what is no archive; the iterator raises IntegrityError for a line that nobody wrote so.
    """
    lines = iter(lines)
    try:
        first = _fields(next(lines, ""), {"format", "stream", "seq", "at_s", "hash"})
        if first.pop("format") != _FORMAT:
            raise IntegrityError("another format")
    except IntegrityError:
        raise InvalidInput("the file is no audit archive") from None
    return AuditHead(**first), (AuditRecord(**_fields(line, _FIELDS)) for line in lines)


def record_fields(record: AuditRecord) -> dict[str, Value]:
    """Return what a record says, by name, as it is written outside the database."""
    return {**{name: getattr(record, name) for name in _FIELDS - _HASHES}, **_hashes(record)}


def read_record(found: object) -> AuditRecord:
    """Return the record that these fields say; raises InvalidInput for fields of another kind."""
    return AuditRecord(**_checked(found, _FIELDS))


def _head(head: AuditHead) -> dict[str, Value]:
    return {"stream": head.stream, "seq": head.seq, "at_s": head.at_s, "hash": head.hash.hex()}


def _hashes(record: AuditRecord) -> dict[str, Value]:
    return {"previous": record.previous.hex(), "hash": record.hash.hex()}


def _fields(line: str, names: Iterable[str]) -> dict[str, Any]:
    """Read one line; what is not written exactly as `archive_lines` writes it is refused."""
    try:
        text = line[:-1]
        if line[-1:] != "\n":
            raise InvalidInput("cut off")
        found = read_json(text, max_characters=_MOST_CHARACTERS, max_depth=2)
        fields = _checked(found, names)
        if canonical_text(found) != text:  # type: ignore[arg-type]
            raise InvalidInput("written otherwise")
        return fields
    except (InvalidInput, TypeError, ValueError):
        raise IntegrityError("an archived audit record is not as it was written") from None


def _checked(found: object, names: Iterable[str]) -> dict[str, Any]:
    if not isinstance(found, dict) or found.keys() != set(names):
        raise InvalidInput("written otherwise")
    for name, value in found.items():
        if type(value) is not (int if name in _NUMBERS else str):
            raise InvalidInput("written otherwise")
    hashes = {name: bytes.fromhex(found[name]) for name in _HASHES & found.keys()}
    if any(found[name] != value.hex() for name, value in hashes.items()):
        raise InvalidInput("written otherwise")
    return found | hashes
