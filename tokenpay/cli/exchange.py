"""Exchange cash against tokens: ask what it costs, and take the quote."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_amount, add_noun, add_verb
from tokenpay.cli.desk import amount_of, signed_in
from tokenpay.cli.output import Answer
from tokenpay.cli.payment import keyed

if TYPE_CHECKING:
    from tokenpay import Quote
    from tokenpay.cli.command import Parser, Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "exchange", "quote cash against tokens, and exchange them")
    quoting = add_verb(verbs, "quote", quote, "say what an exchange costs, and stand by it for a while", operator=True)
    quoting.add_argument("customer", help="the customer's number")
    quoting.add_argument(
        "--direction",
        required=True,
        choices=[direction.value for direction in tp.Direction],
        help="cash_in: the customer pays cash and gets tokens; cash_out: they give tokens and get cash",
    )
    add_amount(quoting)
    quoting.add_argument("--against", required=True, metavar="ASSET", help="the other asset: a token, or cash")
    _add_terminal(quoting)
    accepting = add_verb(verbs, "accept", accept, "take a quote: cash and tokens change hands", operator=True, key=True)
    accepting.add_argument("quote", help="the quote's id")
    _add_terminal(accepting)


def _add_terminal(parser: "Parser") -> None:
    parser.add_argument("--terminal", default="cli", help="where your shift is worked (default: cli)")


def quote(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        made = tp.quote_exchange(
            bank,
            customer_id=args.customer,
            direction=tp.Direction(args.direction),
            amount=amount_of(bank, args),
            against=tp.find_asset(bank, args.against),
            by=by,
        )
    return Answer(content=_content(made))


def accept(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return keyed(args, lambda key: tp.exchange(bank, quote_id=args.quote, by=by, key=key))


def _content(quote: "Quote") -> dict[str, Any]:
    """Return a quote's stable field names."""
    return {
        "id": quote.id,
        "direction": quote.direction,
        "customer": quote.customer_id,
        "tokens": quote.legs.tokens,
        "cash": quote.legs.cash,
        "fee": quote.legs.fee,
        "price": quote.rate.price,
        "source": quote.rate.source,
        "rate_at_s": quote.rate.at_s,
        "policy_version": quote.policy_version,
        "shift": quote.shift_id,
        "operator": quote.operator_id,
        "branch": quote.branch,
        "quoted_at_s": quote.quoted_at_s,
        "expires_at_s": quote.expires_at_s,
    }
