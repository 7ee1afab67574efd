"""From the words of a command line to an answer and an exit code; only the noun that was named is imported."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from tokenpay.cli.command import Parser
from tokenpay.cli.output import Answer, print_answer, print_error
from tokenpay.cli.streams import OutputLost, prepare
from tokenpay.errors import (
    Conflict,
    Denied,
    Halted,
    IntegrityError,
    InvalidInput,
    MoneyError,
    NotFound,
    SignerRefused,
    StoreUnavailable,
    TokenpayError,
    Unavailable,
)

NOUNS = (
    "demo",
    "bank",
    "policy",
    "operator",
    "passkey",
    "customer",
    "asset",
    "request",
    "payment",
    "receipt",
    "shift",
    "vault",
    "exchange",
    "rate",
    "case",
    "travel",
    "report",
    "list",
    "chain",
    "engine",
    "ledger",
    "events",
    "audit",
    "doctor",
    "backup",
    "restore",
    "simulate",
)
"""Each is a module of this package that adds its own parser."""

EXIT_INTERNAL, EXIT_OUTPUT_LOST, EXIT_BROKEN_PIPE = 70, 74, 141
EXITS: tuple[tuple[tuple[type[TokenpayError], ...], int], ...] = (
    ((InvalidInput,), 2),
    ((Denied,), 3),
    ((NotFound, Conflict, MoneyError), 4),
    ((Unavailable, Halted), 5),
    ((IntegrityError, SignerRefused), 6),
)
"""What each branch of the error tree makes the process return; 1 is an answer of no, 0 everything else."""


def run(argv: Sequence[str] | None, ports: Mapping[str, object]) -> int:
    """Run one command and return its exit code; `ports` are passed on to the bank it opens."""
    prepare()
    words = sys.argv[1:] if argv is None else list(argv)
    as_json = "--json" in words
    try:
        return _answered(words, ports, as_json=as_json)
    except SystemExit as leaving:  # argparse has answered --help
        return leaving.code if isinstance(leaving.code, int) else 0
    except BrokenPipeError:
        return EXIT_BROKEN_PIPE
    except OutputLost:
        message = "it was done, but the answer could not be written"
        print_error("output.lost", message, fields={}, docs="reference/cli", as_json=as_json)
        return EXIT_OUTPUT_LOST
    except Exception as error:
        if os.environ.get("TOKENPAY_DEBUG") == "1":
            raise
        return _fail(error, as_json=as_json)


def _answered(words: Sequence[str], ports: Mapping[str, object], *, as_json: bool) -> int:
    try:
        for word in words:
            os.fsencode(word)
    except UnicodeEncodeError:
        raise InvalidInput("an argument holds half a character") from None
    args = build_parser(words).parse_args(words)
    args.ports = ports
    answer = args.run(args)
    if not isinstance(answer, Answer):
        return int(answer or 0)
    try:
        return print_answer(answer, as_json=as_json)
    except (BrokenPipeError, OutputLost):
        raise
    except Exception:
        if os.environ.get("TOKENPAY_DEBUG") == "1":
            raise
        raise OutputLost from None  # whatever went wrong, the act is done


def build_parser(words: Sequence[str] = ()) -> Parser:
    """Return the parser of the noun that `words` begin with, or of all of them."""
    parser = Parser(prog="tokenpay", description="Token wallets and token payments for a bank.")
    subparsers = parser.below = parser.add_subparsers(dest="noun", metavar="NOUN", required=True)
    named = [noun for noun in NOUNS if list(words[:1]) == [noun]]
    for noun in named or NOUNS:
        import_module(f"tokenpay.cli.{noun}").add_parser(subparsers)
    return parser


def exit_code(error: TokenpayError) -> int:
    """Return what the process returns for this error."""
    return next((code for kinds, code in EXITS if isinstance(error, kinds)), EXIT_INTERNAL)


def _fail(error: Exception, *, as_json: bool) -> int:
    if isinstance(error, OSError):
        where = f": {error.filename}" if isinstance(error.filename, str) else ""
        error = StoreUnavailable(f"{error.strerror or 'a file cannot be read or written'}{where}")
    if isinstance(error, TokenpayError):
        print_error(error.code, error.message, fields=error.fields, docs=error.docs, as_json=as_json)
        return exit_code(error)
    # The text of an unexpected exception may hold what a person typed: only its kind is shown.
    message = f"an unexpected {type(error).__name__}; set TOKENPAY_DEBUG=1 to see where"
    print_error("internal", message, fields={}, docs="reference/errors", as_json=as_json)
    return EXIT_INTERNAL
