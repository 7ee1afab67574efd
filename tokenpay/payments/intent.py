"""The frozen content of a payment. Its hash is what people approve and what the signer checks."""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import LIABILITIES, AccountKind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import AssetKind
from tokenpay.primitives.canonical import Value, canonical_bytes

_DOMAIN = "tokenpay/intent/1"
_UETR = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_OWNER = re.compile(r"[A-Za-z0-9-]{1,64}")
MAX_REMITTANCE = 140
MAX_REFERENCE = 64


class Purpose(StrEnum):
    """Why money moves."""

    PAYMENT = "payment"
    REFUND = "refund"
    REVERSAL = "reversal"
    COLLECTION = "collection"
    SWEEP = "sweep"
    FILL = "fill"


OWN_MONEY = frozenset({Purpose.SWEEP, Purpose.FILL})
"""Money that goes from an address of the bank to an address of the bank: it stays the bank's own."""


class Rail(StrEnum):
    """How a payment moves: in the bank's own books, or in a transaction on the asset's chain."""

    BOOK = "book"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class BookParty:
    """A party with a ledger account at this bank: a customer, or a case that holds suspense or blocked money."""

    kind: AccountKind
    owner: str

    def __post_init__(self) -> None:
        if self.kind not in LIABILITIES or _OWNER.fullmatch(self.owner) is None:
            raise InvalidInput("a party at this bank is customer/<number>, suspense/<case> or blocked/<case>")

    def __str__(self) -> str:
        return f"{self.kind}/{self.owner}"


@dataclass(frozen=True, slots=True)
class ChainParty:
    """A party known by an address on a chain."""

    chain_id: int
    address: Address

    def __str__(self) -> str:
        return self.address.caip10(self.chain_id)


Party = BookParty | ChainParty


def parse_party(text: str) -> Party:
    """Read `customer/C1`, `suspense/<case>`, `blocked/<case>` or a CAIP-10 address; raises InvalidInput."""
    if text.startswith("eip155:"):
        return ChainParty(*Address.parse_caip10(text))
    kind, separator, owner = text.partition("/")
    if not separator or kind not in LIABILITIES:
        raise InvalidInput("a party is customer/<number>, suspense/<case>, blocked/<case> or a CAIP-10 address")
    return BookParty(AccountKind(kind), owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is to be paid, by whom, to whom, until when.

    `uetr` is the payment's own lowercase UUIDv4 (ISO 20022 UETR) and makes every intent one of its
    kind. `related` names the payment, deposit or case that a refund, reversal, sweep or fill is about.
    Times are Unix seconds; the intent may be approved and started before `expires_at_s`.
    """

    uetr: str
    purpose: Purpose
    debtor: Party
    creditor: Party
    amount: Amount
    maker: str
    created_at_s: int
    expires_at_s: int
    request_id: str = ""
    related: str = ""
    remittance_information: str = ""

    def __post_init__(self) -> None:
        if _UETR.fullmatch(self.uetr) is None:
            raise InvalidInput("a UETR is a lowercase UUIDv4")
        if self.purpose is not Purpose.FILL and not self.amount:
            raise InvalidInput("a payment moves at least one smallest unit")
        if self.debtor == self.creditor and self.purpose is not Purpose.FILL:
            raise InvalidInput("debtor and creditor are the same")
        if not self.created_at_s < self.expires_at_s:
            raise InvalidInput("a payment expires after it was made")
        text = self.remittance_information
        if len(text) > MAX_REMITTANCE or not (text.isprintable() or not text):
            raise InvalidInput(f"remittance information is up to {MAX_REMITTANCE} printable characters")
        if len(self.request_id) > MAX_REFERENCE or len(self.related) > MAX_REFERENCE:
            raise InvalidInput(f"what a payment refers to is named in up to {MAX_REFERENCE} characters")
        for party in (self.debtor, self.creditor):
            if isinstance(party, ChainParty) and party.chain_id != self.amount.asset.chain_id:
                raise InvalidInput("the address is on another chain than the asset")
        if self.rail is Rail.CHAIN and self.amount.asset.kind is AssetKind.CASH:
            raise InvalidInput("cash does not move on a chain")

    @property
    def rail(self) -> Rail:
        """The chain as soon as one party is known only by an address, the books otherwise."""
        on_chain = isinstance(self.debtor, ChainParty) or isinstance(self.creditor, ChainParty)
        return Rail.CHAIN if on_chain else Rail.BOOK

    def content(self) -> dict[str, Value]:
        """Return the canonical content, as it is stored, shown and hashed."""
        return {
            "domain": _DOMAIN,
            "uetr": self.uetr,
            "purpose": self.purpose.value,
            "debtor": str(self.debtor),
            "creditor": str(self.creditor),
            "asset": self.amount.asset.id,
            "decimals": self.amount.asset.decimals,
            "units": str(self.amount.units),
            "maker": self.maker,
            "created_at_s": self.created_at_s,
            "expires_at_s": self.expires_at_s,
            "request_id": self.request_id,
            "related": self.related,
            "remittance_information": self.remittance_information,
        }

    def hash(self) -> bytes:
        """Return SHA-256 over the canonical content: 32 bytes."""
        return sha256(canonical_bytes(self.content())).digest()
