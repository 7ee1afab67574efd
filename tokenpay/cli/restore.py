"""Put a bank back from a backup: into an empty folder, whole or not at all."""

import os
import sqlite3
import tarfile
import time
import zlib
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import rmtree
from typing import IO, TYPE_CHECKING

from tokenpay.cli.archive import MANIFEST_NAME, Manifest, digest
from tokenpay.cli.command import add_bank
from tokenpay.cli.desk import bank_folder
from tokenpay.cli.output import Answer
from tokenpay.errors import IntegrityError, InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers

MAX_MANIFEST_BYTES = 2**20
_PART_BYTES = 2**20


def add_parser(subparsers: "Subparsers") -> None:
    help = "put a bank back from a backup, into an empty folder"
    parser = subparsers.add_parser("restore", help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("file", type=Path, help="what tokenpay backup made")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    add_bank(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> Answer:
    folder = bank_folder(args).absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput("a bank is restored into an empty folder")
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        draft.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise StoreUnavailable(f"the folder cannot be made: {error.strerror}") from None
    try:
        manifest = _extract(args.file, draft)
        _settle(draft, manifest)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        rmtree(draft, ignore_errors=True)
    content = {
        "directory": str(folder),
        "made_at_s": manifest.made_at_s,
        "revision": manifest.revision,
        "files": sorted(manifest.files),
        "next": _next(manifest),
    }
    return Answer(content=content)


def _extract(path: Path, draft: Path) -> Manifest:
    """Unpack what the manifest names, and prove every file; raises InvalidInput or IntegrityError."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = _manifest(archive)
            for member in archive:
                if member.name == MANIFEST_NAME:
                    continue
                content = archive.extractfile(member) if member.isreg() and member.name in manifest.files else None
                if content is None:
                    raise IntegrityError("the backup holds something that its manifest does not name")
                _write(draft / member.name, content)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # else gzip says so of what it reads
            raise InvalidInput(f"the file cannot be read: {error.strerror}", file=path.name) from None
        raise IntegrityError("the file is no backup, or was damaged", file=path.name) from None
    for name, expected in manifest.files.items():
        if not (draft / name).exists() or digest(draft / name) != expected:
            raise IntegrityError("a file of the backup is missing or was changed", file=name)
    return manifest


def _write(target: Path, content: IO[bytes]) -> None:
    with _writing():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        file = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
    with file:
        while part := content.read(_PART_BYTES):
            with _writing():
                while part:
                    part = part[file.write(part) :]


@contextmanager
def _writing() -> Iterator[None]:
    """What the disk here refuses says nothing of the backup."""
    try:
        yield
    except FileExistsError:
        raise IntegrityError("the backup holds a file twice") from None
    except OSError as error:
        raise StoreUnavailable(f"the bank cannot be written there: {error.strerror}") from None


def _manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    content = archive.extractfile(member) if member is not None and member.name == MANIFEST_NAME else None
    if member is None or content is None or member.size > MAX_MANIFEST_BYTES:
        raise IntegrityError("the file is no backup: it does not begin with a manifest")
    try:
        return Manifest.model_validate_json(content.read())
    except ValueError:
        raise IntegrityError("the backup's manifest is damaged, or of another version") from None


def _settle(draft: Path, manifest: Manifest) -> None:
    """Let the settings name the books beside them, and ask the database whether it is whole."""
    from tokenpay.settings import DATABASE_NAME, read_settings, write_settings

    settings = read_settings(draft)
    if not (draft / DATABASE_NAME).exists():
        return
    write_settings(draft, settings.model_copy(update={"database": ""}))
    try:
        with closing(sqlite3.connect(draft / DATABASE_NAME)) as database:
            whole = database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    except sqlite3.Error:
        whole = False
    if not whole:
        raise IntegrityError("the database in the backup is damaged")
    _came_back(draft, manifest.made_at_s)


def _came_back(draft: Path, copied_at_s: int) -> None:
    from tokenpay.settings import database_url, read_settings
    from tokenpay.store.restored import came_back
    from tokenpay.store.unit_of_work import Store

    store = Store(database_url(draft, read_settings(draft)))
    try:
        with store.unit_of_work() as uow:
            came_back(uow, copied_at_s=copied_at_s, now_s=int(time.time()))
    finally:
        store.close()


def _next(manifest: Manifest) -> list[str]:
    from tokenpay.settings import DATABASE_NAME
    from tokenpay.store.migrate import HEAD

    steps = []
    if "keys/wallet.json" in manifest.files and "keys/engine.password" not in manifest.files:
        steps.append("put keys/wallet.password and keys/engine.password back from where they are kept")
    if "pin.key" not in manifest.files:
        steps.append("put pin.key back from a machine of the bank: without it nobody signs in with a PIN")
    if DATABASE_NAME not in manifest.files:
        steps.append("restore the books: pg_restore --dbname URL books.dump")
        steps.append("tokenpay bank restored, before anybody works: no address is given out twice")
    elif manifest.revision != HEAD:
        steps.append("tokenpay bank migrate")
    again = "do again what the copy does not know: whom the bank dismissed, froze, closed or revoked since"
    return [*steps, "tokenpay doctor", again, "tokenpay bank resume, by two supervisors: payments are stopped"]
