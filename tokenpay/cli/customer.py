"""Enrol customers, find them, freeze, close and erase them, and read what they have."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_asset, add_limit, add_noun, add_period, add_reason, add_verb, position
from tokenpay.cli.desk import ask_new_secret, key_of, signed_in
from tokenpay.cli.output import Answer, plain

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers

DAY_S = 86_400


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(
        subparsers,
        "customer",
        "enrol, find, freeze, close and erase customers, and let them in; balances and statements",
    )
    enrolling = add_verb(verbs, "enrol", enrol, "enrol a customer at your branch", operator=True, key=True)
    enrolling.add_argument("name")
    enrolling.add_argument("--business", action="store_true", help="a business, and no private person")
    finding = add_verb(verbs, "find", find, "find customers by number or name", operator=True)
    finding.add_argument("text", help="part of a number or a name")
    add_limit(finding)
    for name, run, help in (
        ("freeze", freeze, "let a customer pay nothing and be paid nothing in the books"),
        ("unfreeze", unfreeze, "let a frozen customer pay and be paid again"),
        ("close", close, "end a relation that owes nothing"),
    ):
        parser = add_verb(verbs, name, run, help, operator=True)
        parser.add_argument("customer", help="the customer's number")
        add_reason(parser)
    telling = "say that a customer is a private person or a business"
    setting = add_verb(verbs, "set-kind", set_kind, telling, operator=True)
    setting.add_argument("customer", help="the customer's number")
    setting.add_argument("--kind", choices=[kind.value for kind in tp.CustomerKind], required=True)
    add_reason(setting)
    erasing = "ask to erase a closed customer's name and what was typed about them, or agree to it as a second person"
    for name, run, help in (
        ("erase", erase, erasing),
        ("erasure", erasure, "show who asked to erase a customer's data, and who agreed"),
    ):
        parser = add_verb(verbs, name, run, help, operator=True)
        parser.add_argument("customer", help="the customer's number")
    opening = "give a customer a way in of their own: a PIN that they type twice, or $TOKENPAY_NEW_PIN"
    letting = add_verb(verbs, "open-self-service", open_self_service, opening, operator=True, key=True)
    letting.add_argument("customer", help="the customer's number")
    ending = add_verb(verbs, "close-self-service", close_self_service, "end a customer's own way in", operator=True)
    ending.add_argument("customer", help="the customer's number")
    having = add_verb(verbs, "balances", balances, "show what a customer has", operator=True)
    having.add_argument("customer", help="the customer's number")
    sending = add_verb(
        verbs, "statements", statements, "write every customer's statement of a period into a folder", operator=True
    )
    sending.add_argument("folder", type=Path, metavar="FOLDER", help="a CSV file each; what is there already stays")
    add_asset(sending)
    add_period(sending)
    stating = add_verb(verbs, "statement", statement, "show what moved on a customer's account", operator=True)
    stating.add_argument("customer", help="the customer's number")
    add_asset(stating)
    stating.add_argument(
        "--after-seq", type=position, default=0, metavar="N", help="lines after this number (default: 0)"
    )
    stating.add_argument("--newest", action="store_true", help="of those lines the newest, not the first")
    add_limit(stating)


def enrol(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        key = key_of(args)
        kind = tp.CustomerKind.BUSINESS if args.business else tp.CustomerKind.PRIVATE
        customer = tp.enrol_customer(bank, name=args.name, by=by, key=key, kind=kind)
    return Answer(content={**plain(customer), "key": key})


def set_kind(args: Namespace) -> Answer:
    kind = tp.CustomerKind(args.kind)
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.set_customer_kind(bank, args.customer, kind, reason=args.reason, by=by)))


def find(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content={"customers": tp.find_customers(bank, args.text, by=by, limit=args.limit)})


def freeze(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.freeze_customer(bank, args.customer, reason=args.reason, by=by)))


def unfreeze(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.unfreeze_customer(bank, args.customer, reason=args.reason, by=by)))


def close(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.close_customer(bank, args.customer, reason=args.reason, by=by)))


def erase(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_erasure(tp.erase_personal_data(bank, args.customer, by=by)))


def erasure(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_erasure(tp.get_erasure(bank, args.customer, by=by)))


def _erasure(found: tp.Erasure) -> dict[str, object]:
    return {**plain(found), "agreed_by": found.agreed_by or None, "state": found.state}


def open_self_service(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        key = key_of(args)
        pin = ask_new_secret("PIN", "TOKENPAY_NEW_PIN")
        operator = tp.open_self_service(bank, customer_id=args.customer, pin=pin, by=by, key=key)
    return Answer(content={"customer": args.customer, "operator": operator.id, "key": key})


def close_self_service(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        tp.close_self_service(bank, customer_id=args.customer, by=by)
    return Answer(content={"customer": args.customer, "self_service": "closed"})


def balances(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content={"customer": args.customer, "balances": tp.balances(bank, args.customer, by=by)})


def statements(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        until_s = args.until + DAY_S
        made = tp.export_statements(bank, args.folder, asset_id=asset.id, since_s=args.since, until_s=until_s, by=by)
    return Answer(content={"folder": str(args.folder), "written": made.written, "there": made.there})


def statement(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        which = {"after_seq": args.after_seq, "limit": args.limit, "newest": args.newest}
        made = tp.statement(bank, customer_id=args.customer, asset_id=asset.id, by=by, **which)
    content = {
        "customer": made.customer_id,
        "balance": made.balance,
        "available": made.available,
        "incoming": made.incoming,
        "lines": made.lines,
    }
    return Answer(content=content)
