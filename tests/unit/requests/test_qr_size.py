import pytest

from tests.unit.requests.qr_bits import codewords
from tests.unit.requests.samples import PAYEE, request
from tokenpay.errors import InvalidQr
from tokenpay.requests.qr_size import _CODEWORDS, QrLevel, QrMode, qr_capacity, qr_fits, qr_plan

S, P, X = QrLevel.SCREEN, QrLevel.PRINT, QrLevel.STICKER
LETTERS = {QrMode.NUMERIC: "7", QrMode.ALPHANUMERIC: "A", QrMode.BYTE: "a"}


@pytest.mark.parametrize("level", QrLevel)
def test_the_table_is_that_of_the_standard(level):
    assert list(_CODEWORDS[level]) == [codewords(version, level.value) for version in range(1, 41)]


# Characters of versions as the standard prints them (ISO/IEC 18004, table 7): digits, alphanumeric, bytes.
PRINTED = [
    (1, S, 34, 20, 14),
    (1, P, 27, 16, 11),
    (1, X, 17, 10, 7),
    (2, S, 63, 38, 26),
    (3, S, 101, 61, 42),
    (9, S, 432, 262, 180),
    (10, S, 513, 311, 213),
    (11, S, 604, 366, 251),
    (26, P, 1804, 1094, 751),
    (27, P, 1933, 1172, 805),
    (40, S, 5596, 3391, 2331),
    (40, P, 3993, 2420, 1663),
    (40, X, 3057, 1852, 1273),
]


@pytest.mark.parametrize(("version", "level", "digits", "alphanumeric", "in_bytes"), PRINTED)
def test_a_version_holds_what_the_standard_prints_and_not_one_more(version, level, digits, alphanumeric, in_bytes):
    side = 17 + 4 * version
    capacity = qr_capacity(columns=side, rows=side, level=level, quiet=0)
    assert capacity is not None
    assert (capacity.version, capacity.digits, capacity.alphanumeric, capacity.ascii_bytes) == (
        version,
        digits,
        alphanumeric,
        in_bytes,
    )
    for mode, most in ((QrMode.NUMERIC, digits), (QrMode.ALPHANUMERIC, alphanumeric), (QrMode.BYTE, in_bytes)):
        assert qr_plan(LETTERS[mode] * most, level=level) == (mode, version, False)
        if version < 40:
            assert qr_plan(LETTERS[mode] * (most + 1), level=level) == (mode, version + 1, False)
        else:
            with pytest.raises(InvalidQr, match="too long"):
                qr_plan(LETTERS[mode] * (most + 1), level=level)


def test_an_eci_header_takes_its_room():
    assert qr_plan("a" * 14) == (QrMode.BYTE, 1, False)
    assert qr_plan("é" * 6 + "a") == (QrMode.BYTE, 1, True)  # 13 bytes
    assert qr_plan("é" * 7).version == 2


@pytest.mark.parametrize(
    ("columns", "rows", "version"),
    [
        (80, 24, 5),
        (80, 20, 3),  # 80 by 24 less four lines around it
        (120, 31, 9),
        (37, 19, 3),
        (36, 19, 2),
        (37, 18, 2),
        (29, 15, 1),
        (28, 15, None),
        (29, 14, None),
        (0, 0, None),
        (-5, 3, None),
        (10**6, 10**6, 40),
    ],
)
def test_the_largest_code_of_a_screen(columns, rows, version):
    capacity = qr_capacity(columns=columns, rows=rows)
    assert (None if capacity is None else capacity.version) == version


@pytest.mark.parametrize(
    ("text", "columns", "rows", "fits"),
    [
        (request().reference, 80, 20, True),
        (PAYEE.text, 80, 20, True),
        (PAYEE.text + "0", 80, 20, False),  # 43 bytes
        (PAYEE.text, 37, 19, True),
        (PAYEE.text, 36, 19, False),
        (PAYEE.text, 37, 18, False),
    ],
)
def test_whether_a_text_fits(text, columns, rows, fits):
    assert qr_fits(text, columns=columns, rows=rows) is fits


def test_a_narrower_quiet_zone_makes_room_and_a_higher_level_takes_it():
    assert qr_fits(PAYEE.text, columns=33, rows=17, quiet=2)
    assert not qr_fits(PAYEE.text, columns=33, rows=17, quiet=4)
    assert not qr_fits(PAYEE.text, columns=37, rows=19, level=X)


@pytest.mark.parametrize("text", ["", "\ud800", "a" * 2332])
def test_what_has_no_code_fits_nothing(text):
    with pytest.raises(InvalidQr):
        qr_fits(text, columns=10_000, rows=10_000)
