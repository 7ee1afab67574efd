import re
import sys
from io import BytesIO

import pytest
from PIL import Image, ImageOps

from tests.unit.requests.samples import PAYEE, TOKEN, request
from tokenpay.errors import InvalidQr, MissingExtra
from tokenpay.money.amount import Amount
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.qr import qr_ansi, qr_lines, qr_png, qr_svg
from tokenpay.requests.qr_matrix import qr_matrix
from tokenpay.requests.qr_reader import read_qr
from tokenpay.requests.qr_size import QUIET_ZONE

REFERENCE = request().reference
ERC681 = str(Eip681.of(request(amount=Amount(TOKEN, 10**19))))
TEXTS = [REFERENCE, PAYEE.text, ERC681, "a", "TKP:lower", "Zoë 東京"]
SCREEN_ROWS, SCREEN_COLUMNS, CHROME_ROWS = 24, 80, 4


def picture(lines: list[str]) -> bytes:
    """Draw lines of half blocks as a terminal does, eight pixels a module."""
    upper, lower = {"▀", "█"}, {"▄", "█"}
    rows = [[character in half for character in line] for line in lines for half in (upper, lower)]
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([0 if dark else 255 for row in rows for dark in row])
    stream = BytesIO()
    ImageOps.scale(image, 8, Image.Resampling.NEAREST).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize("text", TEXTS)
def test_a_png_reads_back(text, tmp_path):
    file = tmp_path / "code.png"
    file.write_bytes(qr_png(text, scale=4))
    assert read_qr(file) == [text]
    assert read_qr(qr_png(text)) == [text]


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_the_png_is_the_matrix_with_its_quiet_zone(scale):
    with Image.open(BytesIO(qr_png(REFERENCE, scale=scale))) as opened:
        opened.load()
        image = opened.convert("L")
    matrix = qr_matrix(REFERENCE).rows
    assert QUIET_ZONE == 4  # as the standard asks
    width = len(matrix) + 2 * QUIET_ZONE
    assert image.size == (width * scale, width * scale)
    for y in range(width):
        for x in range(width):
            inside = QUIET_ZONE <= x < width - QUIET_ZONE and QUIET_ZONE <= y < width - QUIET_ZONE
            dark = inside and matrix[y - QUIET_ZONE][x - QUIET_ZONE]
            corners = {
                image.getpixel((x * scale, y * scale)),
                image.getpixel(((x + 1) * scale - 1, (y + 1) * scale - 1)),
            }
            assert corners == {0 if dark else 255}


@pytest.mark.parametrize("quiet", [2, 4])
@pytest.mark.parametrize("text", TEXTS)
def test_terminal_lines_read_back(text, quiet):
    assert read_qr(picture(qr_lines(text, quiet=quiet))) == [text]


def test_ansi_sets_fixed_black_on_white_for_every_line():
    for line, plain in zip(qr_ansi(REFERENCE).splitlines(), qr_lines(REFERENCE), strict=True):
        assert line == f"\x1b[38;5;16;48;5;231m{plain}\x1b[0m"


@pytest.mark.parametrize("text", TEXTS)
def test_the_svg_draws_the_matrix(text):
    svg = qr_svg(text)
    matrix = qr_matrix(text).rows
    size = len(matrix) + 2 * QUIET_ZONE
    assert f'viewBox="0 0 {size} {size}"' in svg
    drawn = {(int(x) - QUIET_ZONE, int(y) - QUIET_ZONE) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        (REFERENCE, 25),  # version 2: 30 of 38 alphanumeric characters
        (REFERENCE.lower(), 29),  # version 3: as bytes
        (PAYEE.text, 29),  # version 3: all of its 42 bytes
        (ERC681, 49),  # version 8
    ],
)
def test_the_code_is_the_smallest_that_holds_the_text(text, modules):
    matrix = qr_matrix(text).rows
    assert {len(matrix), *map(len, matrix)} == {modules}


@pytest.mark.parametrize(("text", "fits"), [(REFERENCE, True), (PAYEE.text, True), (ERC681, False)])
def test_what_fits_an_80_by_24_screen(text, fits):
    lines = qr_lines(text, quiet=4)
    assert len({len(line) for line in lines}) == 1
    assert (len(lines) <= SCREEN_ROWS - CHROME_ROWS and len(lines[0]) <= SCREEN_COLUMNS) is fits


@pytest.mark.parametrize("text", ["", "A" * 3392, "a" * 2332, "\ud800"])
def test_a_text_without_a_code_is_refused(text):
    with pytest.raises(InvalidQr):
        qr_matrix(text)


@pytest.mark.parametrize("scale", [0, -1, 65])
def test_a_scale_out_of_range_is_refused(scale):
    with pytest.raises(InvalidQr):
        qr_png("A", scale=scale)


def blank() -> bytes:
    stream = BytesIO()
    Image.new("L", (64, 64), 255).save(stream, "PNG")
    return stream.getvalue()


def code_as(image_format: str) -> bytes:
    stream = BytesIO()
    with Image.open(BytesIO(qr_png(REFERENCE))) as code:
        code.convert("L").save(stream, image_format)
    return stream.getvalue()


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_the_usual_formats_are_read(image_format):
    assert read_qr(code_as(image_format)) == [REFERENCE]


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"not an image",
        b"\x89PNG\r\n\x1a\n",
        qr_png("A")[:-40],
        qr_png("A")[:60] + b"\x00" * 40 + qr_png("A")[100:],
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
        blank(),
        code_as("TIFF"),
        code_as("EPS"),
    ],
)
def test_an_image_without_a_code_or_broken_is_refused(image):
    with pytest.raises(InvalidQr):
        read_qr(image)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.png"):
        with pytest.raises(InvalidQr):
            read_qr(path)


@pytest.mark.parametrize("side", [7_100, 13_500])
def test_an_image_that_unpacks_to_very_much_is_refused(side):
    stream = BytesIO()
    Image.new("1", (side, side)).save(stream, "PNG")
    with pytest.raises(InvalidQr):
        read_qr(stream.getvalue())


def test_several_codes_in_one_image_are_all_given():
    image = Image.new("L", (1000, 400), 255)
    for x, text in ((0, "first"), (500, "second")):
        with Image.open(BytesIO(qr_png(text, scale=10))) as code:
            image.paste(code.convert("L"), (x, 0))
    stream = BytesIO()
    image.save(stream, "PNG")
    assert sorted(read_qr(stream.getvalue())) == ["first", "second"]


def test_clear_pixels_are_paper():
    with Image.open(BytesIO(qr_png(REFERENCE))) as opened:
        grey = opened.convert("L")
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=ImageOps.invert(grey))
    stream = BytesIO()
    clear.save(stream, "PNG")
    assert read_qr(stream.getvalue()) == [REFERENCE]


def test_without_the_extra_the_error_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(MissingExtra, match=re.escape('pip install "tokenpay[scan]"')):
        read_qr(qr_png("A"))
