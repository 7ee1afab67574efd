"""An image made ready to be searched for codes: checked before it is unpacked, and shown in several lights.

Imported only when an image is read: it needs the extra `scan`.
"""

import warnings
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from math import isqrt

from PIL import Image, ImageFilter, ImageOps

from tokenpay.errors import InvalidQr

MAX_IMAGE_PIXELS = 50_000_000
# Larger images are shrunk to this first: the search takes seconds at most, whatever an image is filled with.
_SEARCHED_PIXELS = 3_000_000
_ENLARGED_PIXELS = 1_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")  # never a format that Pillow hands to another program


def picture_of(content: bytes) -> tuple[Image.Image, Fraction]:
    """Return the first picture in colours on white, turned as its camera says, and how often it was shrunk."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # it would be printed: ours is the limit
            with Image.open(BytesIO(content), formats=_FORMATS) as opened:
                pixels = opened.width * opened.height
                if pixels > MAX_IMAGE_PIXELS:
                    raise _too_many_pixels()
                coloured = opened.convert("RGBA")
        shrunk = Fraction(1)
        if pixels > _SEARCHED_PIXELS:
            shrunk = Fraction(isqrt(pixels), isqrt(_SEARCHED_PIXELS))
            size = max(int(coloured.width / shrunk), 1), max(int(coloured.height / shrunk), 1)
            coloured = coloured.resize(size, Image.Resampling.BOX)
        ImageOps.exif_transpose(coloured, in_place=True)
        paper = Image.new("RGBA", coloured.size, "white")  # clear pixels count as paper
        return Image.alpha_composite(paper, coloured).convert("RGB"), shrunk
    except InvalidQr:
        raise
    except Image.DecompressionBombError:  # Pillow's own limit, where it is the first to look
        raise _too_many_pixels() from None
    except Exception:  # whatever a broken file makes Pillow's decoders raise, and they raise nearly everything
        raise InvalidQr("this is not an image that can be read", rule="not_an_image") from None


def _too_many_pixels() -> InvalidQr:
    return InvalidQr(f"the image has more than {MAX_IMAGE_PIXELS} pixels", rule="too_many_pixels")


def looks(picture: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Yield the picture as it may be read best, with how often it is enlarged: the first that shows a code counts."""
    shown = set()
    for look, enlarged in _lights(picture):
        content = look.tobytes()
        if content not in shown:
            shown.add(content)
            yield look, enlarged


def _lights(picture: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    grey = picture.convert("L")
    yield grey, 1
    strong = ImageOps.autocontrast(grey)  # faint print
    yield strong, 1
    for radius in (1, 2):  # noise
        yield strong.filter(ImageFilter.GaussianBlur(radius)), 1
    if grey.width * grey.height <= _ENLARGED_PIXELS:  # small or out of focus
        yield ImageOps.scale(strong, 2), 2
    for channel in picture.split():  # colours that are one grey
        yield ImageOps.autocontrast(channel), 1
