"""Follow every audit stream from its start to its head, and meet every head that was signed of it on the way."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from tokenpay.audit.archive import AuditArchive
from tokenpay.audit.follow import StreamFollower
from tokenpay.audit.record import AuditHead
from tokenpay.audit.signed_head import HeadStep, StreamHead, verify_heads
from tokenpay.audit.text import verify_texts
from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.follow_archive import verify_own_archive
from tokenpay.steps.follow_lists import verify_lists
from tokenpay.steps.head_key import head_key
from tokenpay.store.unit_of_work import UnitOfWork


def verify_audit(
    bank: Bank,
    *,
    by: Session,
    heads: Sequence[HeadStep] = (),
    archives: Sequence[Path] = (),
    key: bytes | None = None,
) -> list[AuditHead]:
    """Return the head of every stream, each followed record by record; raises IntegrityError where one is not whole.

    `heads` are signed heads that were kept outside the bank: whoever changed, removed, moved or cut off a record that
    one covers is found, also with every later hash written anew. `key` (32 bytes) is the bank's head key as the
    auditor knows it; without it the database's own word is taken for it. The heads that the database itself still
    holds are met too, which tells closer where a change begins. `archives` are followed with the rest. What people
    typed stands beside the streams: each text is met with the record that it was typed for, or that it was erased by.
    So is each screening list with the record of its loading, unless an archive that was not named may hold a later one.

    IntegrityError says which `stream`, and the first record (`seq`) and the last (`up_to`) that may be wrong. Raises
    InvalidInput for a head of another bank, or one that stands in an archive that was not named.
    """
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        marks = _proved(uow, [*heads, *uow.signed_heads.all()], key)
        read = list[tuple[AuditArchive, StreamFollower]]()
        for path in archives:
            read.append(verify_own_archive(uow, path, marks))
            archive, _ = read[-1]
            stream, spanned = archive.end.stream, range(archive.start.seq + 1, archive.end.seq + 1)
            marks = [mark for mark in marks if mark.stream != stream or mark.size not in spanned]
        starts = {found.stream: uow.audit.start(found.stream).seq for found in uow.audit.heads()}
        outside = {(step.signed.head.stream, step.signed.head.size) for step in heads}
        # The bank's own heads of what was archived are met with the archive alone; one from outside is never left out.
        marks = [
            mark
            for mark in marks
            if mark.size >= starts.get(mark.stream, 0) or (mark.stream, mark.size) in outside
        ]  # fmt: skip
        streams = uow.audit.follow(marks)
        unread = _unread(uow, [archive for archive, _ in read])
        followed = [*(each for _, each in read), *streams]
        verify_texts(chain.from_iterable(each.tellers for each in followed), uow.audit_texts.all(), unread)
        verify_lists(uow, chain.from_iterable(each.loadings for each in followed), whole=not unread)
        return [stream.head for stream in streams]


def _unread(uow: UnitOfWork, archives: Sequence[AuditArchive]) -> dict[str, AuditHead]:
    """Return by stream where it goes on in the database, of each that was archived and is not read from its start."""
    spans = {(archive.start.stream, archive.start.seq): archive.end.seq for archive in archives}
    unread = {}
    for head in uow.audit.heads():
        begins, reached = uow.audit.start(head.stream), 0
        while reached < begins.seq and (head.stream, reached) in spans:
            reached = spans[head.stream, reached]
        if reached < begins.seq:
            unread[head.stream] = begins
    return unread


def _proved(uow: UnitOfWork, steps: Sequence[HeadStep], key: bytes | None) -> list[StreamHead]:
    if not steps:
        return []
    key, name = key or head_key(uow), uow.facts.get("name")
    proved = verify_heads(steps, key)
    for head in proved:
        if head.bank != name:
            raise InvalidInput("a head is of another bank", stream=head.stream, size=head.size)
    return proved
