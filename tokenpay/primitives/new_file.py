"""A new file that is there whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES)
"""What file systems that know no links answer: FAT and exFAT, and some shares."""
_BEGUN: set[str] = set()
"""What this process is writing: who is to write two texts to one file is told before either."""


@contextmanager
def new_file(path: Path, *, mode: int = 0o600) -> Iterator[Path]:
    """Yield a draft beside `path` to write to; when all went well it is on the disk and has that name there.

    Raises FileExistsError when something has the name already, at the start or at the end, and OSError.
    """
    if "\0" in str(path):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path.name)
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    place = os.path.join(os.path.realpath(path.parent), path.name)
    if place in _BEGUN:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    draft = _draft(path, mode)
    _BEGUN.add(place)
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        _name(draft, path)
        sync_folder(path.parent)
    finally:
        _BEGUN.discard(place)
        with suppress(OSError):  # where the disk has gone nothing can be taken away
            draft.unlink(missing_ok=True)


def _draft(path: Path, mode: int) -> Path:
    """Make the first draft of a name that nothing has: one that was left by who was killed is in nobody's way."""
    for number in count():
        draft = path.with_name(f".{path.name}.{os.getpid()}-{number}.partial")
        with suppress(FileExistsError):
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
            return draft
    raise AssertionError("numbers do not end")


def _name(draft: Path, path: Path) -> None:
    """Give a draft its name, and never one that something has: a rename would write over it."""
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        draft.replace(path)


def sync_folder(folder: Path) -> None:
    """Have on the disk which names a folder has."""
    if os.name == "nt":  # knows no folder to open
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
