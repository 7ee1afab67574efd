import re
import sys
import warnings
from io import BytesIO

import pytest
import segno
from PIL import Image, ImageOps

from tests.unit.requests.pictures import CHANGES, coloured, drawn, file_of, turned
from tests.unit.requests.samples import PAYEE, TOKEN, request
from tokenpay.errors import InvalidQr, MissingExtra
from tokenpay.money.amount import Amount
from tokenpay.requests import qr_reader
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_reader import FoundQr, find_qr, read_qr

REFERENCE = request().reference
PAYLOADS = {
    "reference": REFERENCE,
    "address": PAYEE.text,
    "ERC-681": str(Eip681.of(request(amount=Amount(TOKEN, 10**19)))),
    "UTF-8": "Zoë 東京 " * 12,
}


def rule_of(image) -> str:
    with pytest.raises(InvalidQr) as refused:
        read_qr(image)
    return str(refused.value.fields["rule"])


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_code_is_read_whatever_befell_its_picture(change, payload):
    text = PAYLOADS[payload]
    assert read_qr(file_of(CHANGES[change](drawn(text)))) == [text]


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_the_usual_formats_are_read(image_format):
    assert read_qr(file_of(drawn(REFERENCE), image_format)) == [REFERENCE]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_way_to_keep_colours_is_read(mode):
    grey = drawn(REFERENCE)
    image = grey.convert("I").point(lambda value: value * 257).convert(mode) if mode == "I;16" else grey.convert(mode)
    image_format = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    assert read_qr(file_of(image, image_format)) == [REFERENCE]


def test_clear_pixels_are_paper():
    grey = drawn(REFERENCE)
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=ImageOps.invert(grey))
    assert read_qr(file_of(clear)) == [REFERENCE]


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP"])
def test_only_the_first_picture_of_an_animation_is_read(image_format):
    first, second = drawn("TKP:A"), drawn("TKP:B")
    animation = file_of(first, image_format, save_all=True, append_images=[second], duration=50)
    assert read_qr(animation) == ["TKP:A"]


def on_paper(*codes: tuple[str, int, int], size: tuple[int, int] = (1000, 800)) -> Image.Image:
    paper = Image.new("L", size, 255)
    for text, x, y in codes:
        paper.paste(drawn(text), (x, y))
    return paper


def test_several_codes_are_given_from_the_top_down_and_from_the_left():
    paper = on_paper(("third", 20, 420), ("second", 700, 30), ("first", 300, 30), ("first", 700, 420))
    found = find_qr(file_of(paper))
    assert [code.text for code in found] == read_qr(file_of(paper)) == ["first", "second", "third", "first"]
    margin, side = 4 * 6, 21 * 6
    for code, (x, y) in zip(found, [(300, 30), (700, 30), (20, 420), (700, 420)], strict=True):
        left, top, right, bottom = x + margin, y + margin, x + margin + side, y + margin + side
        wanted = [(left, top), (right, top), (right, bottom), (left, bottom)]
        for (seen_x, seen_y), (at_x, at_y) in zip(code.corners, wanted, strict=True):
            assert abs(seen_x - at_x) <= 3
            assert abs(seen_y - at_y) <= 3


def test_corners_begin_at_the_codes_own_top_left():
    image = turned(-90)(drawn(REFERENCE))
    (code,) = find_qr(file_of(image))
    x, y = code.corners[0]
    assert x > image.width * 0.8
    assert y < image.height * 0.2


def test_corners_are_those_of_the_image_as_it_is_seen():
    paper = on_paper((REFERENCE, 600, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a right angle to see it
    (code,) = find_qr(file_of(paper, "JPEG", exif=exif))
    assert code.text == REFERENCE
    assert all(x < 800 and 600 < y < 1000 for x, y in code.corners)


def test_a_large_image_is_searched_smaller_and_its_corners_are_in_its_own_pixels():
    paper = on_paper((REFERENCE, 4000, 3000), size=(5000, 4000))
    (code,) = find_qr(file_of(paper))
    assert code.text == REFERENCE
    left, top = code.corners[0]
    assert abs(left - 4024) < 12
    assert abs(top - 3024) < 12


def made_elsewhere(text: str, **options: object) -> bytes:
    stream = BytesIO()
    segno.make_qr(text, **options).save(stream, kind="png", scale=4, border=4)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (made_elsewhere("Zoë", encoding="utf-8"), "Zoë"),
        (made_elsewhere("Zoë", encoding="utf-8", eci=True), "Zoë"),
        (made_elsewhere("plain", encoding="iso-8859-1", eci=True), "plain"),
        (made_elsewhere("Zoë", encoding="iso-8859-1"), None),
        (made_elsewhere("Zoë", encoding="iso-8859-1", eci=True), None),
        (made_elsewhere("Ã«", encoding="iso-8859-15", eci=True), None),  # its bytes would be an ë in UTF-8
        (made_elsewhere("привет", encoding="iso-8859-5", eci=True), None),
        (made_elsewhere("点茗", mode="kanji"), None),
        (made_elsewhere("縺ゅｓ", encoding="shift-jis"), None),
    ],
)
def test_only_utf8_is_text_and_nothing_is_guessed(image, text):
    (code,) = find_qr(image)
    assert code.text == text
    if text is None:
        assert code.raw
        assert rule_of(image) == "not_utf8"
    else:
        assert code.raw == text.encode()
        assert read_qr(image) == [text]


