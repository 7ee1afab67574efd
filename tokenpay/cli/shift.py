"""A drawer between two counts: open a shift, bring cash to it and back, count it, report on it."""

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_amount, add_noun, add_verb
from tokenpay.cli.desk import amount_of, key_of, signed_in
from tokenpay.cli.output import Answer, plain
from tokenpay.cli.payment import EXIT_REFUSED, keyed, refusal_content
from tokenpay.errors import InvalidInput

if TYPE_CHECKING:
    from tokenpay import CashCount, Refusal, Shift
    from tokenpay.cli.command import Parser, Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "shift", "open, fill, count and report on a drawer's shift")
    opening = add_verb(verbs, "open", open_, "begin a shift with a count of its drawer", operator=True, key=True)
    opening.add_argument("drawer")
    _add_count(opening)
    opening.add_argument("--terminal", default="cli", help="where the shift is worked (default: cli)")
    allocating = add_verb(
        verbs, "allocate", allocate, "bring cash from the vault to a drawer, or back", operator=True, key=True
    )
    allocating.add_argument("drawer")
    allocating.add_argument("--back", action="store_true", help="from the drawer to the vault")
    add_amount(allocating)
    closing = add_verb(verbs, "close", close, "count a drawer blind and end its shift", operator=True, key=True)
    closing.add_argument("shift", help="the shift's id")
    _add_count(closing)
    reporting = add_verb(verbs, "report", report, "show what a shift did so far (X), or in all (Z)", operator=True)
    reporting.add_argument("shift", help="the shift's id")


def _add_count(parser: "Parser") -> None:
    parser.add_argument(
        "--count",
        action="append",
        default=[],
        metavar="EUR:10x50,4x20",
        help="what lies in the drawer: how many, times which note or coin; once for each currency",
    )


def count_of(text: str) -> "CashCount":
    """Read a currency and a count of it, such as `EUR:10x50,4x20`."""
    currency, colon, pieces = text.partition(":")
    if not colon:
        raise InvalidInput("a count begins with its currency: EUR:10x50,4x20")
    return tp.CashCount.parse(pieces, currency)


def open_(args: Namespace) -> Answer:
    opening = [count_of(text) for text in args.count]
    with signed_in(args) as (bank, by):
        return _shift(args, lambda key: tp.open_shift(bank, drawer=args.drawer, opening=opening, by=by, key=key))


def allocate(args: Namespace) -> Answer:
    direction = tp.CashDirection.TO_VAULT if args.back else tp.CashDirection.TO_DRAWER
    with signed_in(args) as (bank, by):
        amount = amount_of(bank, args)
        return keyed(
            args,
            lambda key: tp.allocate_cash(bank, drawer=args.drawer, amount=amount, direction=direction, by=by, key=key),
        )


def close(args: Namespace) -> Answer:
    counts = [count_of(text) for text in args.count]
    with signed_in(args) as (bank, by):
        return _shift(args, lambda key: tp.close_shift(bank, args.shift, counts=counts, by=by, key=key))


def report(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        made = tp.shift_report(bank, args.shift, by=by)
    return Answer(content={**plain(made), "cash": made.cash})


def _shift(args: Namespace, verb: "Callable[[str], Shift | Refusal]") -> Answer:
    key = key_of(args)
    result = verb(key)
    if isinstance(result, tp.Refusal):
        return Answer(content=refusal_content(result), exit_code=EXIT_REFUSED)
    return Answer(content={**_content(result), "key": key})


def _content(shift: "Shift") -> dict[str, Any]:
    """Return a shift's stable field names; what the books expected stands in its report."""
    return {
        "id": shift.id,
        "state": shift.state,
        "branch": shift.branch,
        "drawer": shift.drawer,
        "terminal": shift.terminal,
        "operator": shift.operator_id,
        "opened_at_s": shift.opened_at_s,
        "opening": {count.currency: str(count) for count in shift.opening},
        "closing": {count.currency: str(count) for count in shift.closing},
        "closed_at_s": shift.closed_at_s,
    }
