"""ESC/POS printers at the network, at USB or behind a device file; one slip is one piece of bytes."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tokenpay.adapters.printer.pdf import FONTS
from tokenpay.counter.slip import Slip, SlipQr, SlipText, aligned, columns
from tokenpay.errors import InvalidInput, MissingExtra, PrinterUnavailable
from tokenpay.settings import PrinterSettings

_DOTS = 12
"""Of a column, and of a line twice as many: the printers' letter A."""
_FONT_SIZE = 20  # draws each letter 12 dots wide
_QR_DOTS = 6
_FEED = b"\n"
_DRAWER_PIN = 2


class EscposPrinter:
    """Sends each slip to the printer that the settings name; `open_device` fills it in by hand."""

    def __init__(self, settings: PrinterSettings, *, open_device: Callable[[], Any] | None = None) -> None:
        self._settings = settings
        self._open_device = open_device
        self.width: int = settings.width

    def print(self, slip: Slip) -> None:
        """Send the slip at once, with a cut behind it; raises PrinterUnavailable, MissingExtra, InvalidInput."""
        data = slip_bytes(slip, profile=self._settings.profile, image=self._settings.image)
        device: Any = None
        try:
            device = (self._open_device or self._device)()
            device.open()
            device._raw(data)
        except MissingExtra:
            raise
        except Exception:
            # What the drivers raise is many things, and may name the printer's address: one line for all of it.
            raise PrinterUnavailable("the printer does not answer: look at its cable, paper and power") from None
        finally:
            _close(device)

    def _device(self) -> Any:
        settings = self._settings
        if settings.kind == "escpos-network":
            return _Network(settings.host, settings.port, settings.timeout_s)
        printer = _escpos().printer
        if settings.kind == "escpos-usb":
            if not printer.Usb.is_usable():
                raise MissingExtra("printer", "An ESC/POS printer at USB")
            return printer.Usb(settings.vendor, settings.product, timeout=int(settings.timeout_s * 1000))
        return printer.File(settings.path)


def slip_bytes(slip: Slip, *, profile: str = "default", image: bool = False) -> bytes:
    """Return a slip as ESC/POS commands; raises MissingExtra, and InvalidInput for an unknown profile.

    Each line goes in a code page of the profile that holds all of it; with `image`, or where no page does, as a
    picture, so that no letter is lost.
    """
    escpos = _escpos()
    try:
        paper = escpos.printer.Dummy(profile=profile)
    except KeyError:
        raise InvalidInput("python-escpos knows no printer profile of this name") from None
    paper.hw("INIT")
    if slip.opens_drawer:
        paper.cashdraw(_DRAWER_PIN)
    for line in slip.lines:
        if isinstance(line, SlipQr):
            paper.set(align="center", bold=False)
            paper.qr(line.text, ec=escpos.escpos.QR_ECLEVEL_M, size=_QR_DOTS, native=True)
            paper._raw(_FEED)
            continue
        page = None if image else _page_of(paper.magic.encoder, line.text)
        paper.set(align="left" if page is None else line.align, bold=line.bold)
        if page is None:
            paper._raw(_picture(line, slip.width))
        else:
            paper.magic.write_with_encoding(page, line.text)
            paper._raw(_FEED)
    paper.cut()
    return bytes(paper.output)


def _escpos() -> Any:
    try:
        import escpos.escpos
        import escpos.printer
    except ImportError:
        raise MissingExtra("printer", "An ESC/POS printer") from None
    return escpos


class _Network:
    """A connection to a printer, by any family of address; closed also where it was never made."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._address, self._timeout_s = (host, port), timeout_s
        self._line: socket.socket | None = None

    def open(self) -> None:
        self._line = socket.create_connection(self._address, self._timeout_s)

    def _raw(self, data: bytes) -> None:
        if self._line is None:
            raise PrinterUnavailable("the printer was not reached")
        self._line.sendall(data)
        self._line.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()


def _close(device: Any) -> None:
    if device is not None:
        with suppress(Exception):  # whether the slip was taken is known already
            device.close()


def _page_of(encoder: Any, text: str) -> str | None:
    """Return a code page that holds a whole line, the printer's first, or None."""
    pages = sorted(encoder.codepages, key=lambda page: int(encoder.codepages[page]))
    return next((page for page in pages if all(encoder.can_encode(page, letter) for letter in text)), None)


def _picture(line: SlipText, width: int) -> bytes:
    """Return a line drawn as dots (GS v 0), which every ESC/POS printer prints as it is."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(FONTS / f"DejaVuSansMono{'-Bold' if line.bold else ''}.ttf"), size=_FONT_SIZE)
    picture = Image.new("1", (width * _DOTS, 2 * _DOTS), 0)
    draw = ImageDraw.Draw(picture)
    at = columns(aligned(line, width)) - columns(line.text)
    for letter in line.text:
        draw.text((at * _DOTS, 0), letter, font=font, fill=1)
        at += columns(letter)
    across = -(-picture.width // 8)
    return b"\x1dv0\0" + across.to_bytes(2, "little") + picture.height.to_bytes(2, "little") + picture.tobytes()
