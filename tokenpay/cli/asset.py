"""Take assets into use, from a list or one by one, check what they are on their chain, and take them out of use."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_asset, add_noun, add_reason, add_verb, position, raw_bytes
from tokenpay.cli.desk import opened, signed_in
from tokenpay.cli.files import read_text
from tokenpay.cli.output import Answer, plain
from tokenpay.errors import InvalidAsset, InvalidInput, NotFound

if TYPE_CHECKING:
    from tokenpay import Asset, RegisteredAsset
    from tokenpay.cli.command import Subparsers

_CASH = "iso4217:"


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "asset", "list, register, import, check, freeze and unfreeze assets")
    add_verb(verbs, "list", list_, "list the bank's assets")
    registering = add_verb(verbs, "register", register, "take an asset into use", operator=True)
    registering.add_argument("asset", help="eip155:<chain>/erc20:<contract>, or iso4217:<currency> for cash")
    registering.add_argument("--symbol", help="of a token: what the contract must say")
    registering.add_argument("--decimals", type=position, help="of a token: what the contract must say")
    checking = add_verb(verbs, "check", check, "freeze a token that is not what was pinned", operator=True)
    add_asset(checking, "asset")
    telling = add_verb(verbs, "facts", facts, "show what a token's contract says of itself now")
    add_asset(telling, "asset")
    freezing = add_verb(verbs, "freeze", freeze, "let nothing of a token leave", operator=True)
    add_asset(freezing, "asset")
    add_reason(freezing)
    thawing = add_verb(verbs, "unfreeze", unfreeze, "take a frozen token back as it is now (two people)", operator=True)
    add_asset(thawing, "asset")
    thawing.add_argument(
        "--code-hash", type=raw_bytes, required=True, help="of the code that you have looked at: 0x…, as facts shows it"
    )
    importing = add_verb(
        verbs, "import", import_, "take into use a token list's tokens on this bank's chains", operator=True
    )
    importing.add_argument("file", type=Path, help="a token list (JSON)")


def list_(args: Namespace) -> Answer:
    with opened(args) as bank:
        return Answer(content={"assets": [asset_content(known) for known in tp.list_assets(bank)]})


def register(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=asset_content(tp.register_asset(bank, _asset(args), by=by)))


def check(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        return Answer(content=asset_content(tp.check_asset(bank, asset.id, by=by)))


def facts(args: Namespace) -> Answer:
    with opened(args) as bank:
        return Answer(content=plain(tp.token_facts(bank, tp.find_asset(bank, args.asset).id)))


def freeze(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        return Answer(content=asset_content(tp.freeze_asset(bank, asset.id, reason=args.reason, by=by)))


def unfreeze(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        return Answer(content=asset_content(tp.unfreeze_asset(bank, asset.id, code_hash=args.code_hash, by=by)))


def import_(args: Namespace) -> Answer:
    from tokenpay.money.token_list import parse_token_list

    listed = parse_token_list(read_text(args.file))
    taken: list[dict[str, Any]] = []
    left: list[dict[str, Any]] = []
    with signed_in(args) as (bank, by):
        for token in listed.tokens:
            if token.chain_id not in bank.chains:
                continue
            reason = token.reason
            if token.asset is not None:
                try:
                    taken.append(asset_content(tp.register_asset(bank, token.asset, by=by)))
                except (InvalidAsset, NotFound) as error:  # the chain says otherwise
                    reason = error.message
            if reason:
                left.append({"address": token.address, "symbol": token.symbol, "reason": reason})
    return Answer(content={"list": listed.name, "registered": taken, "left_out": left})


def _asset(args: Namespace) -> "Asset":
    from tokenpay.money.asset import parse_caip19

    if args.asset.startswith(_CASH):
        return tp.Asset.cash(args.asset.removeprefix(_CASH))
    chain_id, contract = parse_caip19(args.asset)
    if contract is None:
        return tp.Asset.native(chain_id)
    if args.symbol is None or args.decimals is None:
        raise InvalidInput("a token needs --symbol and --decimals: the chain confirms them, it does not choose them")
    return tp.Asset.token(chain_id, contract, symbol=args.symbol, decimals=args.decimals)


def asset_content(registered: "RegisteredAsset") -> dict[str, Any]:
    """Return an asset's stable field names."""
    asset = registered.asset
    return {
        "id": asset.id,
        "symbol": asset.symbol,
        "decimals": asset.decimals,
        "kind": asset.kind,
        "active": registered.active,
        "checked_at_s": registered.checked_at_s,
    }
