"""The matrix of a QR code: what is drawn, apart from any picture of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tokenpay.errors import InvalidQr, MissingExtra
from tokenpay.requests.qr_size import QrLevel, QrMode, qr_plan

_LEVELS = {QrLevel.SCREEN: 0, QrLevel.PRINT: 3, QrLevel.STICKER: 2}
"""As the standard and the qrcode package number them: M 0, H 2, Q 3."""
_INK = bytes([1]) + bytes(255)  # zxing-cpp paints dark as 0: here 1 is dark, and all else light


@dataclass(frozen=True, slots=True, kw_only=True)
class QrMatrix:
    """Rows of modules without the quiet zone, one byte a module: 1 is dark, 0 light."""

    version: int
    level: QrLevel
    rows: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """The modules of one side."""
        return len(self.rows)


def qr_matrix(text: str, *, level: QrLevel = QrLevel.SCREEN) -> QrMatrix:
    """Return the smallest QR code for `text` in one mode: digits, alphanumeric, or else bytes (UTF-8).

    A text beyond ASCII has an ECI header that says UTF-8 (26), so that no reader guesses; qrcode writes none,
    so such a code is made as `qr_matrices` makes it. Raises InvalidQr for no text or more than a QR code
    holds, MissingExtra for a text beyond ASCII without the extra `scan`.
    """
    mode, version, eci = qr_plan(text, level=level)
    if eci:
        return next(qr_matrices([text], level=level))
    from qrcode import util
    from qrcode.main import QRCode

    modes = {QrMode.NUMERIC: util.MODE_NUMBER, QrMode.ALPHANUMERIC: util.MODE_ALPHA_NUM}
    code = QRCode(version=version, error_correction=_LEVELS[level])
    code.add_data(util.QRData(text.encode(), mode=modes.get(mode, util.MODE_8BIT_BYTE)), optimize=0)
    code.make(fit=False)
    return QrMatrix(version=version, level=level, rows=tuple(map(bytes, code.modules)))


def qr_matrices(texts: Iterable[str], *, level: QrLevel = QrLevel.SCREEN) -> Iterator[QrMatrix]:
    """Return the matrices of many texts, one by one and in their order, some ten times as fast as `qr_matrix`.

    Each has the version, the level and the ECI header that `qr_matrix` gives, and reads back as the same
    text; the picture may differ, since zxing-cpp picks its own mask and may pack runs of one text in
    several modes. Raises MissingExtra at once without the extra `scan`, and InvalidQr at the text that
    has no code, whose `position` it names.
    """
    try:
        import zxingcpp
    except ImportError:
        raise MissingExtra("scan", "Making QR codes in bulk") from None
    return (_drawn(zxingcpp, text, position, level) for position, text in enumerate(texts))


def _drawn(zxingcpp: Any, text: str, position: int, level: QrLevel) -> QrMatrix:
    try:
        _, version, eci = qr_plan(text, level=level)
    except InvalidQr as error:
        raise InvalidQr(error.message, position=position) from None
    # As bytes, and with an ECI that is always given: from text the library would choose an encoding itself.
    code = zxingcpp.create_barcode(
        text.encode(),
        zxingcpp.BarcodeFormat.QRCode,
        ec_level=level.value,
        version=version,
        eci="26" if eci else "0",
    )
    image = code.to_image(scale=1, add_quiet_zones=False)
    size = image.shape[0]
    pixels = bytes(image).translate(_INK)
    rows = tuple(pixels[start : start + size] for start in range(0, size * size, size))
    return QrMatrix(version=version, level=level, rows=rows)
