"""Pictures of a QR code: PNG, SVG and a terminal's half blocks, all from one matrix."""

import struct
import zlib
from functools import lru_cache

from tokenpay.errors import InvalidQr
from tokenpay.requests.qr_matrix import QrMatrix, qr_matrix
from tokenpay.requests.qr_reader import read_qr as read_qr
from tokenpay.requests.qr_size import QUIET_ZONE

MAX_SCALE_PX = 64
MAX_QUIET = 64
_HALF_BLOCKS = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
# Entries 16 and 231 of the 256 colours are black and white in every theme; 30 and 47 are not.
_BLACK_ON_WHITE, _RESET = "\x1b[38;5;16;48;5;231m", "\x1b[0m"


def qr_png(code: str | QrMatrix, *, scale: int = 8) -> bytes:
    """Return a QR code as a PNG, `scale` pixels a module, black on white; raises InvalidQr."""
    if not 1 <= scale <= MAX_SCALE_PX:
        raise InvalidQr(f"a module is 1 to {MAX_SCALE_PX} pixels wide")
    rows = _framed(code, QUIET_ZONE)
    width_px = len(rows) * scale
    pixels = b"".join((b"\0" + _packed(row, scale)) * scale for row in rows)
    header = struct.pack(">IIBBBBB", width_px, width_px, 1, 0, 0, 0, 0)  # one bit of grey, no interlace
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def qr_svg(code: str | QrMatrix) -> str:
    """Return a QR code as an SVG document, one unit a module, black on white; raises InvalidQr."""
    rows = _framed(code, QUIET_ZONE)
    size = len(rows)
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{dark}"/></svg>\n'
    )


def qr_lines(code: str | QrMatrix, *, quiet: int = QUIET_ZONE) -> list[str]:
    """Return a QR code as lines of half blocks, two modules a character; raises InvalidQr.

    The characters are ink: whoever prints them sets black on white (see `qr_ansi`).
    """
    rows = _framed(code, quiet)
    if len(rows) % 2:
        rows.append(bytes(len(rows)))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_HALF_BLOCKS[halves] for halves in zip(upper, lower, strict=True)) for upper, lower in pairs]


def qr_ansi(code: str | QrMatrix, *, quiet: int = QUIET_ZONE) -> str:
    """Return `qr_lines` as one text that sets black on white in any terminal theme; raises InvalidQr."""
    return "".join(f"{_BLACK_ON_WHITE}{line}{_RESET}\n" for line in qr_lines(code, quiet=quiet))


def _framed(code: str | QrMatrix, quiet: int) -> list[bytes]:
    if not 0 <= quiet <= MAX_QUIET:
        raise InvalidQr(f"the quiet zone is 0 to {MAX_QUIET} modules wide")
    matrix = _matrix(code) if isinstance(code, str) else code
    margin = [bytes(matrix.size + 2 * quiet)] * quiet
    side = bytes(quiet)
    return [*margin, *(side + row + side for row in matrix.rows), *margin]


@lru_cache(maxsize=32)
def _matrix(text: str) -> QrMatrix:
    """A screen draws the same few codes again and again."""
    return qr_matrix(text)


def _packed(row: bytes, scale: int) -> bytes:
    bits = "".join(("0" if dark else "1") * scale for dark in row)
    size = -(-len(bits) // 8)
    return int(bits.ljust(size * 8, "0"), 2).to_bytes(size)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
