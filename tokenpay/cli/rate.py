"""What tokens cost in cash: show what is offered, and write the table in the bank's folder."""

from argparse import Namespace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb, position
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer
from tokenpay.errors import InvalidInput

if TYPE_CHECKING:
    from tokenpay import OfferedRate
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "rate", "show what tokens cost in cash, and write the bank's rate table")
    add_verb(verbs, "show", show, "show every exchange that is offered, and its rate just now", operator=True)
    setting = add_verb(verbs, "set", set_, "write a rate into the table in the bank's folder", operator=True)
    setting.add_argument("--asset", required=True, help="a token's id, or its symbol where only one asset has it")
    setting.add_argument("--against", required=True, metavar="ASSET", help="the cash, such as EUR")
    setting.add_argument("--price", required=True, help="what one whole token costs, written like 1.0005")
    setting.add_argument("--source", required=True, help="who says so; the whole table has one source")
    setting.add_argument("--at", type=position, metavar="SECONDS", help="when, in Unix seconds (default: now)")


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content={"rates": [_content(offered) for offered in tp.list_rates(bank, by=by)]})


def set_(args: Namespace) -> Answer:
    try:
        price = Decimal(args.price)
    except InvalidOperation:
        raise InvalidInput("a price is written like 1.0005") from None
    with signed_in(args) as (bank, by):
        token, cash = tp.find_asset(bank, args.asset), tp.find_asset(bank, args.against)
        at_s = bank.clock.now_s() if args.at is None else args.at
        rate = tp.Rate(token=token, cash=cash, price=price, source=args.source, at_s=at_s)
        is_set = tp.set_rate(bank, rate, by=by)
    said = {"token": token, "cash": cash, "price": price, "source": rate.source, "at_s": rate.at_s}
    return Answer(content={**said, "set": is_set})


def _content(offered: "OfferedRate") -> dict[str, Any]:
    """Return the stable field names of what is offered; without a usable rate it says why there is none."""
    rate, tariff = offered.rate, offered.tariff
    return {
        "token": offered.token,
        "cash": offered.cash,
        "price": None if rate is None else rate.price,
        "source": None if rate is None else rate.source,
        "at_s": None if rate is None else rate.at_s,
        "why_not": offered.why_not,
        "sell_basis_points": tariff.sell_basis_points,
        "buy_basis_points": tariff.buy_basis_points,
        "fee_basis_points": tariff.fee_basis_points,
        "fee_minimum": tp.Amount(offered.cash, tariff.fee_minimum_units),
        "quote_lifetime_s": tariff.quote_lifetime_s,
        "rate_max_age_s": tariff.rate_max_age_s,
    }
