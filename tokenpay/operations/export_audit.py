"""Write records of a stream to a file that anybody can check who has the bank's public key."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tokenpay.audit.export import AuditExport, export_lines, verify_export
from tokenpay.audit.proofs import TreePass, inclusion_path
from tokenpay.audit.record import AuditRecord
from tokenpay.audit.signed_head import HeadStep
from tokenpay.audit.text import MARK, told_texts
from tokenpay.audit.text_export import text_lines, verify_text_lines
from tokenpay.bank import Bank
from tokenpay.errors import Conflict, IntegrityError, InvalidInput, StoreUnavailable
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.primitives.new_file import new_file
from tokenpay.steps.authorize import authorize
from tokenpay.steps.head_key import head_key
from tokenpay.store.unit_of_work import UnitOfWork

MOST_RECORDS = 100_000


def export_audit(
    bank: Bank,
    path: Path,
    *,
    stream: str,
    first: int = 1,
    last: int | None = None,
    texts: Path | None = None,
    by: Session,
) -> AuditExport:
    """Write records `first` to `last` (without it: up to the newest signed head) with their proofs to a new file.

    The file holds every signed head of the stream up to the one that covers the records, and is verified before it is
    there. What people typed beside those records goes to the new file `texts`, where one is named, and never to the
    first: the records can be shown without it. Raises InvalidInput for a range that no signed head covers, that stands
    in an archive, or of more than 100,000 records, IntegrityError, Conflict when a file is there, StoreUnavailable when
    it cannot be written.
    """
    try:
        with new_file(path) as draft:
            with bank.store.read() as uow:
                authorize(uow, bank, by, Permission.REPORT)
                key = head_key(uow)
                steps = _steps(uow, stream, last)
                last = last or steps[-1].signed.head.size
                if not 1 <= first <= last or last - first >= MOST_RECORDS:
                    raise InvalidInput(f"an export holds 1 to {MOST_RECORDS:,} records", stream=stream)
                proved = _proved(uow, steps[-1], first, last)
                _write(draft, export_lines(steps, proved, first=first, last=last))
                found = uow.audit_texts.within(stream, first=first, last=last)
            if texts is None:
                return _verified(draft, None, key)
            with new_file(texts) as beside:
                _write(beside, text_lines(stream, found))
                return _verified(draft, beside, key)
    except FileExistsError:
        raise Conflict("there is a file of that name already", file=path.name) from None
    except OSError as error:
        raise StoreUnavailable(f"the file cannot be written: {error.strerror}", file=path.name) from None


def verify_audit_export(path: Path, *, key: bytes, texts: Path | None = None) -> AuditExport:
    """Return what an exported file proves, with the bank's public key for heads (32 bytes) and no bank.

    `texts` is the file of what people typed, where it came too: each text is met with its record. Raises InvalidInput
    for a file that cannot be read or is no export, IntegrityError where anything in it is not as the bank signed it.
    """
    try:
        return _verified(path, texts, key)
    except OSError as error:
        raise InvalidInput(f"the file cannot be read: {error.strerror}", file=path.name) from None
    except ValueError:  # no text, or no name of a file
        raise InvalidInput("the file is no audit export", file=path.name) from None


def _write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="ascii") as file:
        file.writelines(f"{line}\n" for line in lines)


def _verified(path: Path, texts: Path | None, key: bytes) -> AuditExport:
    told: dict[int, dict[str, str]] = {}

    def note(record: AuditRecord) -> None:
        if texts is not None and MARK in record.details:
            told[record.seq] = told_texts(record.details)

    with path.open("r", encoding="ascii", newline="\n") as file:
        found = verify_export(file, key, note)
    if texts is None:
        return found
    with texts.open("r", encoding="ascii", newline="\n") as file:
        return replace(found, texts=verify_text_lines(file, found.head.stream, told))


def _steps(uow: UnitOfWork, stream: str, last: int | None) -> list[HeadStep]:
    """Return the heads up to the first that covers the last record."""
    steps = uow.signed_heads.all([stream])
    covering = [step for step in steps if step.signed.head.size >= (last or 0)]
    if not covering:
        raise InvalidInput("no signed head covers these records: the engine signs one", stream=stream)
    end = covering[0 if last else -1].signed.head.size
    return [step for step in steps if step.signed.head.size <= end]


def _proved(uow: UnitOfWork, under: HeadStep, first: int, last: int) -> Iterator[tuple[AuditRecord, Sequence[bytes]]]:
    """Yield the records with their inclusion proofs, once all that stands under the head was read."""
    head = under.signed.head
    start = uow.audit.start(head.stream)
    frontier = uow.audit.frontier(start)
    if first <= start.seq or frontier is None:
        raise InvalidInput("these records stand in an archive, with their file", stream=head.stream)
    paths = [inclusion_path(number - 1, head.size) for number in range(first, last + 1)]
    read = TreePass((span for path in paths for span in path), frontier)
    for rows in uow.audit.rows(head.stream, after_seq=start.seq, up_to=head.size):
        for row in rows:
            read.add(row[-1])
    if read.size != head.size or read.frontier().head() != head.tree():
        raise IntegrityError("audit records are not those that a signed head was made of", stream=head.stream)
    for path, record in zip(paths, uow.audit.records(head.stream, after_seq=first - 1), strict=False):
        yield record, read.nodes(path)
