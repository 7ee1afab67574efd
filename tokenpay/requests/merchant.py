"""What an EMVCo code says beside the money: who the merchant is, tips, and labels (EMV QRCPS-MPM 1.1, section 4)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tokenpay.money.amount import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who is paid, as the code claims: name (59), city (60), country (58), category (52), postal code (61).

    The category is of ISO 18245; `0000` says nothing. A text is empty where the code leaves it out.
    """

    name: str
    city: str
    country: str
    category: str = "0000"
    postal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalName:
    """The merchant's name and city in a language of its own (64), where other letters than ASCII may stand."""

    language: str
    name: str
    city: str = ""


class TipKind(StrEnum):
    """What is paid on top (55)."""

    ASKED = "01"  # the payer is asked for a tip
    FIXED = "02"  # a fee of a fixed amount (56)
    PERCENT = "03"  # a fee in hundredths of the amount (57)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """A tip or a fee. `fixed` and `percent` are None where they are left out or cannot be read exactly."""

    kind: TipKind
    fixed: Amount | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalData:
    """The labels in 62, under 01 to 11; empty where left out, and `***` where the payer is asked to fill in."""

    bill_number: str = ""
    mobile_number: str = ""
    store_label: str = ""
    loyalty_number: str = ""
    reference_label: str = ""
    customer_label: str = ""
    terminal_label: str = ""
    purpose: str = ""
    asked_of_consumer: str = ""
    tax_id: str = ""
    channel: str = ""
