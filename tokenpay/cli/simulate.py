"""Live days of a simulated bank with everything that can go wrong, and prove its books after every step."""

from argparse import ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tokenpay.cli.command import count, position
from tokenpay.cli.output import Answer
from tokenpay.cli.streams import say_aside

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers
    from tokenpay.testing.simulator import Failure, Report

EXIT_BROKEN = 1
_TELL_EVERY = 100


def add_parser(subparsers: "Subparsers") -> None:
    help = "live days of a simulated bank, with faults, and prove its books after every step"
    parser = subparsers.add_parser("simulate", help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.add_argument(
        "--seed", type=position, default=1, metavar="N", help="of the first history; the same seed, the same history"
    )
    parser.add_argument("--seeds", type=count, default=1, metavar="N", help="so many seeds, one after another")
    parser.add_argument("--days", type=count, default=1, metavar="N", help="so many days each (default: 1)")
    parser.add_argument("--branches", type=count, default=1, metavar="N", help="of the bank (default: 1)")
    parser.add_argument("--acts-a-day", type=count, default=400, metavar="N", help="at each branch (default: 400)")
    parser.add_argument("--until", type=count, metavar="STEP", help="nothing happens after this step")
    parser.add_argument("--only", type=steps, metavar="STEPS", help="of the history these steps alone, as 3,17,21")
    parser.add_argument("--calm", type=steps, default=(), metavar="STEPS", help="in these steps nothing goes wrong")
    parser.add_argument("--history", type=Path, metavar="FILE", help="write every step there, a line each")
    parser.add_argument("--as-found", action="store_true", help="do not look for the shortest replay of a failure")
    parser.set_defaults(run=run)


def steps(text: str) -> tuple[int, ...]:
    """Read the numbers of steps, with commas between them."""
    parts = text.split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise ArgumentTypeError("the numbers of steps are asked for, as 3,17,21")
    return tuple(sorted({int(part) for part in parts}))


def run(args: Namespace) -> Answer:
    """Simulate one seed after another until one fails; the exit code is 1 then."""
    from tokenpay.testing.simulator import Simulation, shortest

    reports: list[Report] = []
    failure: Failure | None = None
    with ExitStack() as stack:
        history = stack.enter_context(args.history.open("w", encoding="utf-8")) if args.history else None
        for seed in range(args.seed, args.seed + args.seeds):
            simulation = Simulation(
                seed=seed,
                days=args.days,
                branches=args.branches,
                acts_a_day=args.acts_a_day,
                until=args.until,
                only=args.only,
                calm=args.calm,
            )
            report = simulation.run(_Teller(seed, history))
            reports.append(report)
            failure = report.failure
            if failure is not None:
                if not args.as_found:
                    say_aside(f"seed {seed} fails at step {failure.step}; looking for its shortest replay")
                    failure = shortest(simulation, failure, tell=say_aside)
                break
            if args.seeds > 1:
                say_aside(f"seed {seed}: {report.payments} payments, {report.digest[:16]}")
    return _answer(reports, failure)


class _Teller:
    """Writes each line of a history, and now and then says how far it is."""

    def __init__(self, seed: int, history: TextIO | None) -> None:
        self._seed = seed
        self._history = history
        self._lines = 0

    def __call__(self, line: str) -> None:
        self._lines += 1
        if self._history is not None:
            self._history.write(f"{line}\n")
        if self._lines % _TELL_EVERY == 0:
            say_aside(f"seed {self._seed}: {self._lines} steps")


def _answer(reports: "Sequence[Report]", failure: "Failure | None") -> Answer:
    happened: Counter[str] = sum((report.happened for report in reports), Counter())
    faults: Counter[str] = sum((report.faults for report in reports), Counter())
    payments, cpu_s = sum(report.payments for report in reports), sum(report.cpu_s for report in reports)
    content = {
        "holds": failure is None,
        "seeds": len(reports),
        "steps": sum(report.steps for report in reports),
        "payments": payments,
        "payments_per_cpu_second": round(payments / cpu_s) if cpu_s else 0,
        "invariants_checked": sum(report.checked for report in reports),
        "happened": dict(sorted(happened.items())),
        "faults": dict(sorted(faults.items())),
        "digests": {str(report.seed): report.digest for report in reports},
        "failure": None if failure is None else {**_fields(failure), "replay": failure.replay},
    }
    return Answer(content=content, text=_text(content, reports, failure), exit_code=EXIT_BROKEN if failure else 0)


def _fields(failure: "Failure") -> dict[str, object]:
    return {
        "seed": failure.seed,
        "step": failure.step,
        "invariant": failure.invariant,
        "message": failure.message,
        "lines": list(failure.lines),
    }


def _text(content: dict[str, object], reports: "Sequence[Report]", failure: "Failure | None") -> str:
    lines = []
    for title in ("happened", "faults"):
        counted = content[title]
        if isinstance(counted, dict) and counted:
            lines += [title, *(f"  {number:>9,}  {name}" for name, number in counted.items())]
    lines += [
        f"  {content['steps']:>9,}  steps",
        f"  {content['payments']:>9,}  payments, {content['payments_per_cpu_second']} a second of CPU time",
        f"  {content['invariants_checked']:>9,}  times an invariant was checked",
        *(f"seed {report.seed}: {report.digest}" for report in reports[-1:]),
    ]
    if failure is None:
        return "\n".join([*lines, "every invariant held after every step"])
    return "\n".join(
        [
            *lines,
            *failure.lines,
            f"seed {failure.seed} fails after step {failure.step}: {failure.invariant}: {failure.message}",
            f"replay it: {failure.replay}",
        ]
    )
