"""Records that leave to be shown to somebody: each with its proof, under heads that only the bank can have signed.

The file is read with the bank's public key and nothing else. Lines of canonical JSON: what it is; the signed heads of
the stream, the last of which covers every record that follows; then each record with its inclusion proof (RFC 6962).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tokenpay.audit.archive import read_record, record_fields
from tokenpay.audit.proofs import verify_inclusion
from tokenpay.audit.record import AuditRecord
from tokenpay.audit.signed_head import HeadStep, StreamHead, read_step, verify_heads
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.canonical import Value, canonical_text
from tokenpay.primitives.strict_json import read_json

_FORMAT = "tokenpay/audit-export/1"
_MOST_CHARACTERS = 2**20
_FIELDS = {"format", "bank", "stream", "heads", "first", "last"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExport:
    """What was proved of a file: records `first` to `last` of a stream, as they stood under `head`.

    `texts` is how many texts beside them a file of their own proves, where there is one.
    """

    head: StreamHead
    first: int
    last: int
    heads: int
    texts: int = 0

    @property
    def left_out(self) -> int:
        """How many records stand under the head and not in the file: before the first, and after the last."""
        return self.head.size - (self.last - self.first + 1)


def export_lines(
    steps: Sequence[HeadStep], records: Iterable[tuple[AuditRecord, Sequence[bytes]]], *, first: int, last: int
) -> Iterator[str]:
    """Yield the lines of an export: `steps` are the heads of one stream, `records` each with its inclusion proof."""
    head = steps[-1].signed.head
    said: dict[str, Value] = {
        "bank": head.bank,
        "stream": head.stream,
        "heads": len(steps),
        "first": first,
        "last": last,
    }
    yield canonical_text({"format": _FORMAT, **said})
    for step in steps:
        yield step.text()
    for record, proof in records:
        yield canonical_text({"record": record_fields(record), "proof": [node.hex() for node in proof]})


def verify_export(
    lines: Iterable[str], key: bytes, told: Callable[[AuditRecord], None] = lambda _: None
) -> AuditExport:
    """Return what an export proves: each record stands under the last head, and the heads only ever grew.

    `told` is called with each record once it is proved.

    `key` is the bank's public key for heads, from elsewhere than the file. Records of a file are read one at a time.
    Raises InvalidInput for what is no export, IntegrityError with `seq` for a record that is not as it was signed.
    """
    lines = iter(lines)
    said = _header(next(lines, ""))
    steps = [read_step(next(lines, "").rstrip("\n")) for _ in range(said["heads"])]
    heads = verify_heads(steps, key)
    head = heads[-1] if heads else None
    if (
        head is None
        or head != steps[-1].signed.head
        or any((each.bank, each.stream) != (said["bank"], said["stream"]) for each in heads)
    ):
        raise IntegrityError("an export's heads are not those of its stream", stream=said["stream"])
    number = said["first"] - 1
    for line in lines:
        record, proof = _record(line)
        number += 1
        if (record.stream, record.seq) != (head.stream, number) or not record.is_whole():
            raise IntegrityError("an exported record is not as it was written", stream=head.stream, seq=number)
        verify_inclusion(record.hash, index=number - 1, proof=proof, head=head.tree())
        told(record)
    if number != said["last"]:
        raise IntegrityError("exported records are cut off", stream=head.stream, seq=number + 1)
    return AuditExport(head=head, first=said["first"], last=number, heads=len(heads))


def _header(line: str) -> dict[str, Any]:
    found = _read(line, depth=1)
    if found.keys() != _FIELDS or found["format"] != _FORMAT:
        raise InvalidInput("the file is no audit export")
    numbers = [found[name] for name in ("heads", "first", "last")]
    if any(type(number) is not int or number < 1 for number in numbers) or found["last"] < found["first"]:
        raise InvalidInput("the file is no audit export")
    if type(found["bank"]) is not str or type(found["stream"]) is not str:
        raise InvalidInput("the file is no audit export")
    return found


def _record(line: str) -> tuple[AuditRecord, list[bytes]]:
    try:
        found = _read(line, depth=3)
        if found.keys() != {"record", "proof"}:
            raise ValueError
        return read_record(found["record"]), [bytes.fromhex(node) for node in found["proof"]]
    except (InvalidInput, TypeError, ValueError):
        raise IntegrityError("an exported record is not as it was written") from None


def _read(line: str, *, depth: int) -> dict[str, Any]:
    try:
        found = read_json(line.rstrip("\n"), max_characters=_MOST_CHARACTERS, max_depth=depth)
    except InvalidInput:
        raise InvalidInput("the file is no audit export") from None
    if not isinstance(found, dict) or not _is_canonical(found, line.rstrip("\n")):
        raise InvalidInput("the file is no audit export")
    return found


def _is_canonical(found: dict[str, Any], line: str) -> bool:
    """Tell whether a line is written in the one way in which the bank writes it: an export has one form."""
    try:
        return canonical_text(found) == line
    except TypeError:
        return False
