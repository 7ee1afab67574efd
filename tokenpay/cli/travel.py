"""The Travel Rule: attach data to a transfer, read it, erase it when its time is over, prove wallets."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb, raw_bytes
from tokenpay.cli.desk import key_of, signed_in
from tokenpay.cli.files import read_text
from tokenpay.cli.output import Answer, plain

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "travel", "tell who pays and who is paid under the Travel Rule, and prove wallets")
    attaching = add_verb(
        verbs, "attach", attach, "attach IVMS101 data to a payment or a deposit", operator=True, key=True
    )
    attaching.add_argument("subject", help="the id of the payment or the deposit")
    attaching.add_argument("--document", type=Path, required=True, metavar="FILE", help="JSON of IVMS101, 2020 or 2023")
    showing = add_verb(
        verbs, "show", show, "show the data of a payment or deposit, where the bank's keys are; this is recorded",
        operator=True,
    )  # fmt: skip
    showing.add_argument("subject", help="the id of the payment or the deposit")
    sending = add_verb(
        verbs, "send", send, "hand a payment's data to the institution that is paid, where the bank's keys are",
        operator=True,
    )  # fmt: skip
    sending.add_argument("payment", help="the payment's id")
    sending.add_argument("--to", required=True, metavar="INSTITUTION", help="as bank.json names it")
    add_verb(
        verbs, "receive", receive, "take in what other institutions sent, where the bank's keys are", operator=True
    )
    add_verb(verbs, "erase", erase, "erase every document whose time of keeping is over", operator=True)
    asking = add_verb(verbs, "challenge", challenge, "write what the owner of a wallet is to sign", operator=True)
    asking.add_argument("customer", help="the number of the customer")
    asking.add_argument("--wallet", required=True, metavar="ADDRESS", help="a CAIP-10 address")
    asking.add_argument(
        "--others", action="store_true", help="it belongs to somebody whom the customer pays or is paid by"
    )
    proving = add_verb(verbs, "prove", prove, "check what the wallet signed, and keep it for a year", operator=True)
    proving.add_argument("proof", help="the challenge's id")
    proving.add_argument(
        "--signature", type=raw_bytes, required=True, metavar="HEX", help="65 bytes, as personal_sign gives them"
    )


def attach(args: Namespace) -> Answer:
    text = read_text(args.document)
    document = tp.read_ivms101(text, today=datetime.now(UTC).date())
    with signed_in(args) as (bank, by):
        key = key_of(args)
        record = tp.attach_travel_rule(bank, args.subject, document, by=by, key=key)
    return Answer(content={**plain(record), "key": key})


def show(args: Namespace) -> Answer:
    with signed_in(args, signer=True) as (bank, by):
        data = tp.get_travel_rule(bank, args.subject, by=by)
    text = None if data.document is None else tp.write_ivms101(data.document)
    return Answer(content={**plain(data.record), "document": text})


def send(args: Namespace) -> Answer:
    with signed_in(args, signer=True) as (bank, by):
        record = tp.send_travel_rule(bank, args.payment, to=args.to, by=by)
    return Answer(content={**plain(record), "to": args.to})


def receive(args: Namespace) -> Answer:
    with signed_in(args, signer=True) as (bank, by):
        return Answer(content={"taken": [plain(taken) for taken in tp.receive_travel_rule(bank, by=by)]})


def erase(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content={"erased": [plain(record) for record in tp.erase_travel_rule(bank, by=by)]})


def challenge(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        proof = tp.begin_wallet_proof(bank, customer_id=args.customer, wallet=args.wallet, own=not args.others, by=by)
    return Answer(content=plain(proof), text=f"{proof.id}, to be signed exactly as it stands:\n\n{proof.challenge}")


def prove(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=plain(tp.prove_wallet(bank, args.proof, args.signature, by=by)))
