"""A file for one slip: new, and there whole or not at all."""

from pathlib import Path

from tokenpay.counter.slip import Slip
from tokenpay.errors import PrinterUnavailable
from tokenpay.primitives.new_file import new_file


def write_slip(path: Path, slip: Slip, suffix: str, content: bytes) -> None:
    """Write to `path` where it ends in `suffix`, else in that folder to a new file named for the slip.

    Receipts hold customers' data: the file is its owner's alone. What is there already is not written over; in a
    folder a slip that is printed again gets the next number. Raises PrinterUnavailable.
    """
    try:
        if path.suffix == suffix:
            _write(path, content)
            return
        for again in range(1, 10_000):
            try:
                _write(path / f"{slip.name}{'' if again == 1 else f'-{again}'}{suffix}", content)
                return
            except FileExistsError:
                continue
    except OSError as error:
        raise PrinterUnavailable(f"the receipt's file cannot be written: {error.strerror}", file=path.name) from None
    raise PrinterUnavailable("the folder of receipts holds this one ten thousand times", file=path.name)


def _write(path: Path, content: bytes) -> None:
    with new_file(path) as draft:
        draft.write_bytes(content)
