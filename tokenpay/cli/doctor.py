"""Look at the machine, the bank's folder, its database and its chains, and say what to do about what is wrong."""

import os
import sqlite3
import stat
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tokenpay.cli.command import add_bank
from tokenpay.cli.desk import bank_folder, opened
from tokenpay.cli.finding import Finding, fail, ok, warn
from tokenpay.cli.output import Answer
from tokenpay.errors import TokenpayError

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers
    from tokenpay.settings import BankSettings

EXIT_UNWELL = 1
EXTRAS = {
    "devnet": "eth",
    "names": "rigour",
    "pdf": "fpdf",
    "postgres": "psycopg",
    "printer": "escpos",
    "risk": "river",
    "scan": "zxingcpp",
    "terminal": "textual",
}
_WAL = 2  # bytes 18 and 19 of a SQLite file: the versions that may write and read it; 2 is WAL


def add_parser(subparsers: "Subparsers") -> None:
    help = "check this machine, the bank's folder, its database and its chains"
    parser = subparsers.add_parser("doctor", help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    add_bank(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> Answer:
    """Make every check that can be made; the exit code is 1 when one of them failed."""
    findings = list(_findings(args))
    marks = [f"{f.state:<5} {f.subject}: {f.message}" + (f"; {f.remedy}" if f.remedy else "") for f in findings]
    failed = any(finding.state == "fail" for finding in findings)
    return Answer(
        content={"healthy": not failed, "findings": findings},
        text="\n".join(marks),
        exit_code=EXIT_UNWELL if failed else 0,
    )


def _findings(args: Namespace) -> Iterator[Finding]:
    from tokenpay.settings import read_settings

    folder = bank_folder(args)
    yield _python()
    try:
        settings = read_settings(folder)
    except TokenpayError as error:
        yield fail("folder", error.message, "name another with --bank, or found one: tokenpay bank found")
        return
    yield ok("folder", str(folder))
    yield from _extras(settings)
    yield from _permissions(folder)
    yield from _keys(folder / "keys")
    database = _database(folder, settings)
    yield from database
    if any(finding.state == "fail" for finding in database):
        return
    yield from _tried("bank", partial(_bank, args))


def _bank(args: Namespace) -> Iterator[Finding]:
    from tokenpay.cli import diagnosis

    with opened(args) as bank:
        yield diagnosis.payments(bank)
        yield diagnosis.lists(bank)
        yield diagnosis.policy(bank)
        yield from _tried("signer", partial(diagnosis.signer, bank))
        yield diagnosis.guards(bank)
        yield from _tried("audit", partial(diagnosis.audit, bank))
        yield from _tried("heads", partial(diagnosis.heads, bank))
        yield from _tried("chains", partial(diagnosis.unnamed_chains, bank))
        for chain in bank.settings.chains:
            name = f"chain {chain.chain_id}"
            yield from _tried(name, partial(diagnosis.chain, bank, chain, name))


def _tried(subject: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Let a check that cannot be made be a finding of its own, and the others go on."""
    try:
        yield from check()
    except TokenpayError as error:
        yield fail(subject, error.message, f"see {error.docs}")


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return ok("python", f"{version}, SQLite {sqlite3.sqlite_version}")


def _extras(settings: "BankSettings") -> Iterator[Finding]:
    printer = "" if settings.printer is None else settings.printer.kind
    needed = {
        "devnet": any(chain.embedded for chain in settings.chains),
        "names": False,
        "pdf": printer == "pdf",
        "postgres": settings.database.startswith("postgresql"),
        "printer": printer.startswith("escpos"),
        "risk": False,
        "scan": False,
        "terminal": False,
    }
    for extra, module in EXTRAS.items():
        if find_spec(module) is not None:
            yield ok(f"extra {extra}", "installed")
        elif needed[extra]:
            yield fail(f"extra {extra}", "this bank needs it", f'pip install "tokenpay[{extra}]"')
        else:
            yield ok(f"extra {extra}", f'not installed, not needed here (pip install "tokenpay[{extra}]")')


def _permissions(folder: Path) -> Iterator[Finding]:
    """Keys, settings and books are for their owner alone."""
    from tokenpay.settings import DATABASE_NAME, FILE_NAME, PIN_KEY_NAME

    keys = folder / "keys"
    private = [keys, *sorted(keys.glob("*")), folder / FILE_NAME, folder / PIN_KEY_NAME, folder / DATABASE_NAME]
    loose = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    foreign = [path for path in private if path.exists() and path.stat().st_uid != os.geteuid()]
    if loose:
        names = " ".join(str(path) for path in loose)
        yield fail("permissions", f"others can reach {len(loose)} private files", f"chmod go-rwx {names}")
    if foreign:
        yield warn("permissions", f"{len(foreign)} files belong to somebody else", "run as the bank's own user")
    if not loose and not foreign:
        yield ok("permissions", "only their owner can reach keys, settings and books")


def _keys(keys: Path) -> Iterator[Finding]:
    """What the engine needs to run here, and what is better kept elsewhere."""
    missing = [name for name in ("wallet.json", "signer.json", "engine.password") if not (keys / name).exists()]
    if {"wallet.json", "engine.password"} <= set(missing):
        yield ok("keys", "this machine holds none: the engine signs elsewhere")
        return
    for name in missing:
        remedy = "put it back from where it is kept, with mode 0600"
        yield warn("keys", f"keys/{name} is not here: the engine cannot run on this machine", remedy)
    if (keys / "wallet.password").exists():
        remedy = "for a real bank, keep it elsewhere and set TOKENPAY_KEY_PASSWORD for the engine"
        yield warn("keys", "the wallet's password lies beside the wallet: who owns the folder owns the money", remedy)
    else:
        yield ok("keys", "the wallet's password is not here: the engine needs it in TOKENPAY_KEY_PASSWORD")


def _database(folder: Path, settings: "BankSettings") -> list[Finding]:
    """Look before it is opened: opening a SQLite database in WAL mode would change it."""
    from tokenpay.settings import database_url
    from tokenpay.store.migrate import HEAD, revision

    url = database_url(folder, settings)
    found = []
    try:
        if url.startswith("sqlite"):
            found.append(_journal(url))
        standing = revision(url)
    except TokenpayError as error:
        return [*found, fail("database", error.message, f"see {error.docs}")]
    if standing == HEAD:
        return [*found, ok("database", f"answers, revision {standing}")]
    if standing is not None and standing > HEAD:
        return [*found, fail("database", f"revision {standing} is newer than this program", "upgrade tokenpay")]
    return [*found, fail("database", f"revision {standing or 'none'}, not {HEAD}", "tokenpay bank migrate")]


def _journal(url: str) -> Finding:
    from sqlalchemy import make_url

    try:
        with Path(make_url(url).database or "").open("rb") as file:
            header = file.read(20)
    except OSError as error:
        return fail("journal", f"the database file cannot be read: {error.strerror}", "restore a backup")
    if header[18:20] == bytes((_WAL, _WAL)):
        remedy = "stop whatever set it; the next command sets a rollback journal again"
        return warn("journal", "the database is in WAL mode, which can corrupt it on this SQLite", remedy)
    return ok("journal", "rollback journal, no WAL")
