"""Many payments out of one file: a line is an order, a thousand lines are a batch."""

import csv
from argparse import Namespace
from collections import Counter
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.desk import key_of, signed_in
from tokenpay.cli.files import read_text
from tokenpay.cli.output import Answer
from tokenpay.errors import InvalidInput, TokenpayError

if TYPE_CHECKING:
    from tokenpay import Bank, Payment, PaymentOrder, Refusal

NEEDED = ("debtor", "creditor", "asset", "amount")
COLUMNS = (*NEEDED, "request_id", "remittance_information")
EXIT_REFUSED = 1


def batch(args: Namespace) -> Answer:
    """Pay what a file lists, once every line of it was read; a long one is several batches, each with its own key."""
    from tokenpay.operations.pay_batch import MAX_ORDERS

    with signed_in(args) as (bank, by):
        orders = read_orders(bank, args.file)
        key, content = key_of(args), []
        for first in range(0, len(orders), MAX_ORDERS):
            part = orders[first : first + MAX_ORDERS]
            try:
                outcomes = tp.pay_batch(
                    bank, orders=[order for _, order in part], by=by, key=f"{key}/{first // MAX_ORDERS + 1}"
                )
            except TokenpayError as error:
                if (number := error.fields.pop("order", None)) is not None:
                    error.fields["line"] = part[int(number) - 1][0]
                raise
            content += [outcome_content(line, outcome) for (line, _), outcome in zip(part, outcomes, strict=True)]
    states = Counter(str(each["state"]) for each in content)
    exit_code = EXIT_REFUSED if states["refused"] else 0
    return Answer(content={"payments": content, "states": dict(states), "key": key}, exit_code=exit_code)


def outcome_content(line: int, outcome: "Payment | Refusal") -> dict[str, Any]:
    """Return what is said of the order in one line of the file."""
    intent, payment = outcome.intent, outcome if isinstance(outcome, tp.Payment) else None
    return {
        "line": line,
        "state": payment.state if payment is not None else tp.PaymentState.REFUSED,
        "debtor": intent.debtor,
        "creditor": intent.creditor,
        "amount": intent.amount,
        "id": payment.id if payment is not None else None,
        "reasons": outcome.reasons,
    }


def read_orders(bank: "Bank", path: Path) -> "list[tuple[int, PaymentOrder]]":
    """Return the orders of a CSV file (RFC 4180, UTF-8, with a header), each with its line; raises InvalidInput."""
    reader = csv.DictReader(StringIO(read_text(path).removeprefix("\ufeff"), newline=""), strict=True)
    asset_of = cache(lambda name: tp.find_asset(bank, name))
    orders = []
    try:
        header = list(reader.fieldnames or ())
        if len(set(header)) < len(header) or not set(NEEDED) <= set(header) <= set(COLUMNS):
            raise InvalidInput(f"the first line names the columns: {', '.join(COLUMNS)}; the last two may be missing")
        for row in reader:
            if None in row or None in row.values():
                raise InvalidInput("the line has more or fewer cells than the first one")
            amount = tp.Amount.parse(row.pop("amount"), asset_of(row.pop("asset")))
            orders.append((reader.line_num, tp.PaymentOrder(amount=amount, **row)))
        if not orders:
            raise InvalidInput("the file holds no order")
    except csv.Error:
        raise InvalidInput("the file is not CSV", file=path.name, line=reader.line_num + 1) from None
    except TokenpayError as error:
        error.fields.update(file=path.name, line=reader.line_num)
        raise
    return orders
