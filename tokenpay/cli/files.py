"""Files that a person names: read whole, or written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tokenpay.errors import InvalidInput
from tokenpay.primitives.new_file import new_file as new_whole_file

MAX_TEXT_BYTES = 64 * 2**20
MAX_LIST_BYTES = 2**30
"""The largest published list has some 120 MB."""


def read_bytes(path: Path, *, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """Return a file as it is; raises InvalidInput when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise InvalidInput(f"the file cannot be read: {error.strerror}", file=path.name) from None
    if len(data) > max_bytes:
        raise InvalidInput("the file is too large", file=path.name)
    return data


def read_text(path: Path) -> str:
    """Return a text file; raises InvalidInput when it cannot be read."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("the file is not text (UTF-8)", file=path.name) from None


@contextmanager
def new_file(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Yield where to write, and move it to `path` when all went well; raises InvalidInput when something is there."""
    try:
        with new_whole_file(path, mode=mode) as draft:
            yield draft
    except FileExistsError:
        raise InvalidInput("there is a file of that name already", file=path.name) from None
    except OSError as error:
        raise InvalidInput(f"the file cannot be written: {error.strerror}", file=path.name) from None
