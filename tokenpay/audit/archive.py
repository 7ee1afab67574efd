"""Audit records outside the database: a text file that is as hard to change unseen as the stream it came from."""

from collections.abc import Iterable, Iterator
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


def archive_lines(start: AuditHead, records: Iterable[AuditRecord]) -> Iterator[str]:
    """Yield the lines of an archive, canonical JSON: the head that its first record follows, then each record."""
    yield canonical_text({"format": _FORMAT, **_head(start)})
    for record in records:
        yield canonical_text({**{name: getattr(record, name) for name in _FIELDS - _HASHES}, **_hashes(record)})


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
        if not isinstance(found, dict) or found.keys() != set(names) or canonical_text(found) != text:
            raise InvalidInput("written otherwise")
        for name, value in found.items():
            if type(value) is not (int if name in _NUMBERS else str):
                raise InvalidInput("written otherwise")
        hashes = {name: bytes.fromhex(found[name]) for name in _HASHES & found.keys()}
        if any(found[name] != value.hex() for name, value in hashes.items()):
            raise InvalidInput("written otherwise")
        return found | hashes
    except (InvalidInput, TypeError, ValueError):
        raise IntegrityError("an archived audit record is not as it was written") from None
