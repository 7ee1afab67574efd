"""How a command is declared: a noun, a verb, and options that mean the same everywhere."""

import argparse
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tokenpay.cli.streams import say
from tokenpay.errors import InvalidInput

if TYPE_CHECKING:
    from tokenpay.cli.output import Answer

    Subparsers = argparse._SubParsersAction["Parser"]

Run = Callable[[argparse.Namespace], "Answer | int"]
DEFAULT_LIMIT = 100
MAX_COUNT = 10**9
MAX_POSITION = 2**31 - 1
MAX_CHAIN_ID = 2**63 - 1


class _Once(argparse._StoreAction):
    """An option that is given twice is refused: of two amounts the last would be paid."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        given = vars(namespace).setdefault("given", set())
        if option_string is not None and self.dest in given:
            parser.error(f"{option_string} is given twice")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """Raises InvalidInput where argparse prints its usage and leaves. `below` are its nouns or verbs."""

    below: "Subparsers | None" = None

    def __init__(self, **settings: object) -> None:
        super().__init__(allow_abbrev=False, **settings)  # type: ignore[arg-type]
        self.register("action", None, _Once)

    def error(self, message: str) -> NoReturn:
        if self.below is not None and message.endswith(f": {self.below.metavar}"):  # none was given
            message = f"{self.prog} needs one of {', '.join(self.below.choices)}"
        raise InvalidInput(" ".join(message.split()))

    def _print_message(self, message: str, file: object = None) -> None:
        say(message.rstrip("\n"))


def add_noun(subparsers: "Subparsers", name: str, help: str) -> "Subparsers":
    """Declare a noun and return where its verbs are added."""
    parser = subparsers.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.below = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    return parser.below


def add_verb(
    verbs: "Subparsers",
    name: str,
    run: Run,
    help: str,
    *,
    bank: bool = True,
    operator: bool = False,
    key: bool = False,
) -> Parser:
    """Declare a verb; `operator` lets somebody sign in for it, `key` makes it one act that may be repeated."""
    parser = verbs.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    if bank:
        add_bank(parser)
    if operator:
        parser.add_argument(
            "--operator", metavar="ID", help="who acts (default: $TOKENPAY_OPERATOR); the password is asked for"
        )
    if key:
        parser.add_argument(
            "--key", help="names this one act: repeated with the same key it happens once (default: a new one)"
        )
    return parser


def add_bank(parser: Parser) -> None:
    """Add the option that says which bank."""
    parser.add_argument(
        "--bank",
        type=Path,
        metavar="DIR",
        help="the bank's folder (default: $TOKENPAY_BANK, or tokenpay/bank in the user's data folder)",
    )


def add_reason(parser: Parser) -> None:
    """Add why somebody does it."""
    parser.add_argument("--reason", required=True, help="why, in up to 140 characters; it stands beside the record")


def add_asset(parser: Parser, name: str = "--asset") -> None:
    """Add which asset: an option that is required, or a word without dashes, which always is."""
    parser.add_argument(name, help="an asset's id, or its symbol where only one asset has it").required = True


def add_amount(parser: Parser, *, required: bool = True) -> None:
    """Add an amount and the asset it is of."""
    add_asset(parser)
    parser.add_argument("--amount", required=required, help="in whole assets, written like 12.50")


def add_limit(parser: Parser) -> None:
    """Add how many to show at most."""
    parser.add_argument(
        "--limit", type=count, default=DEFAULT_LIMIT, help=f"at most so many (default: {DEFAULT_LIMIT})"
    )


def count(text: str) -> int:
    """Read a whole number of one or more."""
    return _number(text, 1, MAX_COUNT)


def position(text: str) -> int:
    """Read a whole number of zero or more."""
    return _number(text, 0, MAX_POSITION)


def add_period(parser: Parser) -> None:
    """Let a command name its first day and its last."""
    parser.add_argument("--since", type=day, required=True, metavar="YYYY-MM-DD", help="the first day, in UTC")
    parser.add_argument("--until", type=day, required=True, metavar="YYYY-MM-DD", help="the last day, in UTC")


def day(text: str) -> int:
    """Read a date and return its first second in Unix seconds."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date is written YYYY-MM-DD") from None
    return int(datetime(read.year, read.month, read.day, tzinfo=UTC).timestamp())


def chain_number(text: str) -> int:
    """Read a chain's number."""
    return _number(text, 1, MAX_CHAIN_ID)


def raw_bytes(text: str) -> bytes:
    """Read bytes in hexadecimal, with or without 0x before them."""
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise argparse.ArgumentTypeError("bytes are asked for in hexadecimal: 0x…") from None


def _number(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text) or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"a number from {least} to {most:,} is asked for")
    return int(text)
