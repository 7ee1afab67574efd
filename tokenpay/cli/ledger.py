"""Prove the books."""

from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers

EXIT_DISAGREES = 1


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "ledger", "prove the books")
    add_verb(verbs, "reconcile", reconcile, "compare the ledger with itself, the chain and its audit", operator=True)


def reconcile(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        proof = tp.reconcile(bank, by=by)
        assets = {known.asset.id: known.asset for known in tp.list_assets(bank)}
    content = {
        "holds": proof.holds,
        "totals": [
            {
                "asset": total.asset_id,
                "debits": tp.Amount(assets[total.asset_id], total.debits_units),
                "credits": tp.Amount(assets[total.asset_id], total.credits_units),
                "balances": total.balances,
            }
            for total in proof.totals
        ],
        "custody": [
            {
                "address": line.address,
                "block_number": line.block_number,
                "ledger": tp.Amount(assets[line.asset_id], line.ledger_units),
                "chain": tp.Amount(assets[line.asset_id], line.chain_units),
                "agrees": line.agrees,
            }
            for line in proof.custody
        ],
        "disagreeing": list(proof.disagreeing),
        "streams": proof.streams,
        "records": proof.records,
        "root": proof.root,
    }
    return Answer(content=content, exit_code=0 if proof.holds else EXIT_DISAGREES)
