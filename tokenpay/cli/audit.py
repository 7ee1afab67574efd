"""Follow every audit stream from its start."""

from argparse import Namespace
from typing import TYPE_CHECKING

from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "audit", "verify the audit streams")
    add_verb(verbs, "verify", verify, "follow every stream and show its head: worth keeping elsewhere", operator=True)


def verify(args: Namespace) -> Answer:
    from tokenpay.audit.merkle import heads_root
    from tokenpay.operations.verify_audit import verify_audit

    with signed_in(args) as (bank, by):
        heads = verify_audit(bank, by=by)
    streams = [{"stream": head.stream, "records": head.seq, "at_s": head.at_s, "hash": head.hash} for head in heads]
    return Answer(content={"streams": streams, "root": heads_root(heads)})
