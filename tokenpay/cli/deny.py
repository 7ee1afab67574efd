"""Load lists of addresses that money may not go to or come from."""

import argparse
from argparse import Namespace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.files import read_text
from tokenpay.cli.output import Answer, plain

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "deny", "load dated lists of denied addresses")
    loading = add_verb(verbs, "load", load, "put a list in the place of the one of that name", operator=True)
    loading.add_argument("file", type=Path, help="one address a line; # begins a remark")
    loading.add_argument("--name", required=True, help="which list this is")
    loading.add_argument("--dated", type=day, required=True, metavar="YYYY-MM-DD", help="the list's own date, in UTC")


def load(args: Namespace) -> Answer:
    text = read_text(args.file)
    with signed_in(args) as (bank, by):
        loaded = tp.load_deny_list(bank, name=args.name, text=text, dated_s=args.dated, by=by)
    return Answer(content=plain(loaded))


def day(text: str) -> int:
    """Read a date and return its first second in Unix seconds."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date is written YYYY-MM-DD") from None
    return int(datetime(read.year, read.month, read.day, tzinfo=UTC).timestamp())
