"""Passkeys: who has which, made on an authenticator at this machine, confirmed, told to the signer, revoked."""

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import ask_secret, signed_in
from tokenpay.cli.output import Answer
from tokenpay.cli.streams import say_aside

if TYPE_CHECKING:
    from tokenpay import Bank, Passkey, PasskeyAnswer, Presence, Session
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "passkey", "keys on authenticators, with which people sign large payments")
    listing = add_verb(verbs, "list", list_, "list the staff's passkeys, or a customer's", operator=True)
    listing.add_argument("--customer", default="", help="the customer's number")
    making = "make a passkey on the authenticator at this machine, for yourself or for a customer"
    registering = add_verb(verbs, "register", register, making, operator=True)
    registering.add_argument("--name", required=True, help="what its owner calls it")
    registering.add_argument("--customer", default="", help="the number of the customer whose it is")
    confirming = add_verb(verbs, "confirm", confirm, "vouch that a waiting passkey is its owner's", operator=True)
    confirming.add_argument("passkey", help="the passkey's id")
    telling = "tell the signer on this machine which confirmed passkeys it trusts, with the wallet's password"
    add_verb(verbs, "trust", trust, telling, operator=True)
    revoking = add_verb(verbs, "revoke", revoke, "let a passkey sign nothing more, at once", operator=True)
    revoking.add_argument("passkey", help="the passkey's id")


def list_(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        passkeys = tp.list_passkeys(bank, by=by, customer_id=args.customer)
    return Answer(content={"passkeys": [_content(passkey) for passkey in passkeys]})


def register(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asked = tp.begin_passkey(bank, by=by, customer_id=args.customer)
        made = bank.required_authenticator().make(asked, at_this_desk())
        answer = tp.PasskeyAnswer(challenge_id=asked.id, given=made)
        passkey = tp.register_passkey(bank, name=args.name, answer=answer, by=by)
    return Answer(content=_content(passkey))


def confirm(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_content(tp.confirm_passkey(bank, args.passkey, by=by)))


def trust(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        password = os.environ.get("TOKENPAY_KEY_PASSWORD") or None
        trusted = tp.trust_passkeys(bank, by=by, key_password=password)
    return Answer(content={"passkeys": [_content(passkey) for passkey in trusted]})


def revoke(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=_content(tp.revoke_passkey(bank, args.passkey, by=by)))


def touched(bank: "Bank", payment_id: str, by: "Session") -> "PasskeyAnswer":
    """Ask whoever is signed in to touch their authenticator for a payment; what they are asked for is said first."""
    asked = tp.ask_passkey(bank, payment_id, by=by)
    if asked.shown is not None:
        say_aside(f"{asked.shown.value} {asked.shown.currency} to {asked.shown.payee}, from {asked.shown.instrument}")
    return tp.PasskeyAnswer(challenge_id=asked.id, given=bank.required_authenticator().sign(asked, at_this_desk()))


def at_this_desk() -> "Presence":
    """The person at this terminal, who is told when to touch and asked for the device's PIN where it wants one."""

    def pin() -> str | None:
        return ask_secret("PIN of the authenticator: ") if sys.stdin.isatty() else None

    def touch() -> None:
        say_aside("touch your authenticator")

    return tp.Presence(touch=touch, pin=pin)


def _content(passkey: "Passkey") -> dict[str, Any]:
    return {
        "id": passkey.id,
        "name": passkey.name,
        "owner": passkey.operator_id,
        "customer": passkey.customer_id or None,
        "state": passkey.state,
        "registered_by": passkey.registered.by,
        "registered_at_s": passkey.registered.at_s,
        "confirmed_by": None if passkey.confirmed is None else passkey.confirmed.by,
        "revoked_by": passkey.revoked_by or None,
        "aaguid": passkey.facts.aaguid.hex(),
        "counter": passkey.counter,
    }
