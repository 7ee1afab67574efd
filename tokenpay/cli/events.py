"""Read the feed of what happened."""

from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_limit, add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers

_START = "0.0"


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "events", "read the feed of what happened")
    reading = add_verb(verbs, "read", read, "read events after a cursor, in order, none missed", operator=True)
    reading.add_argument("--after", default=_START, metavar="CURSOR", help="where to go on (default: the beginning)")
    add_limit(reading)


def read(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        events = tp.read_events(bank, by=by, after=args.after, limit=args.limit)
    return Answer(content={"events": events, "cursor": events[-1].cursor if events else args.after})
