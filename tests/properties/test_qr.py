"""QR codes: any text that fits reads back from every picture; no broken image makes the reader raise anything else."""

import random
import re

from hypothesis import given, settings, strategies as st
from PIL import Image

from tests.unit.requests.pictures import drawn, file_of, of_lines
from tests.unit.requests.qr_bits import words_of
from tokenpay.errors import InvalidQr
from tokenpay.requests.qr import qr_lines, qr_png, qr_svg
from tokenpay.requests.qr_matrix import QrMatrix, qr_matrices, qr_matrix
from tokenpay.requests.qr_reader import find_qr, read_qr
from tokenpay.requests.qr_size import QrLevel, qr_capacity, qr_fits, qr_plan

texts = (
    st.text(min_size=1, max_size=120)
    | st.text("0123456789", min_size=1, max_size=200)
    | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 $%*+-./:", min_size=1, max_size=200)
    | st.text(st.characters(max_codepoint=127), min_size=1, max_size=200)
).filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text))
levels = st.sampled_from(QrLevel)


def of_svg(document: str) -> Image.Image:
    """Draw the path of a document as it says: squares of one unit."""
    size = int(re.findall(r'viewBox="0 0 (\d+) ', document)[0])
    image = Image.new("L", (size, size), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", document):
        image.putpixel((int(x), int(y)), 0)
    return image.resize((size * 4, size * 4), Image.Resampling.NEAREST)


def pictures(code: QrMatrix) -> list[bytes]:
    return [qr_png(code, scale=3), file_of(of_svg(qr_svg(code))), file_of(of_lines(qr_lines(code), wide=4, high=5))]


@settings(max_examples=40)
@given(texts, levels)
def test_a_text_reads_back_from_every_picture_whoever_made_the_code(text, level):
    one, (bulk,) = qr_matrix(text, level=level), qr_matrices([text], level=level)
    for picture in [*pictures(one), *pictures(bulk)]:
        assert read_qr(picture) == [text]


@given(texts, levels)
def test_both_makers_agree_on_all_but_mask_and_segments(text, level):
    plan = qr_plan(text, level=level)
    one, (bulk,) = qr_matrix(text, level=level), qr_matrices([text], level=level)
    header = [("eci", 26)] if plan.eci else []
    length = len(text) if plan.mode != "byte" else len(text.encode())
    assert words_of(one.rows) == (plan.version, level.value, [*header, (plan.mode.value, length)])
    version, written_level, segments = words_of(bulk.rows)
    assert (version, written_level) == (plan.version, level.value)
    assert [segment for segment in segments if segment[0] == "eci"] == header
    assert plan.eci is not text.isascii()


@given(texts, levels, st.integers(0, 8), st.integers(1, 200), st.integers(1, 100))
def test_what_is_said_to_fit_fits(text, level, quiet, columns, rows):
    lines = qr_lines(qr_matrix(text, level=level), quiet=quiet)
    really = len(lines[0]) <= columns and len(lines) <= rows
    assert qr_fits(text, columns=columns, rows=rows, level=level, quiet=quiet) is really
    capacity = qr_capacity(columns=columns, rows=rows, level=level, quiet=quiet)
    assert really is (capacity is not None and qr_plan(text, level=level).version <= capacity.version)


SMALL = drawn("TKP:A", 2)
FILES = [file_of(SMALL, image_format) for image_format in ("PNG", "JPEG", "WEBP", "BMP", "GIF")]


def outcome(image: bytes) -> str:
    try:
        find_qr(image)
    except InvalidQr as error:
        return str(error.fields["rule"])
    return "read"


@settings(max_examples=60)
@given(st.sampled_from(FILES), st.integers(0, 2**32), st.integers(1, 8))
def test_a_broken_image_is_read_or_refused(file, seed, changes):
    draw = random.Random(seed)
    broken = bytearray(file)
    for _ in range(changes):
        broken[draw.randrange(len(broken))] = draw.randrange(256)
    cut = draw.choice((len(broken), draw.randrange(len(broken))))
    assert outcome(bytes(broken[:cut])) in {"read", "not_an_image", "no_code", "too_many_pixels"}
