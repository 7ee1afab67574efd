"""Reports, on the screen or into CSV files: volumes, large transfers, and what looked suspicious."""

import csv
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import Parser, add_noun, add_period, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.files import new_file
from tokenpay.cli.output import Answer, plain
from tokenpay.errors import InvalidInput
from tokenpay.primitives.csv_cell import csv_cell
from tokenpay.primitives.utc_text import utc_text

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers

DAY_S = 86_400


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "report", "report volumes, large transfers, and what looked suspicious")
    _add_report(verbs, "volumes", volumes, "add up what became final, by day, branch, asset, kind and country")
    large = _add_report(verbs, "large", large_, "list what became final from a threshold on")
    large.add_argument("--asset", help="of this asset alone, from --amount on (default: the Travel Rule's thresholds)")
    large.add_argument("--amount", help="in whole assets, written like 12.50")
    _add_report(verbs, "suspicious", suspicious, "list the cases that are more than routine, resolved ones too")


def _add_report(verbs: "Subparsers", name: str, run: Any, help: str) -> Parser:
    parser = add_verb(verbs, name, run, help, operator=True)
    add_period(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write it into a new file instead")
    return parser


def volumes(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        found = tp.volumes(bank, since_s=args.since, until_s=args.until + DAY_S, by=by)
    rows = [
        {
            "day": volume.day.isoformat(),
            "branch": volume.branch,
            "kind": volume.purpose,
            "country": volume.country,
            "count": volume.count,
            **_amount(volume.amount),
        }
        for volume in found
    ]
    return _answer(args, rows, {"volumes": found})


def large_(args: Namespace) -> Answer:
    if (args.asset is None) is not (args.amount is None):
        raise InvalidInput("a threshold is an --asset and an --amount")
    with signed_in(args) as (bank, by):
        units = None
        if args.asset is not None:
            least = tp.Amount.parse(args.amount, tp.find_asset(bank, args.asset))
            units = {least.asset.id: least.units}
        found = tp.large_transfers(bank, since_s=args.since, until_s=args.until + DAY_S, units=units, by=by)
    rows = [
        {
            "at": utc_text(it.at_s),
            "id": it.id,
            "kind": it.kind,
            "branch": it.branch,
            "debtor": it.debtor,
            "creditor": it.creditor,
            "institution": it.institution,
            "country": it.country,
            "data": "yes" if it.data else "no",
            **_amount(it.amount),
        }
        for it in found
    ]
    return _answer(args, rows, {"transfers": found})


def suspicious(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        found = tp.suspicious_cases(bank, since_s=args.since, until_s=args.until + DAY_S, by=by)
    rows = [
        {
            "opened_at": utc_text(case.opened_at_s),
            "id": case.id,
            "kind": case.kind.value,
            "subject": case.subject,
            "note": case.note,
            "resolved_at": "" if case.resolved_at_s is None else utc_text(case.resolved_at_s),
            "resolved_by": case.resolved_by,
            "resolution": case.resolution,
        }
        for case in found
    ]
    return _answer(args, rows, {"cases": found})


def _answer(args: Namespace, rows: Sequence[Mapping[str, Any]], content: Mapping[str, Any]) -> Answer:
    """Show the report, or write it into a CSV file (RFC 4180) that no spreadsheet runs as a formula."""
    if args.csv is None:
        return Answer(content=plain(content))
    with new_file(args.csv, mode=0o600) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        if rows:
            writer.writerow(rows[0])
        for row in rows:
            writer.writerow(csv_cell(str(cell)) for cell in row.values())
    return Answer(content={"file": str(args.csv), "rows": len(rows)})


def _amount(amount: tp.Amount) -> dict[str, str]:
    return {"amount": amount.number(), "symbol": amount.asset.symbol, "asset_id": amount.asset.id}
