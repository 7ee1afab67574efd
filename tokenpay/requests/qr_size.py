"""How much a QR code holds and how large it is (ISO/IEC 18004): one mode for one text, the smallest version."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tokenpay.errors import InvalidQr

QUIET_ZONE = 4  # modules on each side, as the standard asks
_DIGITS = frozenset("0123456789")
_ALPHANUMERIC = _DIGITS | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


class QrLevel(StrEnum):
    """What the code is shown on, and with it the standard's level of error correction."""

    SCREEN = "M"  # 15 % of the code may be lost: nothing damages a screen
    PRINT = "Q"  # 25 %: paper at the counter
    STICKER = "H"  # 30 %: a sticker in the street, scratched and half covered


class QrMode(StrEnum):
    """How the characters of a text are packed."""

    NUMERIC = "numeric"  # digits, ten bits for three
    ALPHANUMERIC = "alphanumeric"  # digits, capitals and " $%*+-./:", eleven bits for two
    BYTE = "byte"  # UTF-8; characters beyond ASCII are announced by an ECI header (26)


# Data codewords of versions 1 to 40 (ISO/IEC 18004, table 7).
_CODEWORDS = {
    QrLevel.SCREEN: (
        *(16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669),
        *(714, 782, 860, 914, 1000, 1062, 1128, 1193, 1267, 1373, 1455, 1541, 1631, 1725, 1812, 1914, 1992, 2102),
        *(2216, 2334),
    ),
    QrLevel.PRINT: (
        *(13, 22, 34, 48, 62, 76, 88, 110, 132, 154, 180, 206, 244, 261, 295, 325, 367, 397, 445, 485),
        *(512, 568, 614, 664, 718, 754, 808, 871, 911, 985, 1033, 1115, 1171, 1231, 1286, 1354, 1426, 1502),
        *(1582, 1666),
    ),
    QrLevel.STICKER: (
        *(9, 16, 26, 36, 46, 60, 66, 86, 100, 122, 140, 158, 180, 197, 223, 253, 283, 313, 341, 385),
        *(406, 442, 464, 514, 538, 596, 628, 661, 701, 745, 793, 845, 901, 961, 986, 1054, 1096, 1142),
        *(1222, 1276),
    ),
}
# Bits of the length that stands before the characters, for versions to 9, to 26 and to 40 (table 3).
_LENGTH_BITS = {QrMode.NUMERIC: (10, 12, 14), QrMode.ALPHANUMERIC: (9, 11, 13), QrMode.BYTE: (8, 16, 16)}
_MODE_BITS, _ECI_BITS = 4, 12


class QrPlan(NamedTuple):
    """How a text becomes a code: its mode, its version and whether an ECI header says UTF-8."""

    mode: QrMode
    version: int
    eci: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCapacity:
    """The most characters of one kind that a version holds; `ascii_bytes` holds for any text without an ECI header."""

    version: int
    digits: int
    alphanumeric: int
    ascii_bytes: int


def qr_plan(text: str, *, level: QrLevel = QrLevel.SCREEN) -> QrPlan:
    """Return the mode and the smallest version for `text`; raises InvalidQr for no text or more than a code holds."""
    if not text:
        raise InvalidQr("an empty text has no QR code")
    characters = set(text)
    if characters <= _ALPHANUMERIC:
        mode = QrMode.NUMERIC if characters <= _DIGITS else QrMode.ALPHANUMERIC
        length, eci = len(text), False
    else:
        try:
            length, mode = len(text.encode()), QrMode.BYTE
        except UnicodeEncodeError:
            raise InvalidQr("the text is not valid Unicode") from None
        eci = length != len(text)
    for version in range(1, 41):
        if length <= _capacity(version, mode, level, _ECI_BITS if eci else 0):
            return QrPlan(mode, version, eci)
    raise InvalidQr("the text is too long for a QR code")


def _capacity(version: int, mode: QrMode, level: QrLevel, header_bits: int = 0) -> int:
    length_bits = _LENGTH_BITS[mode][0 if version < 10 else 1 if version < 27 else 2]
    free = 8 * _CODEWORDS[level][version - 1] - header_bits - _MODE_BITS - length_bits
    if mode is QrMode.BYTE:
        return free // 8
    if mode is QrMode.ALPHANUMERIC:
        return free // 11 * 2 + (free % 11 >= 6)
    return free // 10 * 3 + (2 if free % 10 >= 7 else 1 if free % 10 >= 4 else 0)


def qr_fits(text: str, *, columns: int, rows: int, level: QrLevel = QrLevel.SCREEN, quiet: int = QUIET_ZONE) -> bool:
    """Return whether the code of `text`, drawn by `qr_lines`, fits `columns` by `rows` characters.

    A character is one module wide and two high. Raises InvalidQr for no text or more than any code holds.
    """
    return _modules(qr_plan(text, level=level).version) + 2 * quiet <= min(columns, 2 * rows)


def qr_capacity(
    *, columns: int, rows: int, level: QrLevel = QrLevel.SCREEN, quiet: int = QUIET_ZONE
) -> QrCapacity | None:
    """Return what the largest code in `columns` by `rows` characters holds; None when none fits.

    For a picture of `width` modules ask with `columns=width, rows=width`.
    """
    modules = min(columns, 2 * rows) - 2 * quiet
    version = min((modules - 17) // 4, 40)
    if version < 1:
        return None
    return QrCapacity(
        version=version,
        digits=_capacity(version, QrMode.NUMERIC, level),
        alphanumeric=_capacity(version, QrMode.ALPHANUMERIC, level),
        ascii_bytes=_capacity(version, QrMode.BYTE, level),
    )


def _modules(version: int) -> int:
    return 17 + 4 * version
