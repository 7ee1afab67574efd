"""Files that a person names: read whole, or written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tokenpay.errors import InvalidInput
from tokenpay.primitives.new_file import new_file as new_whole_file

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
    try:
        with new_whole_file(path, mode=mode) as draft:
            yield draft
    except FileExistsError:
        raise InvalidInput("there is a file of that name already", file=path.name) from None
    except OSError as error:
        raise InvalidInput(f"the file cannot be written: {error.strerror}", file=path.name) from None
