"""What a person must look at: list, show, open and resolve cases."""

from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer, plain
from tokenpay.compliance.case import CaseKind

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "case", "list, show, open and resolve what a person must look at")
    listing = add_verb(verbs, "list", list_, "list open cases, oldest first", operator=True)
    listing.add_argument("--all", action="store_true", help="resolved ones too")
    showing = add_verb(verbs, "show", show, "show a case and the money that stands under it", operator=True)
    showing.add_argument("case", help="the case's id")
    opening = add_verb(verbs, "open", open_, "open a case", operator=True)
    opening.add_argument("--kind", choices=[kind.value for kind in CaseKind], default=CaseKind.OTHER.value)
    opening.add_argument("--subject", required=True, help="the payment, deposit, asset or chain that it is about")
    opening.add_argument("--note", required=True)
    resolving = add_verb(verbs, "resolve", resolve, "close a case on which no money stands any more", operator=True)
    resolving.add_argument("case", help="the case's id")
    resolving.add_argument("--resolution", required=True, help="what was done")


def list_(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content={"cases": tp.list_cases(bank, by=by, open_only=not args.all)})


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        case = tp.get_case(bank, args.case, by=by)
        return Answer(content={**plain(case), "balances": tp.case_balances(bank, case.id, by=by)})


def open_(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        case = tp.open_case(bank, kind=CaseKind(args.kind), subject=args.subject, note=args.note, by=by)
    return Answer(content=plain(case))


def resolve(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.resolve_case(bank, args.case, resolution=args.resolution, by=by)))
