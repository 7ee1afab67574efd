"""Signed heads as files in a folder: one a head, never written over."""

from pathlib import Path
from urllib.parse import quote

from tokenpay.adapters.head_sink.same import check_same
from tokenpay.audit.signed_head import HeadStep
from tokenpay.errors import SinkUnavailable
from tokenpay.primitives.new_file import new_file

_MAX_NAME = 200
_PLACES = 12


class FolderSink:
    """Writes `STREAM-SIZE.json`, synced with its name, into a folder that is best another machine's disk."""

    def __init__(self, folder: Path, *, name: str) -> None:
        self._folder = folder
        self.name = f"folder {name}"

    def keep(self, step: HeadStep) -> None:
        """Write a head to a file of its own; raises SinkUnavailable, IntegrityError where the file holds another."""
        head, text = step.signed.head, step.text() + "\n"
        path = self._folder / f"{quote(head.stream, safe='')[:_MAX_NAME]}-{head.size:0{_PLACES}}.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with new_file(path, mode=0o644) as draft:
                draft.write_text(text, encoding="ascii")
        except FileExistsError:
            self._is_kept(path, text)
        except OSError as error:
            raise SinkUnavailable(f"the folder for heads cannot be written: {error.strerror}") from None

    def _is_kept(self, path: Path, text: str) -> None:
        """Find the same head under that name: told at another moment it is still the same."""
        try:
            kept = path.read_text("ascii", "replace")
        except OSError as error:
            raise SinkUnavailable(f"the folder for heads cannot be read: {error.strerror}") from None
        check_same(kept, text)
