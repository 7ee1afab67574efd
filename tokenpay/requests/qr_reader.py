"""QR codes read from an image: whatever stands in it, with where it stands, and nothing guessed."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tokenpay.errors import InvalidQr, MissingExtra

MAX_IMAGE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQr:
    """One code in an image: its text as it was encoded, its bytes, and its corners in pixels.

    `text` is None when the bytes are not UTF-8, or are declared to be something else. The corners are
    (x, y), from the code's own top left clockwise, in the image as it is meant to be seen.
    """

    text: str | None
    raw: bytes
    corners: tuple[tuple[int, int], ...]


def read_qr(image: bytes | Path) -> list[str]:
    """Return the text of every QR code in an image file or its bytes, from the top down, then from the left.

    Of an animation the first picture is read. Raises InvalidQr, whose `rule` says why (`no_file`,
    `file_too_large`, `too_many_pixels`, `not_an_image`, `no_code`, `not_utf8`), and MissingExtra without
    the extra `scan`.
    """
    texts = [code.text for code in find_qr(image)]
    known = [text for text in texts if text is not None]
    if len(known) < len(texts):
        raise InvalidQr("a QR code in the image holds bytes that are not UTF-8 text", rule="not_utf8")
    return known


def find_qr(image: bytes | Path) -> tuple[FoundQr, ...]:
    """Return every QR code in an image file or its bytes, those that hold no UTF-8 text too.

    In the order and with the errors of `read_qr`, `not_utf8` left out.
    """
    try:
        import zxingcpp

        from tokenpay.requests.qr_image import looks, picture_of
    except ImportError:
        raise MissingExtra("scan", "Reading a QR from an image") from None
    picture, shrunk = picture_of(_content(image))
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    for look, enlarged in looks(picture):
        codes = zxingcpp.read_barcodes(look, formats=formats, text_mode=zxingcpp.TextMode.Plain)
        if codes:
            found = [_found(code, shrunk / enlarged) for code in codes]
            return tuple(sorted(found, key=lambda code: (min(y for _, y in code.corners), code.corners, code.raw)))
    raise InvalidQr("no QR code was found in the image", rule="no_code")


def _content(image: bytes | Path) -> bytes:
    if isinstance(image, Path):
        try:
            with image.open("rb") as file:
                image = file.read(MAX_IMAGE_BYTES + 1)
        except (OSError, ValueError):
            raise InvalidQr("the image file cannot be opened", rule="no_file") from None
    if len(image) > MAX_IMAGE_BYTES:
        raise InvalidQr(f"the image file has more than {MAX_IMAGE_BYTES} bytes", rule="file_too_large")
    return image


def _found(code: Any, scale: Fraction) -> FoundQr:
    """Keep the text only where the library and the bytes agree: what it guessed or another charset is no text."""
    place = code.position
    points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    raw = bytes(code.bytes)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = None
    return FoundQr(
        text=text if text == code.text else None,
        raw=raw,
        corners=tuple((int(point.x * scale), int(point.y * scale)) for point in points),
    )
