"""Files that a person names: read whole, or written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tokenpay.errors import InvalidInput

MAX_TEXT_BYTES = 64 * 2**20


def read_text(path: Path) -> str:
    """Return a text file; raises InvalidInput when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TEXT_BYTES + 1)
        text = data.decode("utf-8")
    except OSError as error:
        raise InvalidInput(f"the file cannot be read: {error.strerror}", file=path.name) from None
    except UnicodeDecodeError:
        raise InvalidInput("the file is not text (UTF-8)", file=path.name) from None
    if len(data) > MAX_TEXT_BYTES:
        raise InvalidInput("the file is too large", file=path.name)
    return text


@contextmanager
def new_file(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Yield where to write, and move it to `path` when all went well; raises InvalidInput when something is there."""
    if path.exists():
        raise InvalidInput("there is a file of that name already", file=path.name)
    draft = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    except OSError as error:
        raise InvalidInput(f"the file cannot be written: {error.strerror}", file=path.name) from None
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
