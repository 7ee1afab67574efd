"""The journal of payments on the command line: its filters, its pages and its CSV file."""

import argparse
from argparse import Namespace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_limit

if TYPE_CHECKING:
    from tokenpay import Bank, JournalEntry, JournalFilter
    from tokenpay.cli.command import Parser

PURPOSES = (
    "payment",
    "refund",
    "reversal",
    "collection",
    "sweep",
    "fill",
    "delivery",
    "allocation",
    "variance",
    "exchange",
)


def add_journal(parser: "Parser", states: tuple[str, ...]) -> None:
    """Add the filters of the journal, its pages and where it is written."""
    parser.add_argument("--state", action="append", choices=states, help="only these; may be repeated")
    parser.add_argument("--purpose", action="append", choices=PURPOSES, help="only these; may be repeated")
    parser.add_argument("--customer", default="", metavar="NUMBER", help="only what this customer paid or is paid")
    parser.add_argument("--maker", default="", metavar="ID", help="only what this operator made")
    parser.add_argument("--branch", default="", metavar="ID", help="only what was made at this branch")
    parser.add_argument("--asset", metavar="NAME", help="only of this asset: its id, or a symbol that only it has")
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="from this day on (2026-01-31, UTC)")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="until this day, which is included")
    parser.add_argument(
        "--text", default="", help="a UETR, reference or related id, or whole words of the remittance information"
    )
    parser.add_argument("--after", default="", metavar="CURSOR", help="go on where a page ended: its `following`")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write all of them to this file instead")
    add_limit(parser)


def filter_of(bank: "Bank", args: Namespace) -> "JournalFilter":
    """Return the filter that the command names."""
    return tp.JournalFilter(
        customer_id=args.customer,
        operator_id=args.maker,
        branch=args.branch,
        asset_id="" if args.asset is None else tp.find_asset(bank, args.asset).id,
        states=frozenset(map(tp.PaymentState, args.state or ())),
        purposes=frozenset(map(tp.Purpose, args.purpose or ())),
        from_s=None if args.first is None else _midnight_s(args.first),
        until_s=None if args.last is None else _midnight_s(args.last + timedelta(days=1)),
        text=args.text,
    )


def names_of(entry: "JournalEntry") -> dict[str, Any]:
    """Return what an entry says beside its payment."""
    return {
        "branch": entry.branch,
        "debtor_name": entry.debtor_name or None,
        "creditor_name": entry.creditor_name or None,
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written like 2026-01-31") from None


def _midnight_s(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
