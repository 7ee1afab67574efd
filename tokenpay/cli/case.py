"""What a person must look at: list, show, open and resolve cases."""

from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb, count
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer, plain
from tokenpay.compliance.case import CaseKind

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "case", "list, show, open, release and resolve what a person must look at")
    listing = add_verb(verbs, "list", list_, "list open cases, oldest first", operator=True)
    listing.add_argument("--all", action="store_true", help="resolved ones too")
    listing.add_argument("--newest", type=count, metavar="N", help="no more than so many, the last that were opened")
    showing = add_verb(verbs, "show", show, "show a case and the money that stands under it", operator=True)
    showing.add_argument("case", help="the case's id")
    opening = add_verb(verbs, "open", open_, "open a case", operator=True)
    opening.add_argument("--kind", choices=[kind.value for kind in CaseKind], default=CaseKind.OTHER.value)
    opening.add_argument("--subject", required=True, help="the payment, deposit, asset or chain that it is about")
    opening.add_argument("--note", required=True)
    releasing = add_verb(
        verbs, "release", release, "say that somebody is not the one on a list; another person confirms", operator=True
    )
    releasing.add_argument("case", help="the case's id")
    releasing.add_argument("--list", required=True, metavar="NAME", help="the list of the hit")
    releasing.add_argument("--entry", required=True, metavar="ID", help="the list's own id of the entry")
    releasing.add_argument("--reason", required=True, help="why it is another person")
    confirming = add_verb(verbs, "confirm", confirm, "confirm such a release as its second person", operator=True)
    confirming.add_argument("release", help="the release's id, as `case show` tells it")
    resolving = add_verb(verbs, "resolve", resolve, "close a case on which no money stands any more", operator=True)
    resolving.add_argument("case", help="the case's id")
    resolving.add_argument("--resolution", required=True, help="what was done")


def list_(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content={"cases": tp.list_cases(bank, by=by, open_only=not args.all, newest=args.newest)})


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        case = tp.get_case(bank, args.case, by=by)
        money, hits = tp.case_balances(bank, case.id, by=by), tp.case_hits(bank, case.id, by=by)
        return Answer(content={**plain(case), "balances": money, "hits": hits})


def open_(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        case = tp.open_case(bank, kind=CaseKind(args.kind), subject=args.subject, note=args.note, by=by)
    return Answer(content=plain(case))


def release(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asked = tp.release_hit(bank, args.case, list_name=args.list, entry_id=args.entry, reason=args.reason, by=by)
    return Answer(content=plain(asked))


def confirm(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.confirm_release(bank, args.release, by=by)))


def resolve(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.resolve_case(bank, args.case, resolution=args.resolution, by=by)))
