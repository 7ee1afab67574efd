"""Run the engine: the loop that carries money to finality, and one step of it that is no chain's."""

import argparse
import gc
import os
import signal
import sys
from argparse import Namespace
from contextlib import nullcontext
from threading import Thread
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import engine, opened
from tokenpay.cli.output import Answer, plain, print_answer, print_error
from tokenpay.cli.streams import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from tokenpay import Bank, Cycle, TokenpayError
    from tokenpay.cli.command import Subparsers
    from tokenpay.cli.metrics import Metrics

MAX_PAUSE_S = 60.0
_WATCHED = ("blocks", "deposits", "orphaned", "included", "behind")


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "engine", "run the loop that carries money to finality")
    running = add_verb(verbs, "run", run, "watch, settle, submit and expire until told to stop; it holds the keys")
    add_verb(verbs, "expire", expire, "end requests and payments that waited too long, on every chain (as the engine)")
    running.add_argument("--once", action="store_true", help="one turn, then stop")
    running.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started this one")
    running.add_argument("--metrics", metavar="PLACE", help="serve /healthz and /metrics at HOST:PORT; port 0: any")
    running.add_argument("--metrics-anywhere", action="store_true", help="let --metrics listen beyond this machine")
    running.add_argument("--pause-s", type=pause, default=1.0, metavar="S", help="between turns (default: 1)")


def run(args: Namespace) -> int:
    """Run until a signal; SIGINT and SIGTERM let the step in hand end, a second one does not wait."""
    from tokenpay.cli.metrics import Metrics
    from tokenpay.cli.metrics_server import read_place, serving
    from tokenpay.cli.program import exit_code

    told = _Told(args.json)
    place = read_place(args.metrics, anywhere=args.metrics_anywhere) if args.metrics is not None else None
    with opened(args, signer=True) as bank:
        if args.once:
            session = tp.engine_session(bank)
            told.tell(cycle := tp.run_once(bank, by=session))
            while cycle.comes_nearer:
                told.tell(cycle := tp.run_once(bank, by=session))
            errors = _errors(cycle)
            return exit_code(errors[0]) if errors else 0
        stopping: list[int] = []

        def stop(number: int, _frame: "FrameType | None") -> None:
            stopping.append(number)
            signal.signal(number, signal.SIG_DFL)

        if args.until_stdin_closes:
            Thread(target=_wait_for_the_end_of_stdin, args=(stopping,), daemon=True).start()
        metrics = Metrics(bank, pause_s=args.pause_s)

        def turned(cycle: "Cycle") -> None:
            metrics.turned(cycle)
            told.tell(cycle)

        with serving(metrics, place) if place is not None else nullcontext("") as url:
            told.begin(bank, url)
            _run(bank, metrics, turned, stop, stopping, pause_s=args.pause_s)
    return 0


def _run(
    bank: "Bank",
    metrics: "Metrics",
    turned: "Callable[[Cycle], None]",
    stop: "Callable[[int, FrameType | None], None]",
    stopping: list[int],
    *,
    pause_s: float,
) -> None:
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    gc.collect()
    gc.freeze()  # what was imported stays: nobody need look through it while money moves
    try:
        tp.run(
            bank,
            sign_in=lambda: metrics.signed_in(tp.engine_session(bank)),
            stop=lambda: bool(stopping),
            pause_s=pause_s,
            after_each=turned,
        )
    finally:
        gc.unfreeze()
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_the_end_of_stdin(stopping: list[int]) -> None:
    """Read what nobody sends: the end comes when the process that holds the other end is gone, however it went."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stopping.append(0)


def expire(args: Namespace) -> Answer:
    with engine(args) as (bank, by):
        return Answer(content=plain(tp.expire(bank, by=by)))


class _Told:
    """Says what turns did: every turn as JSON, and for people only what is new."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._last: list[str] = []
        self._nodes: list[str] = []

    def begin(self, bank: "Bank", url: str) -> None:
        chains = len(bank.settings.chains)
        if self._as_json and url:
            print_answer(Answer(content={"metrics": url}), as_json=True)
        elif not self._as_json:
            say(f"engine of {bank.name}: {chains} chain{'' if chains == 1 else 's'}; Ctrl-C ends it")
            if url:
                say(f"metrics at {url}/metrics, health at {url}/healthz")

    def tell(self, cycle: "Cycle") -> None:
        content = _content(cycle)
        errors = _errors(cycle)
        said = [f"{error.code} {error.message}" for error in errors]
        if self._as_json:
            print_answer(Answer(content=content), as_json=True)
        else:
            nodes = [f"chain {turn.chain_id}: {line}" for turn in cycle.chains for line in turn.nodes]
            nodes += [f"heads wait: {line}" for line in cycle.heads.troubles]
            for line in _lines(content) + [line for line in nodes if line not in self._nodes]:
                say(line)
            self._nodes = nodes
            if said != self._last:
                for error in errors:
                    print_error(error.code, error.message, fields={}, docs=error.docs, as_json=False)
        self._last = said


def _errors(cycle: "Cycle") -> "list[TokenpayError]":
    return [error for error in (cycle.error, *(turn.error for turn in cycle.chains)) if error is not None]


def _content(cycle: "Cycle") -> dict[str, Any]:
    return {
        "chains": [
            {
                "chain_id": turn.chain_id,
                "watched": plain(turn.watched),
                "settled": plain(turn.settled),
                "submitted": plain(turn.submitted),
                "error": _error(turn.error),
                "nodes": list(turn.nodes),
                "elsewhere": turn.elsewhere,
            }
            for turn in cycle.chains
        ],
        "expired": plain(cycle.expired),
        "heads": {"signed": cycle.signed_heads, "sent": cycle.heads.sent, "troubles": list(cycle.heads.troubles)},
        "error": _error(cycle.error),
    }


def _error(error: "TokenpayError | None") -> dict[str, str] | None:
    return None if error is None else {"code": error.code, "message": error.message}


def _lines(content: dict[str, Any]) -> list[str]:
    lines = []
    for turn in content["chains"]:
        counts = {
            **{name: (turn["watched"] or {}).get(name, 0) for name in _WATCHED},
            **{f"settled {name}": (turn["settled"] or {}).get(name, 0) for name in ("payments", "deposits")},
            **{name: (turn["submitted"] or {}).get(name, 0) for name in ("assigned", "sent", "stuck")},
        }
        did = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
        lines += [f"chain {turn['chain_id']}: {did}"] if did else []
    for name, counts in (("expired", content["expired"]), ("heads", {**content["heads"], "troubles": 0})):
        did = ", ".join(f"{what} {number}" for what, number in counts.items() if number)
        lines += [f"{name}: {did}"] if did else []
    return lines


def pause(text: str) -> float:
    """Read a pause in seconds; short enough that a signal is soon obeyed."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MAX_PAUSE_S:
        raise argparse.ArgumentTypeError(f"a pause is 0 to {MAX_PAUSE_S:.0f} seconds")
    return seconds
