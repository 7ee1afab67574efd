"""Rows of the books as an auditor copies them out, and what was touched since the last look."""

from dataclasses import dataclass, field

from tokenpay.audit.record import AuditRecord
from tokenpay.ledger.chart import AccountKind


@dataclass(slots=True)
class BookAccount:
    kind: AccountKind
    owner: str
    asset_id: str
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    available_units: int | None
    version: int


@dataclass(slots=True)
class BookTransfer:
    debit: str
    credit: str
    asset_id: str
    units: int
    posted_units: int
    state: str
    payment_id: str | None
    deposit_id: str | None


@dataclass(slots=True)
class BookPayment:
    purpose: str
    rail: str
    state: str
    asset_id: str
    debtor: str
    creditor: str
    nonce: int | None
    units: int
    transaction_hash: bytes | None


@dataclass(slots=True)
class BookDeposit:
    state: str
    outcome: str | None
    units: int
    asset_id: str


@dataclass(slots=True)
class Replayed:
    """What an account's entries add up to, and what pending transfers will move."""

    debits: int = 0
    credits: int = 0
    entries: int = 0
    pending_debits: int = 0
    pending_credits: int = 0


@dataclass
class Change:
    """What was touched since the books were read before; `payments` and `deposits` tell the state before."""

    accounts: set[str] = field(default_factory=set)
    payments: dict[str, str | None] = field(default_factory=dict)
    deposits: dict[str, str | None] = field(default_factory=dict)
    records: list[AuditRecord] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    misnumbered: list[str] = field(default_factory=list)
