"""The command `tokenpay-terminal`: from its words to a running terminal, or one line that says why not."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import tokenpay as tp
from terminal_app.language import _

EXIT_INVALID, EXIT_UNAVAILABLE = 2, 5
"""As the command `tokenpay` has them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Join a bank and show the terminal; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tokenpay-terminal", description=_("The terminal of a branch."))
    parser.add_argument(
        "--bank",
        type=Path,
        metavar="DIR",
        help=_("the bank's folder (default: $TOKENPAY_BANK, or tokenpay/bank in the user's data folder)"),
    )
    parser.add_argument("--name", default=platform.node() or "terminal", help=_("this terminal's name in the audit"))
    parser.add_argument("--state", type=Path, metavar="DIR", help=_("where the terminal keeps what it must not forget"))
    args = parser.parse_args(argv)
    if find_spec("textual") is None:
        return _fail(tp.MissingExtra("terminal", _("the terminal")))
    folder = _folder(args.bank)
    try:
        with tp.open_bank(folder) as bank:
            from terminal_app.app import TerminalApp

            state = args.state or _state(folder, args.name)
            TerminalApp(bank, state=state, name_of_terminal=args.name[:64]).run()
    except tp.TokenpayError as error:
        remedy = _("Name another with --bank, found one (tokenpay bank found --help), or try: tokenpay demo --keep DIR")
        return _fail(error, "" if (folder / "bank.json").exists() else f" ({folder}). {remedy}")
    return 0


def _folder(named: Path | None) -> Path:
    from platformdirs import user_data_path

    told = named or os.environ.get("TOKENPAY_BANK")
    return Path(told) if told else user_data_path("tokenpay", appauthor=False) / "bank"


def _state(folder: Path, name: str) -> Path:
    """Return the folder of this terminal at this bank: two terminals on one machine have two names."""
    from platformdirs import user_state_path

    place = sha256(f"{folder.resolve()}\n{name}".encode()).hexdigest()[:16]
    return user_state_path("tokenpay", appauthor=False) / "terminal" / place


def _fail(error: tp.TokenpayError, more: str = "") -> int:
    print(f"tokenpay-terminal: {error.message}{more}", file=sys.stderr)
    return EXIT_INVALID if isinstance(error, tp.InvalidInput) else EXIT_UNAVAILABLE
