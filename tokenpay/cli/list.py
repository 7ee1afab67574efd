"""Load the lists that parties and addresses are screened against, look at them, and ask them."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb, day
from tokenpay.cli.desk import signed_in
from tokenpay.cli.files import MAX_LIST_BYTES, read_bytes
from tokenpay.cli.output import Answer, plain
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.screening import Verdict

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "list", "load, show and ask the lists of whom money may not go to or come from")
    loading = add_verb(verbs, "load", load, "put a list in the place of the one of that name", operator=True)
    loading.add_argument(
        "file", type=Path, nargs="+", help="the list's file; for ofac_csv sdn.csv, alt.csv and comments"
    )
    loading.add_argument("--name", required=True, help="which list this is")
    loading.add_argument("--form", choices=[form.value for form in ListForm], default=ListForm.OWN.value)
    loading.add_argument(
        "--dated", type=day, metavar="YYYY-MM-DD", help="the list's own date, in UTC, where the file carries none"
    )
    loading.add_argument(
        "--signature", type=Path, action="append", default=[], help="its detached Ed25519 signature; one for each file"
    )
    add_verb(verbs, "show", show, "show the lists in place, and why one can say nothing", operator=True)
    asking = add_verb(verbs, "screen", screen, "ask the lists about an address, however it is written", operator=True)
    asking.add_argument("address", help="an address, a request or calldata")


def load(args: Namespace) -> Answer:
    files = [read_bytes(path, max_bytes=MAX_LIST_BYTES) for path in args.file]
    signatures = [read_bytes(path) for path in args.signature]
    with signed_in(args) as (bank, by):
        loaded = tp.load_list(
            bank,
            name=args.name,
            form=ListForm(args.form),
            files=files,
            dated_s=args.dated,
            signatures=signatures,
            by=by,
        )
    return Answer(content=plain(loaded), exit_code=1 if loaded.doubts else 0)


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        health = tp.bank_health(bank, by=by)
    content = {"lists": list(health.lists), "silent_lists": list(health.silent_lists)}
    return Answer(content={**content, "unread_names": dict(health.unread_names)})


def screen(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        found = tp.screen_address(bank, args.address, by=by)
    clear = all(screening.verdict is Verdict.CLEAR for screening in found)
    return Answer(content={"screenings": list(found)}, exit_code=0 if clear else 1)
