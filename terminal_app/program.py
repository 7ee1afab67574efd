"""The command `tokenpay-terminal`: from its words to a running terminal, or one line that says why not."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from terminal_app.language import LANGUAGES, _, choose

if TYPE_CHECKING:
    from terminal_app.frame import Frame

EXIT_INVALID, EXIT_UNAVAILABLE = 2, 5
"""As the command `tokenpay` has them."""
PORT = 8480
PROGRAMS = ("here", "customer-screen", "self-service")


def main(argv: Sequence[str] | None = None) -> int:
    """Join a bank and show the terminal; returns the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    _choose_language(words)
    args = _parser().parse_args(words)
    needed = {"terminal": "textual", **({"serve": "textual_serve"} if args.act == "serve" else {})}
    missing = [extra for extra, package in needed.items() if find_spec(package) is None]
    if missing:
        return _fail(tp.MissingExtra(",".join(missing), _("the terminal")))
    try:
        if args.act == "serve":
            from terminal_app.serve import serve

            return serve(args.program, _options(args), host=args.host, port=args.port)
        if args.act == "demo":
            from terminal_app.demo import demo

            return demo(args.bank, lambda folder, note: _show(folder, args, "here", note))
        return _show(_folder(args.bank), args, args.act)
    except tp.TokenpayError as error:
        return _fail(error)


def _show(folder: Path, args: argparse.Namespace, program: str, note: str = "") -> int:
    """Show one of the programs at a bank, with a note at the door; ends with it."""
    try:
        with ExitStack() as stack:
            if not (folder / "bank.json").exists():  # said before a screen is shown
                stack.enter_context(tp.open_bank(folder))
            app = _at(lambda: stack.enter_context(tp.open_bank(folder)), folder, args, program, note)
            app.run()
            app.check_open()
    except tp.TokenpayError as error:
        remedy = _("Name another with --bank, found one (tokenpay bank found --help), or try: tokenpay-terminal demo")
        return _fail(error, "" if (folder / "bank.json").exists() else f" ({folder}). {remedy}")
    return 0


def _at(opened: Callable[[], tp.Bank], folder: Path, args: argparse.Namespace, program: str, note: str) -> Frame:
    """Return a program, not running yet. A customer's screen looks into the folder of the terminal beside it."""
    name: str = args.name
    if program == "customer-screen":
        from terminal_app.display.app import DisplayApp

        state = args.state or _state(folder, name)
        return DisplayApp(opened, state=state, name_of_terminal=f"{name[:50]} (customer)", note=note)
    if program == "self-service":
        from terminal_app.self_service.app import IDLE_S, SelfServiceApp

        if args.idle_s == 0:
            raise tp.InvalidInput(_("self-service always signs out by itself: --idle-s from 1"))
        state = args.state or _state(folder, f"{name} (self-service)")
        idle_s = IDLE_S if args.idle_s is None else args.idle_s
        return SelfServiceApp(opened, state=state, name_of_terminal=name[:64], idle_s=idle_s, note=note)
    from terminal_app.app import IDLE_S as LOCK_S, TerminalApp

    idle_s = LOCK_S if args.idle_s is None else args.idle_s
    return TerminalApp(
        opened, state=args.state or _state(folder, name), name_of_terminal=name[:64], idle_s=idle_s, note=note
    )


def _choose_language(words: Sequence[str]) -> None:
    """Take the language before anything is said: the help is in it too."""
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    early.add_argument("--language", choices=LANGUAGES)
    try:
        chosen = early.parse_known_args(words)[0].language
    except argparse.ArgumentError:  # said by the whole parser, with its usage
        return
    if chosen is not None:
        choose(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tokenpay-terminal", description=_("The terminal of a branch."))
    parser.add_argument(
        "act",
        nargs="?",
        choices=(*PROGRAMS, "serve", "demo"),
        default="here",
        help=_(
            "here: the terminal in this window (default); customer-screen: what its customer sees, beside it, under "
            "the same --name; self-service: for customers with a PIN; serve: one of these in a browser; demo: the "
            "terminal at a demo bank with an engine and a chain"
        ),
    )
    parser.add_argument(
        "--bank",
        type=Path,
        metavar="DIR",
        help=_("the bank's folder (default: $TOKENPAY_BANK, or tokenpay/bank in the user's data folder)"),
    )
    parser.add_argument("--name", default=platform.node() or "terminal", help=_("this terminal's name in the audit"))
    parser.add_argument("--state", type=Path, metavar="DIR", help=_("where the terminal keeps what it must not forget"))
    parser.add_argument("--language", choices=LANGUAGES, help=_("of the screen (default: from $LANGUAGE or $LANG)"))
    parser.add_argument(
        "--idle-s",
        type=_seconds,
        metavar="S",
        help=_(
            "lock the terminal after so long without a key (default: 300; 0: never), or sign a customer out of "
            "self-service (default: 60)"
        ),
    )
    parser.add_argument(
        "--program", choices=PROGRAMS, default="here", help=_("serve: what is shown in the browser (default: here)")
    )
    parser.add_argument("--host", default="127.0.0.1", help=_("serve: the address to listen on (default: 127.0.0.1)"))
    parser.add_argument(
        "--port", type=_port, default=PORT, help=_("serve: the port (default: {port})").format(port=PORT)
    )
    return parser


def _options(args: argparse.Namespace) -> list[str]:
    """Return the words that start the same terminal in a process of its own."""
    words = ["--bank", str(_folder(args.bank)), "--name", args.name]
    words += [] if args.idle_s is None else ["--idle-s", str(args.idle_s)]
    words += [] if args.state is None else ["--state", str(args.state)]
    return words + ([] if args.language is None else ["--language", args.language])


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if seconds != 0 and not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(_("a number of seconds from 1 to 86400, or 0"))
    return seconds


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(_("a port is a number from 1 to 65535"))
    return int(text)


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
    from terminal_app.sentences import sentence

    print(f"tokenpay-terminal: {sentence(error)}{more}", file=sys.stderr)
    return EXIT_INVALID if isinstance(error, tp.InvalidInput) else EXIT_UNAVAILABLE
