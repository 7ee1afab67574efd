"""`tokenpay demo`: a bank, its customers and a chain of its own, and what passes between them, in half a minute."""

import argparse
import json
import shlex
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tokenpay.cli.streams import say, say_aside
from tokenpay.errors import InvalidInput, MissingExtra

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers
    from tokenpay.cli.demo.show import Show
    from tokenpay.cli.demo.world import World

_NEEDS = {"devnet": "eth", "scan": "zxingcpp"}
"""Extras, each with a package that is there when the extra is installed."""


def add_parser(subparsers: "Subparsers") -> None:
    """Add the noun `demo`."""
    parser = subparsers.add_parser(
        "demo",
        help="show a whole bank at work",
        description="Founds a demo bank on an embedded chain, makes every kind of payment, and proves the books.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the bank in DIR; run again, it goes on")
    parser.add_argument("--fresh", action="store_true", help="with --keep: remove the demo bank in DIR and start over")
    parser.add_argument("--people", action="store_true", help="with --keep: print its people as JSON, and stop")
    parser.add_argument("--json", action="store_true", help="print the facts of each step as a line of JSON")


def run(args: argparse.Namespace) -> int:
    """Tell the story; 0 when everything was as told and the proof holds, 1 when something was not."""
    if args.fresh and args.keep is None:
        raise InvalidInput("--fresh goes with --keep: without it every demo starts afresh")
    if args.people:
        return _say_who(args.keep)
    missing = [extra for extra, package in _NEEDS.items() if find_spec(package) is None]
    if missing:
        raise MissingExtra(",".join(missing), "The demo")
    try:
        return _tell(args)
    except KeyboardInterrupt:
        kept = f": run it again and it goes on with {args.keep}" if args.keep else ""
        say_aside(f"\nThe demo was stopped{kept}.")
        raise


def _tell(args: argparse.Namespace) -> int:
    from tokenpay.cli.demo.folder import demo_folder
    from tokenpay.cli.demo.show import NotAsTold, Show
    from tokenpay.devnet.process import start_devnet

    started = time.perf_counter()
    show = Show(sys.stdout, as_json=args.json)
    show.line("One bank, two customers, and a chain of its own whose money is worth nothing.")
    with ExitStack() as stack:
        directory = stack.enter_context(demo_folder(args.keep, fresh=args.fresh))
        try:
            with show.step(0, "opening", "The bank opens"):
                show.say("Its chain starts, its programs are loaded: the next seconds are the longest.")
                # The chain starts, a process of its own, while this one imports what the story needs.
                with ThreadPoolExecutor(1) as ahead:
                    starting = ahead.submit(start_devnet, directory / "devnet")
                    from tokenpay.cli.demo.opening import opening
                    from tokenpay.cli.demo.story import tell
                    from tokenpay.cli.demo.world import open_world
                world = stack.enter_context(open_world(directory, stack.enter_context(starting.result())))
                opening(world, show)
            tell(world, show)
        except NotAsTold as broken:
            show.end(f"NOT AS TOLD: {broken}", good=False)
            return 1
        kept = {"directory": directory} if args.keep else {}
        duration_s = time.perf_counter() - started
        show.end(f"Everything was as told, and the proof holds. {duration_s:.1f} s in all.", good=True, **kept)
        if args.keep:
            _say_how_to_look(show, world)
    return 0


def _say_who(keep: Path | None) -> int:
    from tokenpay.cli.demo.folder import SETTINGS, demo_folder
    from tokenpay.cli.demo.founding import PEOPLE

    if keep is None or not (keep / SETTINGS).exists():
        raise InvalidInput("--people goes with --keep and a folder that holds a demo bank")
    with demo_folder(keep, fresh=False):
        people = [{"id": who.id, "name": who.name, "role": who.role, "password": who.password} for who in PEOPLE]
    say(json.dumps(people))
    return 0


def _say_how_to_look(show: "Show", world: "World") -> None:
    from tokenpay.cli.demo.founding import PEOPLE, VERA

    show.line("\nThe bank stays where it is. Its people, with passwords that are for a demo only:")
    for person in PEOPLE:
        show.line(f"    {person.id:6}{person.password:12}{person.name}, {person.role}")
    show.line("To look around as one of them:")
    show.line(f"    export TOKENPAY_BANK={shlex.quote(str(world.directory))}")
    show.line(f"    export TOKENPAY_OPERATOR={VERA.id} TOKENPAY_PASSWORD={VERA.password}")
    for command in (
        "payment list",
        "case list",
        f"customer statement {world.anna.id} --asset DEUR",
        "ledger reconcile",
    ):
        show.line(f"    tokenpay {command}")
