"""Take old audit records out of the database into a file, so that the stream is whole with it and without it."""

from collections.abc import Iterator
from pathlib import Path

from tokenpay.audit.archive import AuditArchive, archive_lines
from tokenpay.audit.record import AuditHead, AuditRecord
from tokenpay.bank import Bank
from tokenpay.errors import Conflict, IntegrityError, InvalidInput, StoreUnavailable, TokenpayError
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import Value
from tokenpay.primitives.new_file import new_file
from tokenpay.steps.authorize import authorize
from tokenpay.steps.follow_archive import follow_archive, verify_own_archive
from tokenpay.steps.record import record
from tokenpay.store.door import MAX_NUMBER
from tokenpay.store.unit_of_work import UnitOfWork


def archive_audit(bank: Bank, path: Path, *, stream: str, before_s: int, by: Session) -> AuditArchive:
    """Move a stream's records of before `before_s` (Unix seconds) to a new file, and keep where the stream goes on.

    The stream is followed from its start first. The file is on the disk and followed again before a record leaves the
    database; a failure in between leaves both. The newest record always stays, and so does what no signed head covers,
    where heads are signed: the next head is proved to go on from the last. Raises InvalidInput where nothing is that
    old, IntegrityError for a stream that is not whole, Conflict when the file is there or the stream was archived
    meanwhile, StoreUnavailable when the file cannot be written, and NotPermitted where this machine's database role may
    not remove records: only the owner of the tables may.
    """
    try:
        with new_file(path) as draft:
            with bank.store.read() as uow:
                authorize(uow, bank, by, Permission.CONTROL)
                start, end = _span(uow, stream, before_s)
                before = uow.audit.frontier(start)
                with draft.open("w", encoding="ascii") as file:
                    file.writelines(f"{line}\n" for line in archive_lines(start, _up_to(uow, start, end)))
            archive, read = follow_archive(draft, before)
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
            if read.frontier is not None:  # the tree grows on from here, and heads are signed of it
                details["nodes"] = read.frontier.joined().hex()
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
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        return verify_own_archive(uow, path)[0]


def _span(uow: UnitOfWork, stream: str, before_s: int) -> tuple[AuditHead, AuditHead]:
    """Return the heads between which the records to archive lie, once the whole stream was followed."""
    heads = {head.stream: head for head in uow.audit.whole_heads()}
    start = end = uow.audit.start(stream)
    signed = uow.signed_heads.newest().get(stream)
    last = min(heads[stream].seq - 1 if stream in heads else 0, signed.head.size if signed else MAX_NUMBER)
    for line in uow.audit.records(stream, after_seq=start.seq):
        if line.at_s >= before_s or line.seq > last:
            break
        end = line.head()
    if end == start:
        raise InvalidInput("no record of that stream that is that old stands under a signed head", stream=stream)
    return start, end


def _up_to(uow: UnitOfWork, start: AuditHead, end: AuditHead) -> Iterator[AuditRecord]:
    for line in uow.audit.records(start.stream, after_seq=start.seq):
        if line.seq > end.seq:
            return
        yield line
