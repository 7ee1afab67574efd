"""A receipt laid out for paper of one width: lines and a QR code, which every printer renders in its own way."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from tokenpay.counter.language import Language
from tokenpay.counter.receipt import Receipt, ReceiptKind, ReceiptParty
from tokenpay.counter.receipt_words import word
from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import BANK
from tokenpay.money.amount import Amount
from tokenpay.requests.qr import qr_lines

WIDTHS = (32, 42, 48)
"""Columns of a line: paper of 58 mm, and of 80 mm in a wider and the usual letter."""
Align = Literal["left", "center", "right"]
_HEX = re.compile(r"(.*?)(0x[0-9a-fA-F]{40,64})(.*)", re.DOTALL)
_GROUP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipText:
    """One line of text, no wider than the paper."""

    text: str
    align: Align = "left"
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipQr:
    """A QR code in the middle of the paper, of this text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a printer prints whole. `name` is fit for a file; `opens_drawer` is for printers with a cash drawer."""

    name: str
    width: int
    lines: tuple[SlipText | SlipQr, ...]
    opens_drawer: bool = False

    def text(self) -> str:
        """Return the slip as plain text; a QR code in half blocks that is wider than the lines stands at the left."""
        rows: list[str] = []
        for line in self.lines:
            if isinstance(line, SlipText):
                rows.append(aligned(line, self.width))
            else:
                code = qr_lines(line.text)
                margin = " " * max((self.width - len(code[0])) // 2, 0)
                rows += [f"{margin}{row}" for row in code]
        return "".join(f"{row}\n" for row in rows)


def lay_out(receipt: Receipt, *, width: int = 42, language: Language = Language.ENGLISH) -> Slip:
    """Lay a receipt out for paper of 32, 42 or 48 columns; raises InvalidInput for another width.

    Nothing is cut off: text is wrapped between words, addresses and hashes between groups of four digits. Amounts
    have all their decimals and times are UTC; both are written as the language writes them.
    """
    if width not in WIDTHS:
        raise InvalidInput("a receipt is 32, 42 or 48 columns wide")
    paper = _Paper(receipt, width, language)
    mark = "preview" if receipt.copy is None else f"copy-{receipt.copy}" if receipt.copy else "original"
    return Slip(
        name=f"{receipt.number or receipt.subject}-{mark}",
        width=width,
        lines=tuple(paper.lines()),
        opens_drawer=receipt.opens_drawer,
    )


def aligned(line: SlipText, width: int) -> str:
    """Return a line filled up with spaces to where its text begins."""
    free = max(width - columns(line.text), 0)
    return " " * {"left": 0, "center": free // 2, "right": free}[line.align] + line.text


def columns(text: str) -> int:
    """Return how many columns of paper a text takes: two for wide characters, none for combining marks."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class _Paper:
    def __init__(self, receipt: Receipt, width: int, language: Language) -> None:
        self._receipt = receipt
        self._width = width
        self._language = language

    def lines(self) -> Iterator[SlipText | SlipQr]:
        receipt = self._receipt
        rule = SlipText(text="-" * self._width)
        yield from self._centred(receipt.bank, bold=True)
        yield from self._centred(f"{self._word('branch')} {receipt.branch}")
        yield rule
        yield from self._centred(self._word(f"title.{receipt.title}"), bold=True)
        yield from self._centred(self._mark(), bold=True)
        yield from self._centred(self._word(f"{receipt.kind}.{receipt.standing}"), bold=True)
        yield rule
        yield from self._head()
        yield rule
        yield from self._body()
        yield from self._references()
        yield rule
        yield SlipQr(text=receipt.qr)

    def _word(self, label: str) -> str:
        return word(label, self._language)

    def _exact(self, amount: Amount) -> str:
        # Not every printer's code page has the space that does not break.
        number = self._language.number(amount.number()).replace("\N{NO-BREAK SPACE}", " ")
        return f"{number} {amount.asset.symbol}"

    def _time(self, at_s: int) -> str:
        return f"{self._language.moment(datetime.fromtimestamp(at_s, UTC))} UTC"

    def _mark(self) -> str:
        copy = self._receipt.copy
        if copy is None:
            return self._word("preview")
        return self._word("copy").format(number=copy) if copy else self._word("original")

    def _head(self) -> Iterator[SlipText]:
        receipt = self._receipt
        if receipt.number:
            yield from self._row("number", receipt.number)
        if receipt.opened_at_s is not None:
            yield from self._row("opened", self._time(receipt.opened_at_s))
        yield from self._row("at" if receipt.opened_at_s is None else "reported", self._time(receipt.at_s))
        if receipt.issued_at_s is not None:
            yield from self._row("issued", self._time(receipt.issued_at_s))
        if receipt.served_by:
            yield from self._row("served_by", receipt.served_by)

    def _body(self) -> Iterator[SlipText]:
        receipt = self._receipt
        for label, party in (("payer", receipt.payer), ("payee", receipt.payee)):
            if party is not None:
                yield from self._party(label, party)
        if receipt.kind is ReceiptKind.PAYMENT and receipt.amount is not None:
            yield from self._row("amount", self._exact(receipt.amount), bold=True)
            for fee in receipt.fees:
                yield from self._row("fee", self._exact(fee))
            if not receipt.fees:
                yield from self._row("fee", self._word("no_fee"))
        if receipt.kind is ReceiptKind.REQUEST:
            asked = self._word("open_amount") if receipt.amount is None else self._exact(receipt.amount)
            yield from self._row("asked", asked, bold=True)
        for line in receipt.lines:
            value = line.value
            if isinstance(value, Amount):
                value = self._exact(value)
            elif line.label == "outcome":
                value = self._word(value)
            yield from self._row(line.label, value)
        if receipt.remittance_information:
            yield from self._row("remittance", receipt.remittance_information)

    def _references(self) -> Iterator[SlipText]:
        receipt = self._receipt
        for label, value in (
            ("reference", receipt.reference),
            ("related", receipt.related),
            ("transaction", receipt.transaction),
            ("uetr", receipt.subject if receipt.kind is ReceiptKind.PAYMENT else ""),
            ("shift", receipt.subject if receipt.kind is ReceiptKind.SHIFT else ""),
        ):
            if value:
                yield from self._row(label, value)

    def _party(self, label: str, party: ReceiptParty) -> Iterator[SlipText]:
        if party.name:
            yield from self._row(label, party.name)
        else:
            yield SlipText(text=self._word(label))
        yield from self._row(f"party.{party.kind}", self._receipt.bank if party.owner == BANK else party.owner)

    def _row(self, label: str, value: str, *, bold: bool = False) -> Iterator[SlipText]:
        """A label and its value on one line where they fit, else the value below, whole."""
        name = self._word(label)
        free = self._width - columns(name) - columns(value)
        if free >= 1 and _HEX.fullmatch(value) is None:
            yield SlipText(text=f"{name}{' ' * free}{value}", bold=bold)
            return
        for text in wrapped(name, self._width):
            yield SlipText(text=text, bold=bold)
        for text in wrapped(value, self._width):
            yield SlipText(text=text, align="right", bold=bold)

    def _centred(self, text: str, *, bold: bool = False) -> Iterator[SlipText]:
        for line in wrapped(text, self._width):
            yield SlipText(text=line, align="center", bold=bold)


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` columns, nothing left out but the spaces where it is parted."""
    lines = [""]
    for piece in _pieces(text, width):
        joined = f"{lines[-1]} {piece}" if lines[-1] else piece
        if columns(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def _pieces(text: str, width: int) -> Iterator[str]:
    for piece in text.split():
        found = _HEX.fullmatch(piece)
        if found is not None:
            before, digits, after = found.groups()
            if before:
                yield from _parted(before, width)
            yield digits[:2] + digits[2 : 2 + _GROUP]
            yield from (digits[start : start + _GROUP] for start in range(2 + _GROUP, len(digits), _GROUP))
            piece = after
        yield from _parted(piece, width)


def _parted(piece: str, width: int) -> Iterator[str]:
    """A piece that is wider than the paper is parted behind a dash, or where the line ends."""
    while columns(piece) > width:
        end = used = 0
        while used + _columns(piece[end]) <= width:
            used += _columns(piece[end])
            end += 1
        end = piece.rfind("-", 0, end) + 1 or end
        yield piece[:end]
        piece = piece[end:]
    if piece:
        yield piece
