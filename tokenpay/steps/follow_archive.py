"""An archive of audit records, followed to its end: from its file, with all that is known of its stream."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import file_digest
from itertools import islice
from pathlib import Path

from tokenpay.audit.archive import AuditArchive, read_archive
from tokenpay.audit.follow import COLUMNS, Row, StreamFollower, verify_rows
from tokenpay.audit.record import AuditHead, AuditRecord
from tokenpay.audit.signed_head import StreamHead
from tokenpay.audit.tree import Frontier
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.store.unit_of_work import UnitOfWork

_AT_ONCE = 1_024


def follow_archive(
    path: Path, frontier: Frontier | None = None, marks: Iterable[StreamHead] = ()
) -> tuple[AuditArchive, StreamFollower]:
    """Return what an archive holds once its records lead to its end, and what was seen on the way there.

    `frontier` is that of the stream where the archive begins; `marks` are heads of its records. Raises OSError,
    ValueError where the file is no text, InvalidInput for what is no archive, IntegrityError.
    """
    with path.open("r", encoding="ascii", newline="\n") as file:
        start, records = read_archive(file)
        found = verify_rows(_rows(records, start.stream), StreamFollower(start, frontier), marks)
    with path.open("rb") as data:
        digest = file_digest(data, "sha256").hexdigest()
    return AuditArchive(start=start, end=found.head, sha256=digest), found


def verify_own_archive(
    uow: UnitOfWork, path: Path, heads: Iterable[StreamHead] = ()
) -> tuple[AuditArchive, StreamFollower]:
    """Return what an archive holds once it is proved to be this bank's, and what was seen of its records.

    `heads` are met that stand in it. Raises InvalidInput for a file that cannot be read or is no archive, and
    IntegrityError.
    """
    try:
        with path.open("r", encoding="ascii", newline="\n") as file:
            start, _ = read_archive(file)
        marks = [head for head in heads if head.stream == start.stream and head.size > start.seq]
        end = next((end for end in uow.audit.archived(start.stream) if end.seq > start.seq), start)
        marks = [head for head in marks if head.size <= end.seq]
        archive, found = follow_archive(path, uow.audit.frontier(start), marks)
    except OSError as error:
        raise InvalidInput(f"the file cannot be read: {error.strerror}", file=path.name) from None
    except ValueError:  # no text, or no name of a file
        raise InvalidInput("the file is no audit archive", file=path.name) from None
    kept = [AuditHead(stream=archive.end.stream), *uow.audit.archived(archive.end.stream)]
    if archive.start not in kept or archive.end not in kept or archive.start == archive.end:
        raise IntegrityError("the archive is no part of this bank's audit", stream=archive.end.stream)
    known = uow.audit.frontier(archive.end)
    if None not in (known, found.frontier) and known != found.frontier:
        raise IntegrityError("the archive's records make another tree than its stream says", stream=archive.end.stream)
    return archive, found


def _rows(records: Iterator[AuditRecord], stream: str) -> Iterator[Sequence[Row]]:
    while some := list(islice(records, _AT_ONCE)):
        if any(record.stream != stream for record in some):
            raise IntegrityError("an audit record is missing or out of order", stream=stream)
        yield [tuple(getattr(record, name) for name in COLUMNS) for record in some]
