"""What the engine does on one chain, step by step, and what people do for a chain."""

from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_asset, add_noun, add_verb, chain_number, raw_bytes
from tokenpay.cli.desk import engine, signed_in
from tokenpay.cli.output import Answer, plain
from tokenpay.cli.payment import payment_content

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "chain", "watch, settle, submit, sweep, overtaken, resume and recognise")
    for name, run, help in (
        ("watch", watch, "take in new blocks with their deposits (as the engine)"),
        ("settle", settle, "post or void what has reached finality (as the engine)"),
        ("submit", submit, "sign and send cleared payments (as the engine)"),
    ):
        add_verb(verbs, name, run, help).add_argument("chain_id", type=chain_number, help="the chain's number")
    sweeping = add_verb(verbs, "sweep", sweep, "bring tokens from deposit addresses to the treasury (as the engine)")
    add_asset(sweeping)
    sweeping.add_argument("--at-least", metavar="AMOUNT", help="leave smaller holdings (default: one smallest unit)")
    ending = add_verb(verbs, "overtaken", overtaken, "end a payment whose nonce another one has (as the engine)")
    ending.add_argument("payment", help="a payment's id")
    ending.add_argument("raw", type=raw_bytes, help="that transaction's signed bytes: 0x…")
    resuming = add_verb(verbs, "resume", resume, "let a halted chain go on, once its case is resolved", operator=True)
    resuming.add_argument("chain_id", type=chain_number, help="the chain's number")
    recognising = add_verb(
        verbs, "recognise", recognise, "book what an address of the bank holds beyond the books", operator=True
    )
    add_asset(recognising)
    recognising.add_argument(
        "--address", help="an address of the bank, whose surplus goes to suspense (default: the treasury's, as funding)"
    )


def watch(args: Namespace) -> Answer:
    with engine(args) as (bank, by):
        return Answer(content=plain(tp.watch(bank, chain_id=args.chain_id, by=by)))


def settle(args: Namespace) -> Answer:
    with engine(args) as (bank, by):
        return Answer(content=plain(tp.settle(bank, chain_id=args.chain_id, by=by)))


def submit(args: Namespace) -> Answer:
    with engine(args, signer=True) as (bank, by):
        return Answer(content=plain(tp.submit(bank, chain_id=args.chain_id, by=by)))


def overtaken(args: Namespace) -> Answer:
    with engine(args) as (bank, by):
        return Answer(content=payment_content(tp.resolve_overtaken(bank, args.payment, raw=args.raw, by=by)))


def sweep(args: Namespace) -> Answer:
    with engine(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        least = 1 if args.at_least is None else tp.Amount.parse(args.at_least, asset).units
        sweeps = tp.sweep(bank, asset_id=asset.id, by=by, at_least_units=least)
    return Answer(content={"sweeps": [payment_content(payment) for payment in sweeps]})


def resume(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        tp.resume_chain(bank, args.chain_id, by=by)
    return Answer(content={"chain_id": args.chain_id, "halted": ""})


def recognise(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        address = None if args.address is None else tp.Address.parse(args.address)
        units = tp.recognise_holding(bank, asset_id=asset.id, by=by, address=address)
    said = {"booked": tp.Amount(asset, units or 0)}
    return Answer(content={**said, "waits_for_another_person": True} if units is None else said)
