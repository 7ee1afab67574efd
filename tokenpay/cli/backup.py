"""Copy a whole bank into one file while it works: books, settings and encrypted keys, with a checksum of each."""

import sqlite3
import tarfile
import tempfile
import time
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING

from tokenpay.cli.archive import EMBEDDED, MANIFEST_NAME, Manifest, digest
from tokenpay.cli.command import add_bank
from tokenpay.cli.desk import bank_folder
from tokenpay.cli.files import new_file
from tokenpay.cli.output import Answer
from tokenpay.errors import StoreUnavailable

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers
    from tokenpay.settings import BankSettings

BUSY_TIMEOUT_S = 15
WALLET, RULES = "keys/wallet.json", "keys/signer.json"
SIGNED = "keys/signed.jsonl"
HEADS = "keys/heads.jsonl"
RATES = "rates.json"
# With the PIN key beside its copy, a stolen database could be tried through for PINs.
PASSWORDS = ("keys/wallet.password", "keys/engine.password", "pin.key")


def add_parser(subparsers: "Subparsers") -> None:
    help = "copy the bank into one file, while it works"
    parser = subparsers.add_parser("backup", help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("file", type=Path, help="a new file (.tar.gz); only its owner can read it")
    parser.add_argument(
        "--with-passwords",
        action="store_true",
        help="put the passwords of wallet and engine and the PIN key in too: whoever has the file then owns the money",
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    add_bank(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> Answer:
    from tokenpay.settings import database_url, read_settings
    from tokenpay.store.migrate import revision

    folder = bank_folder(args)
    settings = read_settings(folder)
    url = database_url(folder, settings)
    standing = revision(url)  # says so when there is no database
    with new_file(args.file, mode=0o600) as draft, tempfile.TemporaryDirectory(dir=args.file.parent) as name:
        stage = Path(name)
        _stage(folder, stage, settings, url, with_passwords=args.with_passwords)
        files = {
            path.relative_to(stage).as_posix(): digest(path) for path in sorted(stage.rglob("*")) if path.is_file()
        }
        manifest = Manifest(made_at_s=int(time.time()), revision=standing or "", files=files)
        (stage / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2))
        with tarfile.open(draft, "w:gz", compresslevel=6) as archive:
            for path in (MANIFEST_NAME, *files):
                archive.add(stage / path, path, filter=_owned_by_nobody)
    next_step = "" if url.startswith("sqlite") else _dump(url)
    content = {
        "file": str(args.file),
        "sha256": digest(args.file),
        "revision": standing,
        "files": list(files),
        "next": next_step,
    }
    return Answer(content=content)


def _stage(folder: Path, stage: Path, settings: "BankSettings", url: str, *, with_passwords: bool) -> None:
    from sqlalchemy import make_url

    from tokenpay.settings import DATABASE_NAME, FILE_NAME

    copyfile(folder / FILE_NAME, stage / FILE_NAME)
    (stage / "keys").mkdir()
    # Heads before the books, as they are signed of them: the next is proved to grow from the last that is remembered.
    for name in (WALLET, HEADS, RATES, *(PASSWORDS if with_passwords else ())):
        if (folder / name).exists():
            copyfile(folder / name, stage / name)
    if url.startswith("sqlite"):
        _copy_database(Path(str(make_url(url).database)), stage / DATABASE_NAME)
    # After the books: what was signed since they were copied stays remembered.
    if (folder / SIGNED).exists():
        copyfile(folder / SIGNED, stage / SIGNED)
    # After what remembers their version: rules that were sealed meanwhile may be newer than it says, and never older.
    if (folder / RULES).exists():
        copyfile(folder / RULES, stage / RULES)
    # After the books: an embedded chain may be ahead of them, as any chain is, and never behind.
    if any(chain.embedded for chain in settings.chains) and (folder / EMBEDDED).exists():
        (stage / EMBEDDED).parent.mkdir()
        _copy_database(folder / EMBEDDED, stage / EMBEDDED)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database with its own backup call: one consistent state, whoever writes meanwhile."""
    try:
        with (
            closing(
                sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_S)
            ) as before,
            closing(sqlite3.connect(target)) as after,
        ):
            before.backup(after)
    except sqlite3.Error:
        raise StoreUnavailable("the database cannot be copied now; try again") from None


def _dump(url: str) -> str:
    """Say how PostgreSQL's own tool takes the books, which it does better than anybody else."""
    from sqlalchemy import make_url

    shown = make_url(url).set(drivername="postgresql", password=None).render_as_string()
    return f'the books are in PostgreSQL: pg_dump --format=custom --file=books.dump "{shown}"'


def _owned_by_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