def test_one_code_that_is_no_text_stops_the_others_from_passing_for_all():
    paper = on_paper(("ours", 20, 20))
    with Image.open(BytesIO(made_elsewhere("Zoë", encoding="iso-8859-1"))) as code:
        paper.paste(code.convert("L"), (500, 300))
    assert rule_of(file_of(paper)) == "not_utf8"
    assert [code.text for code in find_qr(file_of(paper))] == ["ours", None]


def test_a_micro_qr_code_is_not_read():
    stream = BytesIO()
    segno.make_micro("12345").save(stream, kind="png", scale=6)
    assert rule_of(stream.getvalue()) == "no_code"


PNG = qr_png("A")


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        (b"", "not_an_image"),
        (b"not an image", "not_an_image"),
        (b"\x89PNG\r\n\x1a\n", "not_an_image"),
        (PNG[:-40], "not_an_image"),
        (PNG[:60] + bytes(40) + PNG[100:], "not_an_image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "not_an_image"),
        (file_of(drawn("A"), "TIFF"), "not_an_image"),
        (file_of(drawn("A"), "EPS"), "not_an_image"),
        (file_of(Image.new("L", (64, 64), 255)), "no_code"),
        (file_of(Image.new("L", (1, 1))), "no_code"),
        (file_of(Image.new("L", (1, 5_000))), "no_code"),
        (file_of(Image.new("RGBA", (40, 40), (0, 0, 0, 0))), "no_code"),
    ],
)
def test_what_shows_no_code_is_refused(image, rule):
    assert rule_of(image) == rule


def test_a_file_is_read_and_one_that_is_not_there_is_refused(tmp_path):
    file = tmp_path / "code.png"
    file.write_bytes(PNG)
    assert read_qr(file) == ["A"]
    for path in (tmp_path, tmp_path / "absent.png", tmp_path / "a\x00b"):
        assert rule_of(path) == "no_file"


@pytest.mark.parametrize("side", [7_100, 9_600, 13_500])  # below, at and above what Pillow warns of
def test_an_image_that_unpacks_to_very_much_is_refused(side):
    content = file_of(Image.new("1", (side, side)))
    with warnings.catch_warnings(record=True) as printed:
        warnings.simplefilter("always")
        assert rule_of(content) == "too_many_pixels"
    assert printed == []


def test_a_file_of_very_many_bytes_is_refused_before_it_is_looked_at(monkeypatch, tmp_path):
    monkeypatch.setattr(qr_reader, "MAX_IMAGE_BYTES", len(PNG))
    file = tmp_path / "code.png"
    for content, passes in ((PNG, True), (PNG + b"\x00", False)):
        file.write_bytes(content)
        for image in (content, file):
            if passes:
                assert read_qr(image) == ["A"]
            else:
                assert rule_of(image) == "file_too_large"


def test_colours_of_one_grey_are_read_though_grey_shows_nothing():
    image = coloured("#ff0000", "#008200")(drawn(REFERENCE))
    assert len(set(image.convert("L").tobytes())) <= 2
    assert max(image.convert("L").tobytes()) - min(image.convert("L").tobytes()) <= 1
    assert read_qr(file_of(image)) == [REFERENCE]


@pytest.mark.parametrize("absent", ["zxingcpp", "PIL"])
def test_without_the_extra_the_error_names_the_command(monkeypatch, absent):
    monkeypatch.setitem(sys.modules, absent, None)
    monkeypatch.delitem(sys.modules, "tokenpay.requests.qr_image", raising=False)
    with pytest.raises(MissingExtra, match=re.escape('pip install "tokenpay[scan]"')):
        read_qr(PNG)


def test_a_found_code_says_what_it_is():
    (code,) = find_qr(PNG)
    assert isinstance(code, FoundQr)
    assert (code.text, code.raw, len(code.corners)) == ("A", b"A", 4)
