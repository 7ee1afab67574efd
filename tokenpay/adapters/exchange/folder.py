"""An exchange of files: whatever carries files between two institutions carries these."""

import os
import re
from pathlib import Path

from tokenpay.compliance.travel_message import MAX_ENVELOPE_BYTES
from tokenpay.errors import Unavailable
from tokenpay.primitives.new_file import new_file

_MESSAGE = re.compile(r"[A-Za-z0-9-]{1,64}\.(json|ack)")


class FolderExchange:
    """`outbox/<institution>` holds what is to be carried there, `inbox` what came; what was refused lies in `refused`.

    Each file is there whole or not at all, and is its owner's alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, recipient: str, name: str, content: bytes) -> bool:
        place = self._folder / "outbox" / recipient
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)  # where a file lies there, nothing is handed over
        except OSError as error:
            raise _unavailable(error) from None
        try:
            with new_file(place / name) as draft:
                draft.write_bytes(content)
        except FileExistsError:
            return False
        except OSError as error:
            raise _unavailable(error) from None
        return True

    def received(self) -> list[tuple[str, bytes]]:
        inbox = self._folder / "inbox"
        try:
            # A link is no message: it may lead anywhere.
            files = [path for path in inbox.iterdir() if path.is_file() and not path.is_symlink()]
            names = sorted(path.name for path in files if _MESSAGE.fullmatch(path.name))
            return [(name, _read(inbox / name)) for name in names]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unavailable(error) from None

    def done(self, name: str) -> None:
        try:
            (self._folder / "inbox" / name).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(error) from None

    def set_aside(self, name: str) -> None:
        refused = self._folder / "refused"
        try:
            refused.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._folder / "inbox" / name).replace(refused / name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unavailable(error) from None


def _read(path: Path) -> bytes:
    """Read a file that is one, and no more of it than a message has: the rest is refused by who reads it."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_ENVELOPE_BYTES + 1)


def _unavailable(error: OSError) -> Unavailable:
    return Unavailable(f"the folder of Travel Rule messages does not answer: {error.strerror}")
