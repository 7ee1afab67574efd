"""Take old audit records out of the database into a file, so that the stream is whole with it and without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from tokenpay.audit.archive import archive_lines, read_archive
from tokenpay.audit.record import AuditHead, AuditRecord, verify_stream
from tokenpay.bank import Bank
from tokenpay.errors import Conflict, IntegrityError, InvalidInput, StoreUnavailable, TokenpayError
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import Value
from tokenpay.primitives.new_file import new_file
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


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


def archive_audit(bank: Bank, path: Path, *, stream: str, before_s: int, by: Session) -> AuditArchive:
    """Move a stream's records of before `before_s` (Unix seconds) to a new file, and keep where the stream goes on.

    The stream is followed from its start first. The file is on the disk and followed again before a record leaves the
    database; a failure in between leaves both. The newest record always stays. Raises InvalidInput where nothing is
    that old, IntegrityError for a stream that is not whole, Conflict when the file is there or the stream was archived
    meanwhile, StoreUnavailable when the file cannot be written, and NotPermitted where this machine's database role may
    not remove records: only the owner of the tables may.
    """
    try:
        with new_file(path) as draft:
            with bank.store.read() as uow:
                authorize(uow, bank, by, Permission.CONTROL)
                start, end = _span(uow, stream, before_s)
                with draft.open("w", encoding="ascii") as file:
                    file.writelines(f"{line}\n" for line in archive_lines(start, _up_to(uow, start, end)))
            archive = _followed(draft)
            if (archive.start, archive.end) != (start, end):
                raise IntegrityError("the archive does not hold what was written to it", file=path.name)
    except FileExistsError:
        raise Conflict("there is a file of that name already", file=path.name) from None
    except OSError as error:
        raise StoreUnavailable(f"the file cannot be written: {error.strerror}", file=path.name) from None
    try:
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.CONTROL)
            uow.audit.archive(start, end)
            details: dict[str, Value] = {"after": start.seq, "up_to": end.seq, "sha256": archive.sha256}
            record(uow, bank, operator, "audit.archived", stream, details, stream=stream)
    except StoreUnavailable:
        raise  # perhaps it is done: the file may be all that is left
    except TokenpayError:
        path.unlink()
        raise
    return archive


def verify_archive(bank: Bank, path: Path, *, by: Session) -> AuditArchive:
    """Follow an archive record by record and find both its ends in the database.

    Raises InvalidInput for a file that cannot be read or is no archive, IntegrityError where a record was changed, is
    missing, or was cut off at the end.
    """
    try:
        archive = _followed(path)
    except OSError as error:
        raise InvalidInput(f"the file cannot be read: {error.strerror}", file=path.name) from None
    except ValueError:  # no text, or no name of a file
        raise InvalidInput("the file is no audit archive", file=path.name) from None
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        kept = [AuditHead(stream=archive.end.stream), *uow.audit.archived(archive.end.stream)]
    if archive.start not in kept or archive.end not in kept or archive.start == archive.end:
        raise IntegrityError("the archive is no part of this bank's audit", stream=archive.end.stream)
    return archive


def _span(uow: UnitOfWork, stream: str, before_s: int) -> tuple[AuditHead, AuditHead]:
    """Return the heads between which the records to archive lie, once the whole stream was followed."""
    heads = {head.stream: head for head in uow.audit.whole_heads()}
    start = end = uow.audit.start(stream)
    for line in uow.audit.records(stream, after_seq=start.seq):
        if line.at_s >= before_s or line.seq == heads[stream].seq:
            break
        end = line.head()
    if end == start:
        raise InvalidInput("no record of that stream is that old", stream=stream)
    return start, end


def _up_to(uow: UnitOfWork, start: AuditHead, end: AuditHead) -> Iterator[AuditRecord]:
    for line in uow.audit.records(start.stream, after_seq=start.seq):
        if line.seq > end.seq:
            return
        yield line


def _followed(path: Path) -> AuditArchive:
    with path.open("r", encoding="ascii", newline="\n") as file:
        start, lines = read_archive(file)
        end = verify_stream(lines, start)
    with path.open("rb") as data:
        return AuditArchive(start=start, end=end, sha256=file_digest(data, "sha256").hexdigest())
