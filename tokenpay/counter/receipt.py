"""What is told on paper of a payment, a request or a shift: frozen facts, before they have words or a width."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from tokenpay.money.amount import Amount
from tokenpay.primitives.canonical import Value, canonical_bytes

_DOMAIN = "tokenpay/receipt/1"


class ReceiptKind(StrEnum):
    """What a receipt is of."""

    PAYMENT = "payment"
    REQUEST = "request"
    SHIFT = "shift"


class Standing(StrEnum):
    """How much a receipt proves; one of them stands on every receipt, in words.

    Pending: it may still come otherwise. Final: it is done for good. Ended: it is over, and was not paid (in full).
    """

    PENDING = "pending"
    FINAL = "final"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptParty:
    """Who paid or is paid: a `kind` of the chart and whose account, or the kind `address` and a CAIP-10 address.

    `name` is empty where there is none, or the bank's rules keep it off paper.
    """

    kind: str
    owner: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One more fact: `label` names its words, `value` is an amount, or text that is printed as it is."""

    label: str
    value: Amount | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The facts of one receipt; `issue_receipt` numbers it, `lay_out` gives it words and a width.

    `subject` is the id of the payment, request or shift, `title` what it is (a purpose, `request`, `shift_x` or
    `shift_z`), `qr` what its QR code says. `at_s` is when that was made or, for an X report, when it was asked; a
    shift began at `opened_at_s`. `copy` is None on a preview, which proves nothing, 0 on the original, and else the
    number of the copy. `served_by` is an operator's id. `moves_cash` tells that the payment moved a drawer's cash.
    """

    kind: ReceiptKind
    title: str
    subject: str
    standing: Standing
    bank: str
    branch: str
    at_s: int
    qr: str
    served_by: str = ""
    payer: ReceiptParty | None = None
    payee: ReceiptParty | None = None
    amount: Amount | None = None
    fees: tuple[Amount, ...] = ()
    lines: tuple[ReceiptLine, ...] = ()
    remittance_information: str = ""
    reference: str = ""
    related: str = ""
    transaction: str = ""
    opened_at_s: int | None = None
    moves_cash: bool = False
    number: str = ""
    copy: int | None = None
    issued_at_s: int | None = None

    @property
    def is_original(self) -> bool:
        return self.copy == 0

    @property
    def opens_drawer(self) -> bool:
        """Whether the cash drawer springs open as it is printed: for cash that has moved, and once."""
        return self.moves_cash and self.is_original and self.standing is Standing.FINAL

    def issued(self, *, number: str, copy: int, at_s: int) -> "Receipt":
        """Return the receipt with its number, as the original (0) or a copy."""
        return replace(self, number=number, copy=copy, issued_at_s=at_s)

    def digest(self) -> bytes:
        """Return SHA-256 over what the receipt proves: 32 bytes, the same for an original and all its copies.

        Names, and when an X report was asked for, are left out: who is renamed gets no second original.
        """
        content: list[Value] = [
            _DOMAIN, self.kind.value, self.title, self.subject, self.standing.value, self.transaction, *_facts(self),
        ]  # fmt: skip
        return sha256(canonical_bytes(content)).digest()


def _facts(receipt: Receipt) -> Iterator[Value]:
    parties = (receipt.payer, receipt.payee)
    yield [f"{party.kind}/{party.owner}" for party in parties if party is not None]
    amounts = [("amount", receipt.amount)] if receipt.amount is not None else []
    for label, value in (
        *amounts,
        *(("fee", fee) for fee in receipt.fees),
        *((i.label, i.value) for i in receipt.lines),
    ):
        yield [label, value] if isinstance(value, str) else [label, value.asset.id, str(value.units)]
