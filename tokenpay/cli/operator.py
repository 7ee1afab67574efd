"""People: who may act, who comes and who goes, and your own PIN and password. No secret is an argument or is shown."""

import os
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_limit, add_noun, add_reason, add_verb
from tokenpay.cli.desk import ask_new_secret, ask_secret, key_of, signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay import StaffChange
    from tokenpay.cli.command import Parser, Subparsers

ROLES = ("teller", "supervisor", "auditor")


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "operator", "who may act, who comes and who goes; your own PIN and password")
    add_verb(verbs, "list", show, "list who may act for the bank", operator=True)
    admitting = "propose that somebody come to the staff, who types a password of their own, or $TOKENPAY_NEW_PASSWORD"
    coming = add_verb(verbs, "admit", admit, admitting, operator=True, key=True)
    coming.add_argument("id", help="what they sign in with: 1 to 32 of a-z, 0-9 and . _ -, theirs for good")
    coming.add_argument("--name", required=True, help="their name")
    coming.add_argument("--role", required=True, choices=ROLES, help=", ".join(ROLES))
    coming.add_argument("--branch", help="where they work (default: where you do); it may be a new one")
    _add_named(verbs, "approve", approve, "sign an admission as its second person: they may sign in from now on")
    add_reason(_add_named(verbs, "refuse", refuse, "say no to an admission, as its second person"))
    _add_named(verbs, "withdraw", withdraw, "take back an admission of your own")
    dismissing = "let somebody act no more, for good, and end their sessions at once"
    going = add_verb(verbs, "dismiss", dismiss, dismissing, operator=True, key=True)
    going.add_argument("id", help="the operator's id")
    add_reason(going)
    add_limit(add_verb(verbs, "changes", changes, "list who was to come or go, newest first", operator=True))
    telling = "tell the signer on this machine who came and who went, with the wallet's password"
    add_verb(verbs, "trust", trust, telling, operator=True)
    setting = "set your PIN: 6 to 12 digits, asked for twice, or $TOKENPAY_NEW_PIN; the one before ends"
    add_verb(verbs, "set-pin", set_pin, setting, operator=True)
    changing = "change your password: at least 8 characters, asked for twice, or $TOKENPAY_NEW_PASSWORD"
    add_verb(verbs, "change-password", change_password, changing, operator=True)


def _add_named(verbs: "Subparsers", name: str, run: Callable[[Namespace], Answer], help: str) -> "Parser":
    parser = add_verb(verbs, name, run, help, operator=True)
    parser.add_argument("change", help="the change's id")
    return parser


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        people = tp.list_operators(bank, by=by)
    content = [
        {"id": it.id, "name": it.name, "role": it.role, "branch": it.branch, "active": it.active} for it in people
    ]
    return Answer(content={"operators": content})


def admit(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        change = tp.propose_admission(
            bank,
            id=args.id,
            name=args.name,
            role=tp.Role(args.role),
            branch=args.branch or by.operator.branch,
            password=ask_new_secret(f"password of {args.id}", "TOKENPAY_NEW_PASSWORD"),
            by=by,
            key=(key := key_of(args)),
        )
    return Answer(content={**_content(change), "key": key})


def approve(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_content(tp.approve_admission(bank, args.change, by=by)))


def refuse(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_content(tp.refuse_admission(bank, args.change, reason=args.reason, by=by)))


def withdraw(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_content(tp.withdraw_admission(bank, args.change, by=by)))


def dismiss(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        key = key_of(args)
        change = tp.dismiss_operator(bank, args.id, reason=args.reason, by=by, key=key)
    return Answer(content={**_content(change), "key": key})


def changes(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        found = tp.staff_changes(bank, by=by, limit=args.limit)
    return Answer(content={"changes": [_content(change) for change in found]})


def trust(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        told = tp.trust_staff(bank, by=by, key_password=os.environ.get("TOKENPAY_KEY_PASSWORD") or None)
    left_out = [{**_content(change), "why": why} for change, why in told.left_out]
    return Answer(
        content={"changes": [_content(change) for change in told.changes], "left_out": left_out},
        exit_code=int(bool(left_out)),
    )


def set_pin(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        tp.set_pin(bank, pin=ask_new_secret("PIN", "TOKENPAY_NEW_PIN"), by=by)
    return Answer(content={"operator": by.operator.id, "pin": "set"})


def change_password(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        old = os.environ.get("TOKENPAY_PASSWORD") or ask_secret("Password of now: ")
        tp.change_password(bank, old=old, new=ask_new_secret("password", "TOKENPAY_NEW_PASSWORD"), by=by)
    return Answer(content={"operator": by.operator.id, "password": "changed"})


def _content(change: "StaffChange") -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind,
        "operator": change.operator.id,
        "name": change.operator.name,
        "role": change.operator.role,
        "branch": change.operator.branch,
        "state": change.state,
        "proposed_by": change.proposed_by,
        "proposed_at_s": change.proposed_at_s,
        "decided_by": change.decided_by or None,
        "decided_at_s": change.decided_at_s,
        "reason": change.reason or None,
    }
