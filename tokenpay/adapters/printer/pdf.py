"""Receipts as PDF pages of the paper's width, with text that can be searched and a QR code of rectangles."""

from pathlib import Path

from tokenpay.adapters.printer.slip_file import write_slip
from tokenpay.counter.slip import Slip, SlipQr, columns
from tokenpay.errors import MissingExtra
from tokenpay.requests.qr_matrix import qr_matrix
from tokenpay.requests.qr_size import QUIET_ZONE, QrLevel

FONTS = Path(__file__).parent / "fonts"
"""DejaVu Sans Mono, which knows Cyrillic and may be passed on."""
_MARGIN_MM = 4.0
_SIZE_PT = 8.0
_COLUMN_MM = _SIZE_PT * 1233 / 2048 * 25.4 / 72  # as wide as the font draws every letter
_LINE_MM = 3.6
_QR_MM = 32.0


class PdfPrinter:
    """Writes each slip as one page to a file or into a folder."""

    def __init__(self, path: Path, *, width: int) -> None:
        self._path = path
        self.width = width

    def print(self, slip: Slip) -> None:
        """Write the slip; raises PrinterUnavailable, MissingExtra."""
        write_slip(self._path, slip, ".pdf", slip_pdf(slip))


def slip_pdf(slip: Slip) -> bytes:
    """Return a slip as a PDF of one page; raises MissingExtra."""
    try:
        from fpdf import FPDF
    except ImportError:
        raise MissingExtra("pdf", "A receipt as PDF") from None
    width_mm = slip.width * _COLUMN_MM + 2 * _MARGIN_MM
    heights_mm = [_QR_MM if isinstance(line, SlipQr) else _LINE_MM for line in slip.lines]
    page = FPDF(unit="mm", format=(width_mm, sum(heights_mm) + 2 * _MARGIN_MM))
    page.set_auto_page_break(False)
    page.set_margin(0)
    page.set_title(slip.name)
    page.add_font("mono", "", FONTS / "DejaVuSansMono.ttf")
    page.add_font("mono", "B", FONTS / "DejaVuSansMono-Bold.ttf")
    page.add_page()
    at_mm = _MARGIN_MM
    for line, height_mm in zip(slip.lines, heights_mm, strict=True):
        if isinstance(line, SlipQr):
            for left_mm, top_mm, side_mm in _dark(line.text, (width_mm - _QR_MM) / 2, at_mm):
                page.rect(left_mm, top_mm, side_mm, side_mm, style="F")
        else:
            free = max(slip.width - columns(line.text), 0)
            indent = {"left": 0.0, "center": free / 2, "right": float(free)}[line.align]
            page.set_font("mono", "B" if line.bold else "", _SIZE_PT)
            page.text(_MARGIN_MM + indent * _COLUMN_MM, at_mm + _LINE_MM * 0.75, line.text)
        at_mm += height_mm
    return bytes(page.output())


def _dark(text: str, left_mm: float, top_mm: float) -> list[tuple[float, float, float]]:
    rows = qr_matrix(text, level=QrLevel.PRINT).rows
    side_mm = _QR_MM / (len(rows) + 2 * QUIET_ZONE)
    return [
        (left_mm + (x + QUIET_ZONE) * side_mm, top_mm + (y + QUIET_ZONE) * side_mm, side_mm)
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    ]
