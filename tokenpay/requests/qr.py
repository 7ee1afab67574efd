"""QR codes (ISO/IEC 18004): one matrix of modules from a text, and every picture from that matrix."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

from tokenpay.errors import InvalidQr, MissingExtra

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of modules, True for dark, without the quiet zone."""

QUIET_ZONE = 4  # modules, as the standard asks
MAX_SCALE_PX = 64
MAX_IMAGE_PIXELS = 50_000_000
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
# Entries 16 and 231 of the 256 colours are black and white in every theme; 30 and 47 are not.
_BLACK_ON_WHITE, _RESET = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
_IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")  # never a format that Pillow hands to another program


def qr_matrix(text: str) -> Matrix:
    """Return the smallest QR code for `text` at error correction level M, as rows of modules.

    One mode for the whole text: alphanumeric when its characters allow, else bytes (UTF-8).
    Raises InvalidQr for no text or more than a QR code holds.
    """
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.exceptions import DataOverflowError
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

    if not text:
        raise InvalidQr("an empty text has no QR code")
    mode = MODE_ALPHA_NUM if _ALPHANUMERIC.issuperset(text) else MODE_8BIT_BYTE
    code = QRCode(error_correction=ERROR_CORRECT_M)
    try:
        code.add_data(QRData(text.encode(), mode=mode), optimize=0)
        code.make()
    except UnicodeEncodeError:
        raise InvalidQr("the text is not valid Unicode") from None
    except (DataOverflowError, ValueError):  # the library says either when no version is large enough
        raise InvalidQr("the text is too long for a QR code") from None
    return tuple(tuple(map(bool, row)) for row in code.modules)


def _framed(text: str, quiet: int) -> Matrix:
    matrix = qr_matrix(text)
    width = len(matrix) + 2 * quiet
    margin = ((False,) * width,) * quiet
    side = (False,) * quiet
    return margin + tuple(side + row + side for row in matrix) + margin


def qr_png(text: str, *, scale: int = 8) -> bytes:
    """Return the QR code of `text` as a PNG, `scale` pixels a module, black on white; raises InvalidQr."""
    if not 1 <= scale <= MAX_SCALE_PX:
        raise InvalidQr(f"a module is 1 to {MAX_SCALE_PX} pixels wide")
    rows = _framed(text, QUIET_ZONE)
    width_px = len(rows) * scale
    pixels = b"".join((b"\0" + _packed(row, scale)) * scale for row in rows)
    header = struct.pack(">IIBBBBB", width_px, width_px, 1, 0, 0, 0, 0)  # one bit of grey, no interlace
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _packed(row: tuple[bool, ...], scale: int) -> bytes:
    bits = "".join(("0" if dark else "1") * scale for dark in row)
    size = -(-len(bits) // 8)
    return int(bits.ljust(size * 8, "0"), 2).to_bytes(size)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def qr_svg(text: str) -> str:
    """Return the QR code of `text` as an SVG document, one unit a module, black on white; raises InvalidQr."""
    rows = _framed(text, QUIET_ZONE)
    size = len(rows)
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{dark}"/></svg>\n'
    )


def qr_lines(text: str, *, quiet: int = QUIET_ZONE) -> list[str]:
    """Return the QR code of `text` as lines of half blocks, two modules a character; raises InvalidQr.

    The characters are ink: whoever prints them sets black on white (see `qr_ansi`).
    """
    rows = _framed(text, quiet)
    if len(rows) % 2:
        rows += ((False,) * len(rows),)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_HALF_BLOCKS[halves] for halves in zip(upper, lower, strict=True)) for upper, lower in pairs]


def qr_ansi(text: str, *, quiet: int = QUIET_ZONE) -> str:
    """Return `qr_lines` as one text that sets black on white in any terminal theme; raises InvalidQr."""
    return "".join(f"{_BLACK_ON_WHITE}{line}{_RESET}\n" for line in qr_lines(text, quiet=quiet))


def read_qr(image: bytes | Path) -> list[str]:
    """Return the text of every QR code in an image file or its bytes.

    Raises InvalidQr when it is no image or shows no code, and MissingExtra without the extra `scan`.
    """
    try:
        import zxingcpp
        from PIL import Image
    except ImportError:
        raise MissingExtra("scan", "Reading a QR from an image") from None
    try:
        with Image.open(BytesIO(image) if isinstance(image, bytes) else image, formats=_IMAGE_FORMATS) as opened:
            if opened.width * opened.height > MAX_IMAGE_PIXELS:
                raise InvalidQr(f"the image has more than {MAX_IMAGE_PIXELS} pixels")
            coloured = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidQr("this is not an image that can be read") from None
    # Clear pixels count as paper.
    paper = Image.new("RGBA", coloured.size, "white")
    grey = Image.alpha_composite(paper, coloured).convert("L")
    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    codes = zxingcpp.read_barcodes(grey, formats=only, text_mode=zxingcpp.TextMode.Plain)
    if not codes:
        raise InvalidQr("no QR code was found in the image")
    return [code.text for code in codes]
