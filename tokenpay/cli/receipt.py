"""Receipts: shown beforehand, and issued on paper, in a file or here."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer, plain
from tokenpay.errors import InvalidInput

if TYPE_CHECKING:
    from tokenpay import Printer, Receipt
    from tokenpay.cli.command import Parser, Subparsers

LANGUAGES = ("en", "ru", "be")
WIDTHS = (32, 42, 48)
DEFAULT_WIDTH = 42


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "receipt", "show and print receipts of payments, requests and shifts")
    showing = add_verb(verbs, "show", show, "show what a receipt would say; none is issued", operator=True)
    _add_subject(showing)
    printing = add_verb(
        verbs, "print", print_, "issue a receipt, the original or the next copy, and print it", operator=True
    )
    _add_subject(printing)
    where = printing.add_mutually_exclusive_group()
    where.add_argument("--pdf", type=Path, metavar="FILE", help="write a PDF file")
    where.add_argument("--text", action="store_true", help="write it here, with its QR code")
    where.add_argument("--printer", metavar="HOST", help="an ESC/POS printer at this address (default: bank.json's)")


def _add_subject(parser: "Parser") -> None:
    of = parser.add_mutually_exclusive_group(required=True)
    of.add_argument("--payment", metavar="ID", help="a payment's id")
    of.add_argument("--request", metavar="ID", help="a request's id or reference")
    of.add_argument("--shift", metavar="ID", help="a shift's id")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of its words (default: en)")
    parser.add_argument("--width", type=int, choices=WIDTHS, help=f"columns of a line (default: {DEFAULT_WIDTH})")


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        receipt = tp.preview_receipt(bank, _subject(args), by=by)
    return Answer(content=_content(receipt), text=_text(receipt, args))


def print_(args: Namespace) -> Answer:
    if args.pdf is not None and (args.pdf.suffix != ".pdf" or args.pdf.exists()):  # said before anything is issued
        raise InvalidInput("a receipt is written to a new file whose name ends in .pdf", file=args.pdf.name)
    with signed_in(args) as (bank, by):
        printer = None if args.text else _printer(args) or bank.required_printer()
        receipt = tp.issue_receipt(bank, _subject(args), by=by)
        if printer is not None:
            width = args.width or printer.width
            printer.print(tp.lay_out(receipt, width=width, language=tp.Language(args.language)))
    if args.text:
        return Answer(content=_content(receipt), text=_text(receipt, args))
    mark = "original" if receipt.is_original else f"copy {receipt.copy}"
    return Answer(content=_content(receipt), text=f"printed {receipt.number}, {mark}")


def _printer(args: Namespace) -> "Printer | None":
    width = args.width or DEFAULT_WIDTH
    if args.pdf is not None:
        return tp.open_printer(tp.PrinterSettings(kind="pdf", path=str(args.pdf), width=width))
    if args.printer is not None:
        return tp.open_printer(tp.PrinterSettings(kind="escpos-network", host=args.printer, width=width))
    return None


def _subject(args: Namespace) -> str:
    return str(args.payment or args.request or args.shift)


def _text(receipt: "Receipt", args: Namespace) -> str:
    slip = tp.lay_out(receipt, width=args.width or DEFAULT_WIDTH, language=tp.Language(args.language))
    return slip.text().rstrip("\n")


def _content(receipt: "Receipt") -> dict[str, Any]:
    return {**plain(receipt), "original": receipt.is_original}
