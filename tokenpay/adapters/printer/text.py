"""Receipts as plain text in files, with the QR code in half blocks."""

from pathlib import Path

from tokenpay.adapters.printer.slip_file import write_slip
from tokenpay.counter.slip import Slip


class TextPrinter:
    """Writes each slip, as UTF-8, to a file or into a folder."""

    def __init__(self, path: Path, *, width: int) -> None:
        self._path = path
        self.width = width

    def print(self, slip: Slip) -> None:
        """Write the slip; raises PrinterUnavailable."""
        write_slip(self._path, slip, ".txt", slip.text().encode())
