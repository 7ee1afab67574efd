"""Many payments out of one file."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.desk import key_of, signed_in
from tokenpay.cli.order_file import AssetOf, answer, ask_in_batches, read_orders
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay import Payment, PaymentOrder, Refusal

_NEEDED = ("debtor", "creditor", "asset", "amount")
COLUMNS = (*_NEEDED, "request_id", "remittance_information")


def batch(args: Namespace) -> Answer:
    """Pay what a file lists, once every line of it was read; a long one is several batches, each with its own key."""
    with signed_in(args) as (bank, by):
        orders = read_orders(bank, args.file, _order, needed=_NEEDED, columns=COLUMNS)
        key = key_of(args)
        outcomes = ask_in_batches(
            orders, lambda some, its_key: tp.pay_batch(bank, orders=some, by=by, key=its_key), key=key
        )
    return answer("payments", [_content(line, outcome) for line, outcome in outcomes], key=key)


def _order(row: dict[str, str], asset_of: AssetOf) -> "PaymentOrder":
    amount = tp.Amount.parse(row.pop("amount"), asset_of(row.pop("asset")))
    return tp.PaymentOrder(amount=amount, **row)


def _content(line: int, outcome: "Payment | Refusal") -> dict[str, Any]:
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
