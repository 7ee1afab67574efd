"""The Printer port means the same on every printer: a slip is taken whole, or PrinterUnavailable is raised."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.counter.samples import receipt
from tokenpay.adapters.printer.escpos import EscposPrinter
from tokenpay.adapters.printer.pdf import PdfPrinter
from tokenpay.adapters.printer.text import TextPrinter
from tokenpay.counter.slip import Slip, lay_out
from tokenpay.errors import PrinterUnavailable
from tokenpay.ports import Printer
from tokenpay.settings import PrinterSettings
from tokenpay.testing import FakePrinter

SLIP = lay_out(receipt().issued(number="RC-1", copy=0, at_s=1), width=42)


@dataclass(kw_only=True)
class Paper:
    """A printer, how many whole slips it took, and what puts it out of reach."""

    printer: Printer
    taken: Callable[[], int]
    cut_off: Callable[[], None]


@contextmanager
def fake(folder: Path) -> Iterator[Paper]:
    printer = FakePrinter()

    def cut_off() -> None:
        printer.unreachable = True

    yield Paper(printer=printer, taken=lambda: len(printer.slips), cut_off=cut_off)


@contextmanager
def into_folder(printer: Printer, folder: Path) -> Iterator[Paper]:
    def cut_off() -> None:
        folder.rename(folder.with_name("gone"))

    yield Paper(printer=printer, taken=lambda: len(list(folder.iterdir())), cut_off=cut_off)


@contextmanager
def text(folder: Path) -> Iterator[Paper]:
    (folder / "out").mkdir()
    with into_folder(TextPrinter(folder / "out", width=42), folder / "out") as paper:
        yield paper


@contextmanager
def pdf(folder: Path) -> Iterator[Paper]:
    (folder / "out").mkdir()
    with into_folder(PdfPrinter(folder / "out", width=42), folder / "out") as paper:
        yield paper


@contextmanager
def escpos_file(folder: Path) -> Iterator[Paper]:
    (folder / "dev").mkdir()
    device = folder / "dev" / "lp0"
    taken: list[bytes] = []
    printer = EscposPrinter(PrinterSettings(kind="escpos-file", path=str(device)))

    def count() -> int:
        taken.extend([device.read_bytes()] if device.exists() else [])
        device.unlink(missing_ok=True)
        return len(taken)

    def cut_off() -> None:
        (folder / "dev").rename(folder / "gone")

    class Counted:
        width = printer.width

        def print(self, slip: Slip) -> None:
            printer.print(slip)
            count()

    yield Paper(printer=Counted(), taken=lambda: len(taken), cut_off=cut_off)


@contextmanager
def escpos_network(folder: Path) -> Iterator[Paper]:
    taken: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                received = b""
                while part := line.recv(65_536):
                    received += part
            taken.append(received)
            came.set()

    came = threading.Event()
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = server.getsockname()[1]
    printer = EscposPrinter(PrinterSettings(kind="escpos-network", host="127.0.0.1", port=port, timeout_s=5))

    def count() -> int:
        came.wait(5)
        came.clear()
        return len(taken)

    def cut_off() -> None:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)

    yield Paper(printer=printer, taken=count, cut_off=cut_off)
    server.close()


PRINTERS = [fake, text, pdf, escpos_file, escpos_network]


@pytest.fixture(params=PRINTERS, ids=lambda made: made.__name__)
def paper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Paper]:
    with request.param(tmp_path) as made:
        yield made


def test_a_slip_is_printed_and_printed_again(paper: Paper) -> None:
    for times in (1, 2):
        paper.printer.print(SLIP)
        assert paper.taken() == times


def test_a_printer_out_of_reach_says_so_in_one_line(paper: Paper) -> None:
    paper.printer.print(SLIP)
    paper.cut_off()
    with pytest.raises(PrinterUnavailable) as caught:
        paper.printer.print(SLIP)
    assert caught.value.code == "printer.unavailable"
    assert "\n" not in caught.value.message
    assert caught.value.__cause__ is None


def test_a_printer_knows_how_wide_it_prints(paper: Paper) -> None:
    assert paper.printer.width == 42


def test_usb_that_is_not_there_is_out_of_reach() -> None:
    with pytest.raises(PrinterUnavailable):
        EscposPrinter(PrinterSettings(kind="escpos-usb", vendor=0x0001, product=0x0002)).print(SLIP)
