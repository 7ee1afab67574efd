"""The emergency brake: one person stops all payments, two let them go on."""

from argparse import Namespace
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "payments", "stop and resume every payment of the bank")
    stopping = add_verb(verbs, "stop", stop, "refuse every payment from now on", operator=True)
    stopping.add_argument("--reason", required=True)
    add_verb(verbs, "resume", resume, "ask to go on, or agree to it as the second person", operator=True)


def stop(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        tp.stop_payments(bank, reason=args.reason, by=by)
    return Answer(content={"payments": "stopped"})


def resume(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        running = tp.resume_payments(bank, by=by)
    return Answer(
        content={"payments": "running" if running else "stopped"},
        text=None if running else "payments: stopped until a second person resumes them too",
    )
