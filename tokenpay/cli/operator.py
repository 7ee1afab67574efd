"""Your own PIN and password. Neither is ever an argument, and neither is shown."""

import os
from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import ask_new_secret, ask_secret, signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "operator", "your own PIN and password, and who may act")
    add_verb(verbs, "list", show, "list who may act for the bank", operator=True)
    setting = "set your PIN: 6 to 12 digits, asked for twice, or $TOKENPAY_NEW_PIN; the one before ends"
    add_verb(verbs, "set-pin", set_pin, setting, operator=True)
    changing = "change your password: at least 8 characters, asked for twice, or $TOKENPAY_NEW_PASSWORD"
    add_verb(verbs, "change-password", change_password, changing, operator=True)


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        people = tp.list_operators(bank, by=by)
    content = [
        {"id": it.id, "name": it.name, "role": it.role, "branch": it.branch, "active": it.active} for it in people
    ]
    return Answer(content={"operators": content})


def set_pin(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        tp.set_pin(bank, pin=ask_new_secret("PIN", "TOKENPAY_NEW_PIN"), by=by)
    return Answer(content={"operator": by.operator.id, "pin": "set"})


def change_password(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        old = os.environ.get("TOKENPAY_PASSWORD") or ask_secret("Password of now: ")
        tp.change_password(bank, old=old, new=ask_new_secret("password", "TOKENPAY_NEW_PASSWORD"), by=by)
    return Answer(content={"operator": by.operator.id, "password": "changed"})
