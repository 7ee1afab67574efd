"""The demo bank's folder: a temporary one, or one that is kept and gone on with. Nothing else is ever removed."""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tokenpay.errors import InvalidInput, WrongState
from tokenpay.settings import PIN_KEY_NAME, database_url, read_settings
from tokenpay.store.migrate import upgrade
from tokenpay.store.unit_of_work import Store

SETTINGS, CODES = "bank.json", "codes"
_OURS = frozenset(
    {
        "authenticators",
        "heads",
        SETTINGS,
        PIN_KEY_NAME,
        "bank.db",
        "bank.db-journal",
        "keys",
        "devnet",
        "rates.json",
        ".rates.json.partial",
        CODES,
    }
)
_WAIT_S = 3.0


@contextmanager
def demo_folder(keep: Path | None, *, fresh: bool) -> Iterator[Path]:
    """Give a folder that holds nothing, or a whole demo bank.

    A founding that was cut short is cleared away. Raises InvalidInput for a folder with anything else in it,
    WrongState where `fresh` would take a bank away from who uses it.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="tokenpay-demo-") as temporary:
            yield Path(temporary)
        return
    directory = keep.resolve()
    if directory.exists() and not directory.is_dir():
        raise InvalidInput("the demo is kept in a folder, and this is a file")
    directory.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in directory.iterdir()}
    if names - _OURS or (names and "devnet" not in names):
        raise InvalidInput("the folder holds something that is no demo bank: name an empty one")
    if SETTINGS in names:
        _bring_up_to_date(directory)
    if fresh or SETTINGS not in names:
        _clear(directory)
    yield directory


def _bring_up_to_date(directory: Path) -> None:
    """Migrate the demo bank that an older program has left; raises InvalidInput, and touches nothing, for another."""
    url = database_url(directory, read_settings(directory))
    with closing(Store(url)) as store, store.read() as uow:
        if not uow.facts.get("demo", ""):
            raise InvalidInput("the bank in this folder is no demo bank")
    upgrade(url)


def _clear(directory: Path) -> None:
    _wait_until_unserved(directory / "devnet" / "devnet.lock")
    # The settings go first: without them no half of a bank can be taken for a whole one.
    for name in sorted(_OURS, key=lambda name: name != SETTINGS):
        path = directory / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _wait_until_unserved(lock: Path) -> None:
    """Wait for the chain of a run that has just ended; one that stays up is somebody's."""
    deadline = time.monotonic() + _WAIT_S
    while lock.exists():
        with lock.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                pass
        if time.monotonic() > deadline:
            raise WrongState("the demo bank in this folder is in use: close what uses it first")
        time.sleep(0.05)
