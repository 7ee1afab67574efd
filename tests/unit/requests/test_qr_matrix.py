import re
import sys
from dataclasses import FrozenInstanceError
from itertools import count, islice

import pytest

from tests.unit.requests.qr_bits import words_of
from tests.unit.requests.samples import PAYEE, TOKEN, request
from tokenpay.errors import InvalidQr, MissingExtra
from tokenpay.money.amount import Amount
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_matrix import qr_matrices, qr_matrix
from tokenpay.requests.qr_reader import read_qr
from tokenpay.requests.qr_size import QrLevel

REFERENCE = request().reference
ERC681 = str(Eip681.of(request(amount=Amount(TOKEN, 10**19))))
# The example payload of the EMVCo merchant-presented specification; its alternate language is Chinese.
EMVCO = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
    "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A6008667"
    "0902ME91320016A0112233449988770708123456786304A13A"
)
S, P, X = QrLevel.SCREEN, QrLevel.PRINT, QrLevel.STICKER


@pytest.mark.parametrize(
    ("text", "level", "version", "segments"),
    [
        (REFERENCE, S, 2, [("alphanumeric", 30)]),
        (REFERENCE, P, 3, [("alphanumeric", 30)]),
        (REFERENCE, X, 3, [("alphanumeric", 30)]),
        (REFERENCE.lower(), S, 3, [("byte", 30)]),
        ("00" + "1234567890" * 3, S, 1, [("numeric", 32)]),
        (PAYEE.text, S, 3, [("byte", 42)]),
        (ERC681, S, 8, [("byte", len(ERC681))]),
        (EMVCO[:68], S, 4, [("alphanumeric", 68)]),
        (EMVCO, S, 12, [("eci", 26)]),  # runs of one kind in it may be packed in modes of their own
        (EMVCO, X, 17, [("eci", 26)]),
        ("Zoë", S, 1, [("eci", 26), ("byte", 4)]),  # never Latin-1
        ("漢字", S, 1, [("eci", 26), ("byte", 6)]),  # never Shift JIS
        ("\x00~\\", S, 1, [("byte", 3)]),
    ],
)
def test_a_text_has_one_mode_and_the_smallest_version_of_its_level(text, level, version, segments):
    matrix = qr_matrix(text, level=level)
    drawn_version, drawn_level, drawn = words_of(matrix.rows)
    assert (drawn_version, drawn_level) == (version, level.value)
    assert (drawn[:1] if segments == [("eci", 26)] else drawn) == segments
    assert (matrix.version, matrix.level, matrix.size) == (version, level, 17 + 4 * version)


TEXTS = [REFERENCE, REFERENCE.lower(), PAYEE.text, ERC681, EMVCO, "0" * 40, "a1" + "0" * 60, "Zoë", "漢字", "\\~[(01)]"]


@pytest.mark.parametrize("level", QrLevel)
def test_bulk_codes_have_the_version_the_level_and_the_header_of_single_ones(level):
    for text, bulk in zip(TEXTS, qr_matrices(TEXTS, level=level), strict=True):
        one = qr_matrix(text, level=level)
        version, written_level, segments = words_of(bulk.rows)
        assert (version, written_level) == (bulk.version, bulk.level.value) == (one.version, one.level.value)
        assert [part for part in segments if part[0] == "eci"] == [
            part for part in words_of(one.rows)[2] if part[0] == "eci"
        ]
        assert "kanji" not in dict(segments)
        assert read_qr(qr_png(bulk, scale=3)) == read_qr(qr_png(one, scale=3)) == [text]


def test_bulk_is_lazy_and_in_order():
    first = list(islice(qr_matrices(f"TKP:{number}" for number in count()), 3))
    assert [read_qr(qr_png(code)) for code in first] == [["TKP:0"], ["TKP:1"], ["TKP:2"]]


@pytest.mark.parametrize("bad", ["", "\ud800", "a" * 2332, "A" * 3392])
def test_a_text_without_a_code_is_refused_alone_and_in_bulk(bad):
    with pytest.raises(InvalidQr) as alone:
        qr_matrix(bad)
    codes = qr_matrices(["good", bad, "never reached"])
    assert next(codes).version == 1
    with pytest.raises(InvalidQr) as in_bulk:
        next(codes)
    assert in_bulk.value.message == alone.value.message
    assert in_bulk.value.fields == {"position": 1}


def test_without_the_extra_bulk_says_so_at_once_and_single_codes_are_still_made(monkeypatch):
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(MissingExtra, match=re.escape('pip install "tokenpay[scan]"')):
        qr_matrices([])
    assert qr_matrix(REFERENCE).version == 2


def test_a_matrix_is_frozen_and_compares_by_value():
    matrix = qr_matrix(REFERENCE)
    assert matrix == qr_matrix(REFERENCE) != qr_matrix(REFERENCE, level=P)
    with pytest.raises(FrozenInstanceError):
        matrix.version = 3  # type: ignore[misc]
    assert {value for row in matrix.rows for value in row} == {0, 1}
