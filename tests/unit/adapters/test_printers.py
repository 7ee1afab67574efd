"""What printers are sent: letters of every language, QR codes that read back, the drawer, and files that are whole."""

import re
import stat
import sys
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from tests.unit.counter.samples import paper, receipt
from tokenpay.adapters.printer.escpos import slip_bytes
from tokenpay.adapters.printer.pdf import PdfPrinter, slip_pdf
from tokenpay.adapters.printer.text import TextPrinter
from tokenpay.bootstrap import open_printer
from tokenpay.counter.language import Language
from tokenpay.counter.slip import Slip, SlipText, aligned, lay_out
from tokenpay.errors import InvalidInput, MissingExtra, PrinterUnavailable
from tokenpay.settings import PrinterSettings

CODE_PAGES = {0: "cp437", 16: "cp1252", 17: "cp866", 34: "cp855", 44: "cp1125", 46: "cp1251", 18: "cp852", 2: "cp850"}
# Of a slip's bytes: code page, QR, picture, other commands, text.
TOKENS = re.compile(
    rb"\x1bt(?P<page>.)|\x1d\(k(?P<qr>..)|\x1dv0\x00(?P<picture>....)|\x1b@|\x1b[aEd-].|\x1bp...|\x1dV.|\x1b!.|\x1d!.|"
    rb"(?P<text>[^\x1b\x1d]+)",
    re.DOTALL,
)
KICK, CUT = b"\x1bp\x00", b"\x1dV\x00"


def slip_of(language: Language, **issued: int) -> Slip:
    return lay_out(
        receipt(moves_cash=True).issued(number="RC-1", copy=issued.get("copy", 0), at_s=1), language=language
    )


def printed(data: bytes) -> tuple[str, list[str], int]:
    """The text, the QR codes and the number of pictures that a printer makes of its bytes."""
    text, codes, pictures, page, at = "", [], 0, "cp437", 0
    while at < len(data):
        match = TOKENS.match(data, at)
        assert match is not None, data[at : at + 8]
        at = match.end()
        if match["page"] is not None:
            page = CODE_PAGES[match["page"][0]]
        elif match["qr"] is not None:
            size = int.from_bytes(match["qr"], "little")
            content, at = data[at : at + size], at + size
            if content[:3] == b"1P0":
                codes.append(content[3:].decode())
        elif match["picture"] is not None:
            across, high = (int.from_bytes(match["picture"][i : i + 2], "little") for i in (0, 2))
            at, pictures = at + across * high, pictures + 1
        elif match["text"] is not None:
            text += match["text"].decode(page)
    return text, codes, pictures


@pytest.mark.parametrize("language", Language)
def test_escpos_text_comes_out_right_in_every_language(language: Language) -> None:
    slip = slip_of(language)
    text, codes, pictures = printed(slip_bytes(slip))
    said = [line.strip() for line in text.splitlines() if line.strip()]
    assert said == [text for text in paper(slip) if text]
    assert (codes, pictures) == ([receipt().qr], 0)


def test_letters_that_no_code_page_has_are_drawn() -> None:
    slip = Slip(name="x", width=32, lines=(SlipText(text="支店 ok"), SlipText(text="plain")))
    text, _, pictures = printed(slip_bytes(slip))
    assert (text.strip(), pictures) == ("plain", 1)
    every = slip_bytes(slip_of(Language.RUSSIAN), image=True)
    assert printed(every)[2] == len(paper(slip_of(Language.RUSSIAN)))


def test_a_drawn_line_has_ink_and_is_as_wide_as_the_paper() -> None:
    data = slip_bytes(Slip(name="x", width=32, lines=(SlipText(text="Привет"),)), image=True)
    start = data.index(b"\x1dv0\x00") + 4
    across, high = (
        int.from_bytes(data[start : start + 2], "little"),
        int.from_bytes(data[start + 2 : start + 4], "little"),
    )
    dots = data[start + 4 : start + 4 + across * high]
    assert (across * 8, high) == (32 * 12, 24)
    rows = [dots[row * across : (row + 1) * across] for row in range(high)]
    assert any(any(row[:9]) for row in rows), "six letters of 12 dots are 9 bytes"
    assert not any(any(row[10:]) for row in rows)


def test_the_drawer_springs_open_for_an_original_alone_and_the_paper_is_cut() -> None:
    original, copy = (slip_bytes(slip_of(Language.ENGLISH, copy=copy)) for copy in (0, 1))
    assert (KICK in original, KICK in copy) == (True, False)
    assert original.count(CUT) == copy.count(CUT) == 1
    assert original.endswith(CUT)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(InvalidInput, match="profile"):
        slip_bytes(slip_of(Language.ENGLISH), profile="no such")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [32, 48])
def test_a_pdf_shows_the_text_and_a_qr_code_that_reads_back(language: Language, width: int) -> None:
    slip = lay_out(receipt().issued(number="RC-1", copy=0, at_s=1), width=width, language=language)
    document = pypdfium2.PdfDocument(slip_pdf(slip))
    (page,) = document
    said = "".join(page.get_textpage().get_text_bounded().split())
    for line in paper(slip):
        assert "".join(line.split()) in said, line
    image = page.render(scale=4).to_pil()
    (code,) = zxingcpp.read_barcodes(image)
    assert code.text == receipt().qr


def test_files_are_new_whole_and_their_owners_alone(tmp_path: Path) -> None:
    slip = slip_of(Language.BELARUSIAN)
    TextPrinter(tmp_path / "one.txt", width=42).print(slip)
    assert (tmp_path / "one.txt").read_text("utf-8") == slip.text()
    assert stat.S_IMODE((tmp_path / "one.txt").stat().st_mode) == 0o600
    with pytest.raises(PrinterUnavailable):
        TextPrinter(tmp_path / "one.txt", width=42).print(slip)
    PdfPrinter(tmp_path, width=42).print(slip)
    PdfPrinter(tmp_path, width=42).print(slip)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"one.txt", "RC-1-original.pdf", "RC-1-original-2.pdf"}


def test_a_text_shows_the_lines_where_they_stand() -> None:
    slip = Slip(name="x", width=32, lines=(SlipText(text="ab", align="right"), SlipText(text="c", align="center")))
    assert slip.text() == " " * 30 + "ab\n" + " " * 15 + "c\n"
    assert aligned(SlipText(text="ab"), 32) == "ab"


@pytest.mark.parametrize(
    ("kind", "module", "extra"), [("pdf", "fpdf", "pdf"), ("escpos-file", "escpos.escpos", "printer")]
)
def test_a_missing_extra_is_named(
    kind: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    printer = open_printer(PrinterSettings.model_validate({"kind": kind, "path": str(tmp_path / "out")}))
    with pytest.raises(MissingExtra, match=rf'pip install "tokenpay\[{extra}\]"'):
        printer.print(slip_of(Language.ENGLISH))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "fax"},
        {"kind": "escpos-network"},
        {"kind": "escpos-usb"},
        {"kind": "pdf"},
        {"kind": "pdf", "path": "x", "width": 40},
        {"kind": "escpos-network", "host": "x", "port": 0},
    ],
)
def test_settings_that_name_no_printer_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        PrinterSettings.model_validate(wrong)
