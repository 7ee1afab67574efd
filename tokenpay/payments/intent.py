"""The frozen content of a payment. Its hash is what people approve and what the signer checks."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import LIABILITIES, AccountKind as Kind
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import AssetKind
from tokenpay.payments.cash_leg import CashLeg
from tokenpay.primitives.canonical import Value, canonical_text

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
    DELIVERY = "delivery"
    ALLOCATION = "allocation"
    VARIANCE = "variance"
    EXCHANGE = "exchange"


OWN_MONEY = frozenset({Purpose.SWEEP, Purpose.FILL})
"""Money that goes from an address of the bank to an address of the bank: it stays the bank's own."""
_CASH_ROUTES = {
    Purpose.DELIVERY: {Kind.FUNDING, Kind.VAULT},
    Purpose.ALLOCATION: {Kind.VAULT, Kind.DRAWER},
    Purpose.VARIANCE: {Kind.DRAWER, Kind.VARIANCE},
}
CASH = frozenset(_CASH_ROUTES)
"""The bank's own cash: between outside and vault, between vault and drawer, and what a count finds otherwise."""
_AT_THIS_BANK = LIABILITIES.union({Kind.CONVERSION}, *_CASH_ROUTES.values())
_EXCHANGE_ROUTE = {Kind.CUSTOMER, Kind.CONVERSION}


class Rail(StrEnum):
    """How a payment moves: in the bank's own books, or in a transaction on the asset's chain."""

    BOOK = "book"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class BookParty:
    """A party with a ledger account at this bank: a customer, a case that holds money, or where the bank's cash is.

    Cash lies in a drawer or a branch's vault; it comes from `funding`, and what a count finds otherwise is `variance`.
    Tokens that a customer exchanges for cash go to `conversion` or come from it: the bank's own position.
    """

    kind: Kind
    owner: str

    def __post_init__(self) -> None:
        if self.kind not in _AT_THIS_BANK or _OWNER.fullmatch(self.owner) is None:
            raise InvalidInput("a party at this bank is named like customer/<number>, suspense/<case> or drawer/<id>")

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
    """Read `customer/C1`, `suspense/<case>`, another party at this bank or a CAIP-10 address; raises InvalidInput."""
    if text.startswith("eip155:"):
        return ChainParty(*Address.parse_caip10(text))
    kind, separator, owner = text.partition("/")
    if not separator or kind not in _AT_THIS_BANK:
        raise InvalidInput("a party is customer/<number>, suspense/<case>, blocked/<case> or a CAIP-10 address")
    return BookParty(Kind(kind), owner)


def is_uetr(text: str) -> bool:
    """Return whether a text is a lowercase UUIDv4, as every payment's id is."""
    return _UETR.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is to be paid, by whom, to whom, until when.

    `uetr` is the payment's own lowercase UUIDv4 (ISO 20022 UETR) and makes every intent one of its
    kind. `related` names the payment, deposit or case that a refund, reversal, sweep or fill is about, or the
    shift in which cash moves in a drawer. `cash` is the other half of an exchange, whose `amount` is the tokens.
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
    cash: CashLeg | None = None
    _text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_uetr(self.uetr):
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
        self._check_route()
        object.__setattr__(self, "_text", canonical_text(self.content()))  # it is asked for often, and never changes

    def _check_route(self) -> None:
        kinds = {party.kind for party in (self.debtor, self.creditor) if isinstance(party, BookParty)}
        if (self.cash is not None) is not (self.purpose is Purpose.EXCHANGE):
            raise InvalidInput("an exchange, and nothing else, has cash against its tokens")
        if self.purpose is Purpose.EXCHANGE:
            if self.amount.asset.kind is not AssetKind.TOKEN or kinds != _EXCHANGE_ROUTE:
                raise InvalidInput("an exchange is between a customer's tokens and the bank's position")
        elif self.purpose in CASH:
            if self.amount.asset.kind is not AssetKind.CASH or kinds != _CASH_ROUTES[self.purpose]:
                raise InvalidInput(f"cash does not move like this, as {self.purpose}")
        elif not kinds <= LIABILITIES:
            raise InvalidInput(f"the bank's own cash does not move as {self.purpose}")

    @property
    def drawer(self) -> str | None:
        """The drawer whose cash moves, or None."""
        if self.cash is not None:
            return self.cash.drawer
        sides = (self.debtor, self.creditor)
        return next((side.owner for side in sides if isinstance(side, BookParty) and side.kind is Kind.DRAWER), None)

    @property
    def cash_comes_in(self) -> bool:
        """Whether the customer of an exchange hands over cash and gets tokens."""
        return isinstance(self.debtor, BookParty) and self.debtor.kind is Kind.CONVERSION

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """All that moves against limits: the amount, and the cash of an exchange."""
        return (self.amount,) if self.cash is None else (self.amount, self.cash.amount)

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
            **({} if self.cash is None else self.cash.content()),
        }

    def text(self) -> str:
        """Return the canonical content as JSON text."""
        return self._text

    def hash(self) -> bytes:
        """Return SHA-256 over the canonical content: 32 bytes."""
        return hash_of(self.text())


def hash_of(text: str) -> bytes:
    """Return the hash of an intent whose canonical text this is."""
    return sha256(text.encode("ascii")).digest()
