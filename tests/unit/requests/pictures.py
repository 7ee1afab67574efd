"""QR codes as images, and what cameras, printers and screens do to them; every random number has a fixed seed."""

import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from tokenpay.requests.qr import qr_png

Change = Callable[[Image.Image], Image.Image]
SCALE = 6


def drawn(text: str, scale: int = SCALE) -> Image.Image:
    """The code in grey, as `qr_png` draws it."""
    with Image.open(BytesIO(qr_png(text, scale=scale))) as opened:
        return opened.convert("L")


def file_of(image: Image.Image, image_format: str = "PNG", **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, image_format, **options)
    return stream.getvalue()


def of_lines(lines: list[str], *, wide: int = 8, high: int = 8) -> Image.Image:
    """Draw lines of half blocks as a terminal does, a module `wide` by `high` pixels."""
    upper, lower = {"▀", "█"}, {"▄", "█"}
    rows = [bytes(0 if character in half else 255 for character in line) for line in lines for half in (upper, lower)]
    image = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))
    return image.resize((image.width * wide, image.height * high), Image.Resampling.NEAREST)


def turned(degrees: int) -> Change:
    return lambda image: image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def noisy(percent: int) -> Change:
    def change(image: Image.Image) -> Image.Image:
        grain = random.Random(1).randbytes(image.width * image.height)
        return Image.blend(image, Image.frombytes("L", image.size, grain), percent / 100)

    return change


def speckled(percent: int) -> Change:
    def change(image: Image.Image) -> Image.Image:
        draw = random.Random(2)
        for _ in range(image.width * image.height * percent // 100):
            place = draw.randrange(image.width), draw.randrange(image.height)
            image.putpixel(place, draw.choice((0, 255)))
        return image

    return change


def blurred(radius: int) -> Change:
    return lambda image: image.filter(ImageFilter.GaussianBlur(radius))


def slanted(percent: int) -> Change:
    """Seen from the side."""

    def change(image: Image.Image) -> Image.Image:
        k, (w, h) = percent / 100, image.size
        wide = ImageOps.expand(image, w // 4, 255)
        seen = (1 + k, k / 2, -k * w / 3, k / 4, 1 + k, -k * h / 3, k / w * 0.9, k / h * 0.6)
        return wide.transform(wide.size, Image.Transform.PERSPECTIVE, seen, Image.Resampling.BICUBIC, fillcolor=255)

    return change


def faint(darkest: int, lightest: int) -> Change:
    return lambda image: image.point([darkest + (lightest - darkest) * value // 255 for value in range(256)])


def jpeg(quality: int) -> Change:
    return lambda image: Image.open(BytesIO(file_of(image, "JPEG", quality=quality)))


def coloured(ink: str, paper: str) -> Change:
    return lambda image: ImageOps.colorize(image, ink, paper)


def shaded(image: Image.Image) -> Image.Image:
    shade = Image.linear_gradient("L").resize(image.size).point([60 + 195 * value // 255 for value in range(256)])
    return ImageChops.multiply(image, shade)


def blotted(image: Image.Image) -> Image.Image:
    centre, radius = image.width * 0.55, image.width * 0.08
    box = (centre - radius, centre - radius, centre + radius, centre + radius)
    ImageDraw.Draw(image).ellipse(box, fill=128)
    return image


def smeared(image: Image.Image) -> Image.Image:
    """The hand moved sideways, by most of a module."""
    seen = image
    for pixels in range(1, 5):
        seen = Image.blend(seen, ImageChops.offset(image, pixels, 0), 1 / (pixels + 1))
    return seen


def shrunk(percent: int) -> Change:
    return lambda image: image.resize((image.width * percent // 100,) * 2, Image.Resampling.BILINEAR)


def in_a_screenshot(image: Image.Image) -> Image.Image:
    draw = random.Random(5)
    screen = Image.new("L", (image.width * 3, image.height * 2), 40)
    ink = ImageDraw.Draw(screen)
    for _ in range(400):
        x, y = draw.randrange(screen.width), draw.randrange(screen.height)
        ink.rectangle((x, y, x + draw.randrange(40), y + draw.randrange(12)), fill=draw.randrange(256))
    screen.paste(image, (image.width // 2, image.height // 3))
    return screen


def cropped(image: Image.Image) -> Image.Image:
    """One module of quiet zone is left of four."""
    cut = 3 * SCALE
    return image.crop((cut, cut, image.width - cut, image.height - cut))


def all_at_once(image: Image.Image) -> Image.Image:
    for change in (turned(23), blurred(1), noisy(30), faint(60, 190), jpeg(40)):
        image = change(image)
    return image


CHANGES: dict[str, Change] = {
    "as it is": lambda image: image,
    **{f"turned by {degrees} degrees": turned(degrees) for degrees in (5, 17, 45, 90, 133, 200, 271)},
    "mirrored": ImageOps.mirror,
    "noise, three tenths": noisy(30),
    "noise, a half": noisy(50),
    "specks, one in fifty": speckled(2),
    "specks, one in ten": speckled(10),
    "blurred by a third of a module": blurred(2),
    "blurred by half a module": blurred(3),
    "seen from the side": slanted(10),
    "seen well from the side": slanted(30),
    "faint": faint(110, 140),
    "hardly there": faint(125, 129),
    "inverted": ImageOps.invert,
    "JPEG, low": jpeg(10),
    "JPEG, lowest": jpeg(1),
    "a dark theme": coloured("#d4d4d4", "#1e1e1e"),
    "another dark theme": coloured("#93a1a1", "#002b36"),
    "yellow on blue": coloured("#ffe000", "#0020a0"),
    "red on green of the same grey": coloured("#ff0000", "#008200"),
    "half in shadow": shaded,
    "a blot": blotted,
    "a moving hand": smeared,
    "smaller, off the pixels": shrunk(27),
    "one pixel a module and a bit": shrunk(22),
    "in a busy screenshot": in_a_screenshot,
    "a narrow margin": cropped,
    "turned, blurred, noisy, faint and a JPEG": all_at_once,
}
