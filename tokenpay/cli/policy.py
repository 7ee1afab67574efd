"""The bank's rules: show them, and change them by two people."""

import json
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_limit, add_noun, add_reason, add_verb, count
from tokenpay.cli.desk import key_of, signed_in
from tokenpay.cli.files import new_file
from tokenpay.cli.output import Answer, plain
from tokenpay.cli.rules import change_line, policy_content
from tokenpay.cli.streams import say_aside

if TYPE_CHECKING:
    from tokenpay import Asset, Bank, PolicyProposal, Session
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "policy", "show the bank's rules, propose others, approve or refuse what was proposed")
    add_verb(verbs, "show", show, "show the policy in force", operator=True)
    exporting = add_verb(
        verbs, "export", export, "write the policy in force into a new file, to change and propose", operator=True
    )
    exporting.add_argument("file", type=Path, metavar="FILE")
    proposing = add_verb(
        verbs, "propose", propose, "propose the next version; it counts once a second person approves", operator=True,
        key=True,
    )  # fmt: skip
    proposing.add_argument(
        "file", type=Path, metavar="FILE", help="JSON, as `policy export` writes it; what it leaves out is zero"
    )
    proposing.add_argument(
        "--version", type=count, help="which version it is to be (default: the next); a repeated act names its own"
    )
    listing = add_verb(verbs, "list", list_, "list what was proposed, newest first", operator=True)
    add_limit(listing)
    _add_named(verbs, "diff", diff, "say what a proposal says otherwise than the version before it, rule by rule")
    trying = "say what would become of each held payment by a proposal, beside what becomes of it now"
    _add_named(verbs, "preview", preview, trying)
    _add_named(verbs, "approve", approve, "sign a proposal as its second person: it is in force from now on")
    refusing = _add_named(verbs, "refuse", refuse, "say no to a proposal, as its second person")
    add_reason(refusing)
    _add_named(verbs, "withdraw", withdraw, "take back a proposal of your own")
    sealing = "tell the signer on this machine of the policy in force, with the wallet's password"
    add_verb(verbs, "seal", seal, sealing, operator=True)


def _add_named(verbs: "Subparsers", name: str, run: Callable[[Namespace], Answer], help: str) -> Any:
    parser = add_verb(verbs, name, run, help, operator=True)
    parser.add_argument("proposal", help="the proposal's id")
    return parser


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        policy = tp.get_policy(bank, by=by)
        return Answer(content=policy_content(policy, _assets(bank), as_json=args.json))


def export(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        policy = tp.get_policy(bank, by=by)
    content = {name: value for name, value in policy.content().items() if name != "version"}
    with new_file(args.file) as draft:
        draft.write_text(json.dumps(content, indent=2) + "\n")
    return Answer(content={"file": str(args.file), "version": policy.version})


def propose(args: Namespace) -> Answer:
    from tokenpay.cli.ceremony import read_rules

    rules = read_rules(args.file)
    with signed_in(args) as (bank, by):
        version = args.version or tp.get_policy(bank, by=by).version + 1
        key = key_of(args)
        proposal = tp.propose_policy(bank, rules.policy(version), by=by, key=key)
        _warn(bank, proposal)
        return _answer(args, bank, proposal, by=by, more={"key": key})


def list_(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        proposals = tp.policy_proposals(bank, by=by, limit=args.limit)
    return Answer(content={"proposals": [_content(proposal) for proposal in proposals]})


def diff(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return _answer(args, bank, tp.get_policy_proposal(bank, args.proposal, by=by), by=by)


def preview(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        tried = tp.preview_policy(bank, args.proposal, by=by)
    content = [
        {
            "payment": it.payment.id,
            "amount": it.payment.intent.amount,
            "now": it.now.answer,
            "now_reasons": it.now.reasons,
            "then": it.then.answer,
            "then_reasons": it.then.reasons,
        }
        for it in tried
    ]
    return Answer(content={"payments": content})


def approve(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        proposal = tp.approve_policy(bank, args.proposal, by=by)
        _warn(bank, proposal)
    return Answer(content=_content(proposal))


def refuse(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_content(tp.refuse_policy(bank, args.proposal, reason=args.reason, by=by)))


def withdraw(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_content(tp.withdraw_policy(bank, args.proposal, by=by)))


def seal(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        policy = tp.seal_policy(bank, by=by, key_password=os.environ.get("TOKENPAY_KEY_PASSWORD") or None)
    return Answer(content={"version": policy.version, "policy_hash": policy.hash()})


def _warn(bank: "Bank", proposal: "PolicyProposal") -> None:
    """Say what these rules ask of this machine and it does not have."""
    for extra in tp.missing_extras(bank, proposal.policy):
        say_aside(
            f'these rules need the extra "{extra}" on every machine that takes payments, and it is missing on this one:'
            f' what they would ask it about is held. pip install "tokenpay[{extra}]"'
        )


def _assets(bank: "Bank") -> "dict[str, Asset]":
    return {known.asset.id: known.asset for known in tp.list_assets(bank)}


def _content(proposal: "PolicyProposal") -> dict[str, Any]:
    return {
        "id": proposal.id,
        "version": proposal.policy.version,
        "state": proposal.state,
        "proposed_by": proposal.proposed_by,
        "proposed_at_s": proposal.proposed_at_s,
        "decided_by": proposal.decided_by or None,
        "decided_at_s": proposal.decided_at_s,
        "reason": proposal.reason or None,
        "policy_hash": proposal.policy.hash(),
    }


def _answer(
    args: Namespace, bank: "Bank", proposal: "PolicyProposal", *, by: "Session", more: dict[str, str] | None = None
) -> Answer:
    """Say what a proposal changes: as data, or in a line for each rule."""
    before = tp.get_policy(bank, by=by, version=proposal.policy.version - 1)
    changes = tp.policy_changes(before, proposal.policy)
    content = {**_content(proposal), **(more or {})}
    if args.json:
        return Answer(content={**content, "changes": [plain(change) for change in changes]})
    assets = _assets(bank)
    return Answer(content={**content, "changes": [{"rule": change_line(change, assets)} for change in changes]})
