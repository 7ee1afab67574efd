"""The branch's vault: take in cash that was delivered."""

from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer
from tokenpay.cli.payment import keyed
from tokenpay.cli.shift import count_of

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "vault", "take in cash that was delivered to your branch")
    receiving = add_verb(verbs, "receive", receive, "take a counted delivery into the vault", operator=True, key=True)
    receiving.add_argument("count", help="such as EUR:10x50,4x20: how many, times which note or coin")


def receive(args: Namespace) -> Answer:
    count = count_of(args.count)
    with signed_in(args) as (bank, by):
        return keyed(args, lambda key: tp.receive_cash(bank, count=count, by=by, key=key))
