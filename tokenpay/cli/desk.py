"""Where a command works: the bank's folder opened, somebody signed in, one key for one act."""

import getpass
import json
import os
import secrets
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.streams import say_aside
from tokenpay.errors import Denied, InvalidInput, Unavailable

if TYPE_CHECKING:
    from tokenpay import Amount, Bank, Session

SESSION_S = 600


def bank_folder(args: Namespace) -> Path:
    """Return the bank's folder: `--bank`, $TOKENPAY_BANK, or the user's own."""
    named = args.bank or os.environ.get("TOKENPAY_BANK")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("tokenpay", appauthor=False) / "bank"


@contextmanager
def opened(args: Namespace, *, signer: bool = False) -> Iterator["Bank"]:
    """Open the bank that the command names."""
    with tp.open_bank(bank_folder(args), signer=signer, **args.ports) as bank:
        yield bank


@contextmanager
def signed_in(args: Namespace, *, signer: bool = False) -> Iterator[tuple["Bank", "Session"]]:
    """Open the bank and sign the operator in for this one command, at the terminal that it names or at `cli`."""
    operator_id = args.operator or os.environ.get("TOKENPAY_OPERATOR")
    if not operator_id:
        raise InvalidInput("say who acts: --operator ID, or TOKENPAY_OPERATOR")
    with opened(args, signer=signer) as bank:
        password = os.environ.get("TOKENPAY_PASSWORD") or ask_secret(f"Password of {operator_id}: ")
        terminal = getattr(args, "terminal", "cli")
        session = tp.open_session(
            bank, operator_id=operator_id, password=password, terminal=terminal, lifetime_s=SESSION_S
        )
        try:
            yield bank, session
        finally:
            with suppress(Unavailable, Denied):  # the verb has its outcome already; the session ends by itself
                tp.close_session(bank, by=session)


@contextmanager
def engine(args: Namespace, *, signer: bool = False) -> Iterator[tuple["Bank", "Session"]]:
    """Open the bank and sign in as its engine, with the password kept in its folder."""
    with opened(args, signer=signer) as bank:
        yield bank, tp.engine_session(bank)


def ask_secret(prompt: str, elsewhere: str = "set TOKENPAY_PASSWORD") -> str:
    """Ask for a secret without showing it; raises InvalidInput where nobody can be asked: `elsewhere` is what to do."""
    if not sys.stdin.isatty():
        raise InvalidInput(f"a password is needed: {elsewhere}, or run this in a terminal")
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise InvalidInput("nobody answers") from None


def ask_new_secret(what: str, variable: str) -> str:
    """Return a new secret from the environment, or ask for it twice; raises InvalidInput where the two differ."""
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        raise InvalidInput(f"a new {what} is needed: set {variable}, or run this in a terminal")
    first = ask_secret(f"New {what}: ")
    if ask_secret(f"New {what} once more: ") != first:
        raise InvalidInput(f"the two were not the same: the {what} is as it was")
    return first


def amount_of(bank: "Bank", args: Namespace) -> "Amount":
    """Return the amount that `--amount` and `--asset` name."""
    return tp.Amount.parse(args.amount, tp.find_asset(bank, args.asset))


def key_of(args: Namespace) -> str:
    """Return `--key`, or a new one that is printed before anything happens, so that a retry can name it.

    Raises InvalidInput where it cannot be printed: who lost the answer could then not ask after the act.
    """
    if args.key is not None:
        return str(args.key)
    key = secrets.token_hex(16)
    if not say_aside(json.dumps({"key": key}) if args.json else f"key {key}"):
        raise InvalidInput("a new key could not be told on standard error: give --key")
    return key
