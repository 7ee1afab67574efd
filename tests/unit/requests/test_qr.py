import re
from io import BytesIO

import pytest
from PIL import Image

from tests.unit.requests.pictures import file_of, of_lines
from tests.unit.requests.samples import PAYEE, TOKEN, request
from tokenpay.errors import InvalidQr
from tokenpay.money.amount import Amount
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.qr import qr_ansi, qr_lines, qr_png, qr_svg
from tokenpay.requests.qr_matrix import qr_matrix
from tokenpay.requests.qr_reader import read_qr
from tokenpay.requests.qr_size import QUIET_ZONE, QrLevel, qr_fits

REFERENCE = request().reference
ERC681 = str(Eip681.of(request(amount=Amount(TOKEN, 10**19))))
TEXTS = [REFERENCE, PAYEE.text, ERC681, "a", "TKP:lower", "Zoë 東京"]
SCREEN_ROWS, SCREEN_COLUMNS, CHROME_ROWS = 24, 80, 4


@pytest.mark.parametrize("text", TEXTS)
def test_a_png_reads_back(text):
    assert read_qr(qr_png(text)) == [text]


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_the_png_is_the_matrix_with_its_quiet_zone(scale):
    with Image.open(BytesIO(qr_png(REFERENCE, scale=scale))) as opened:
        opened.load()
        image = opened.convert("L")
    rows = qr_matrix(REFERENCE).rows
    assert QUIET_ZONE == 4  # as the standard asks
    width = len(rows) + 2 * QUIET_ZONE
    assert image.size == (width * scale, width * scale)
    for y in range(width):
        for x in range(width):
            inside = QUIET_ZONE <= x < width - QUIET_ZONE and QUIET_ZONE <= y < width - QUIET_ZONE
            dark = inside and rows[y - QUIET_ZONE][x - QUIET_ZONE]
            corners = {
                image.getpixel((x * scale, y * scale)),
                image.getpixel(((x + 1) * scale - 1, (y + 1) * scale - 1)),
            }
            assert corners == {0 if dark else 255}


@pytest.mark.parametrize("quiet", [2, 4])
@pytest.mark.parametrize("text", TEXTS)
def test_terminal_lines_read_back(text, quiet):
    assert read_qr(file_of(of_lines(qr_lines(text, quiet=quiet)))) == [text]


@pytest.mark.parametrize(("wide", "high"), [(8, 9), (9, 7), (3, 4)])
def test_terminal_lines_read_back_from_cells_that_are_not_square(wide, high):
    for text in TEXTS:
        assert read_qr(file_of(of_lines(qr_lines(text), wide=wide, high=high))) == [text]


def test_ansi_sets_fixed_black_on_white_for_every_line():
    for line, plain in zip(qr_ansi(REFERENCE).splitlines(), qr_lines(REFERENCE), strict=True):
        assert line == f"\x1b[38;5;16;48;5;231m{plain}\x1b[0m"


@pytest.mark.parametrize("text", TEXTS)
def test_the_svg_draws_the_matrix(text):
    svg = qr_svg(text)
    rows = qr_matrix(text).rows
    size = len(rows) + 2 * QUIET_ZONE
    assert f'viewBox="0 0 {size} {size}"' in svg
    drawn = {(int(x) - QUIET_ZONE, int(y) - QUIET_ZONE) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_a_picture_of_a_text_is_the_picture_of_its_matrix():
    for draw in (qr_png, qr_svg, qr_lines, qr_ansi):
        assert draw(REFERENCE) == draw(qr_matrix(REFERENCE)) != draw(qr_matrix(REFERENCE, level=QrLevel.STICKER))


@pytest.mark.parametrize(("text", "fits"), [(REFERENCE, True), (PAYEE.text, True), (ERC681, False)])
def test_what_fits_an_80_by_24_screen(text, fits):
    lines = qr_lines(text)
    rows = SCREEN_ROWS - CHROME_ROWS
    assert len({len(line) for line in lines}) == 1
    assert (len(lines) <= rows and len(lines[0]) <= SCREEN_COLUMNS) is fits
    assert qr_fits(text, columns=SCREEN_COLUMNS, rows=rows) is fits


@pytest.mark.parametrize("draw", [qr_png, qr_svg, qr_lines, qr_ansi])
@pytest.mark.parametrize("text", ["", "a" * 2332, "\ud800"])
def test_a_text_without_a_code_has_no_picture(draw, text):
    with pytest.raises(InvalidQr):
        draw(text)


@pytest.mark.parametrize("scale", [0, -1, 65])
def test_a_scale_out_of_range_is_refused(scale):
    with pytest.raises(InvalidQr):
        qr_png("A", scale=scale)


@pytest.mark.parametrize("quiet", [-1, 65])
def test_a_quiet_zone_out_of_range_is_refused(quiet):
    for draw in (qr_lines, qr_ansi):
        with pytest.raises(InvalidQr):
            draw("A", quiet=quiet)
