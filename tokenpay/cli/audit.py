"""Follow every audit stream from its start, and archive what is old."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.deny import day
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "audit", "verify and archive the audit streams")
    following = "follow every stream and show its head: worth keeping elsewhere"
    verifying = add_verb(verbs, "verify", verify, following, operator=True)
    verifying.add_argument(
        "--archive",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="follow this archive too; may be repeated",
    )
    moving = "move a stream's old records from the database to a new file, as the owner of the tables"
    archiving = add_verb(verbs, "archive", archive, moving, operator=True)
    archiving.add_argument("path", type=Path, metavar="FILE")
    archiving.add_argument("--stream", required=True, help="a branch, or engine")
    archiving.add_argument("--before", type=day, required=True, metavar="YYYY-MM-DD", help="of before this day, in UTC")


def archive(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        made = tp.archive_audit(bank, args.path, stream=args.stream, before_s=args.before, by=by)
    return Answer(content=_content(args.path, made))


def verify(args: Namespace) -> Answer:
    from tokenpay.audit.merkle import heads_root

    with signed_in(args) as (bank, by):
        heads = tp.verify_audit(bank, by=by)
        archives = [_content(path, tp.verify_archive(bank, path, by=by)) for path in args.archive]
        with bank.store.read() as uow:
            archived = {head.stream: uow.audit.start(head.stream).seq for head in heads}
    streams = [
        {
            "stream": head.stream,
            "records": head.seq,
            "archived": archived[head.stream],
            "at_s": head.at_s,
            "hash": head.hash,
        }
        for head in heads
    ]
    return Answer(content={"streams": streams, "root": heads_root(heads), "archives": archives})


def _content(path: Path, archive: tp.AuditArchive) -> dict[str, object]:
    return {
        "file": path.name,
        "stream": archive.end.stream,
        "after": archive.start.seq,
        "up_to": archive.end.seq,
        "records": archive.records,
        "hash": archive.end.hash,
        "sha256": archive.sha256,
    }
