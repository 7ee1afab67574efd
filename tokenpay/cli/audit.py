"""Follow every audit stream from its start and read it, sign and send heads, export records, archive what is old."""

from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_limit, add_noun, add_verb, day, position
from tokenpay.cli.desk import engine, signed_in
from tokenpay.cli.output import Answer
from tokenpay.errors import InvalidInput

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers

KEY_BYTES = 32
_MOST_BYTES = 64 * 2**20


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "audit", "verify, show, sign, export and archive the audit streams")
    following = "follow every stream and show its head, also against heads that were kept elsewhere"
    verifying = add_verb(verbs, "verify", verify, following, operator=True)
    verifying.add_argument(
        "--archive", type=Path, action="append", default=[], metavar="FILE",
        help="follow this archive too; may be repeated",
    )  # fmt: skip
    verifying.add_argument(
        "--head", type=Path, action="append", default=[], metavar="FILE",
        help="meet the signed heads in this file, or in every file of this folder; may be repeated",
    )  # fmt: skip
    verifying.add_argument("--key", type=public_key, metavar="HEX", help="the bank's head key, as you know it")
    add_verb(verbs, "sign", sign, "sign the heads of all streams now and send them (as the engine)")
    showing = add_verb(
        verbs, "show", show, "show records of a stream, and what people typed beside them", operator=True
    )
    showing.add_argument("--stream", required=True, help="a branch, or engine")
    showing.add_argument(
        "--after-seq", type=position, default=0, metavar="N", help="records after this number (default: 0)"
    )
    add_limit(showing)
    exporting = add_verb(verbs, "export", export, "write records with their proofs to a new file", operator=True)
    exporting.add_argument("path", type=Path, metavar="FILE")
    exporting.add_argument("--stream", required=True, help="a branch, or engine")
    exporting.add_argument("--first", type=int, default=1, metavar="N", help="the first record (default: 1)")
    exporting.add_argument("--last", type=int, metavar="N", help="the last (default: all under the newest head)")
    exporting.add_argument("--texts", type=Path, metavar="FILE", help="write what people typed to this new file, apart")
    checking = add_verb(verbs, "check", check, "check an exported file with the bank's public key, without a bank")
    checking.add_argument("path", type=Path, metavar="FILE")
    checking.add_argument("--key", type=public_key, required=True, metavar="HEX", help="the bank's head key")
    checking.add_argument("--texts", type=Path, metavar="FILE", help="check this file of what people typed too")
    moving = "move a stream's old records from the database to a new file, as the owner of the tables"
    archiving = add_verb(verbs, "archive", archive, moving, operator=True)
    archiving.add_argument("path", type=Path, metavar="FILE")
    archiving.add_argument("--stream", required=True, help="a branch, or engine")
    archiving.add_argument("--before", type=day, required=True, metavar="YYYY-MM-DD", help="of before this day, in UTC")


def public_key(text: str) -> bytes:
    """Read a public key of 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ArgumentTypeError("a head key is 64 hexadecimal digits")
    return key


def archive(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        made = tp.archive_audit(bank, args.path, stream=args.stream, before_s=args.before, by=by)
    return Answer(content=_content(args.path, made))


def sign(args: Namespace) -> Answer:
    with engine(args, signer=True) as (bank, by):
        signed = tp.sign_heads(bank, by=by, at_once=True)
        sent = tp.send_heads(bank, by=by, at_once=True)
    heads = [each.fields() for each in signed]
    return Answer(content={"heads": heads, "sent": sent.sent, "troubles": list(sent.troubles)})


def export(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        span = {"first": args.first, "last": args.last}
        made = tp.export_audit(bank, args.path, stream=args.stream, texts=args.texts, by=by, **span)
    return Answer(content=_exported(args.path, made))


def check(args: Namespace) -> Answer:
    return Answer(content=_exported(args.path, tp.verify_audit_export(args.path, key=args.key, texts=args.texts)))


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        found = tp.read_audit(bank, stream=args.stream, after_seq=args.after_seq, limit=args.limit, by=by)
    return Answer(content={"records": [_told(each) for each in found]})


def verify(args: Namespace) -> Answer:
    from tokenpay.audit.merkle import heads_root

    outside = [step for path in args.head for step in read_heads(path)]
    with signed_in(args) as (bank, by):
        heads = tp.verify_audit(bank, by=by, heads=outside, archives=args.archive, key=args.key)
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
            "heads": sum(step.signed.head.stream == head.stream for step in outside),
        }
        for head in heads
    ]
    return Answer(content={"streams": streams, "root": heads_root(heads), "archives": archives})


def read_heads(path: Path) -> list[tp.HeadStep]:
    """Return the heads that stand in a file, or in the files of a folder."""
    try:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if sum(file.stat().st_size for file in files) > _MOST_BYTES:
            raise InvalidInput("these are more heads than fit", file=path.name)
        found = [step for file in files for step in tp.read_heads(file.read_text("ascii"))]
    except OSError as error:
        raise InvalidInput(f"the file cannot be read: {error.strerror}", file=path.name) from None
    except ValueError:  # no text, or no name of a file
        raise InvalidInput("this is no signed head of an audit stream", file=path.name) from None
    if not found:  # else what was named to be met with the books would be met with nothing, and pass
        raise InvalidInput("there is no signed head here", file=path.name)
    return found


def _told(told: tp.ToldRecord) -> dict[str, object]:
    record = told.record
    texts = [{"name": it.name, "text": it.text, "erased_at_s": it.erased_at_s} for it in told.texts]
    said = {name: getattr(record, name) for name in ("seq", "at_s", "actor", "action", "subject", "details")}
    return {**said, "texts": texts}


def _exported(path: Path, made: tp.AuditExport) -> dict[str, object]:
    return {
        "file": path.name,
        "bank": made.head.bank,
        "stream": made.head.stream,
        "first": made.first,
        "last": made.last,
        "left_out": made.left_out,
        "size": made.head.size,
        "root": made.head.root,
        "signed_at_s": made.head.at_s,
        "heads": made.heads,
        "texts": made.texts,
    }


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
