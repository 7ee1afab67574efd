"""Every table of a bank. Rules that stand in the nouns stand here once more, as constraints."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.sql.schema import SchemaItem

from tokenpay.compliance.approval import Part
from tokenpay.compliance.listed_party import ListedKind
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.compliance.staff_change import STAFF, StaffChangeKind
from tokenpay.compliance.travel_record import Way
from tokenpay.counter.quote import Direction
from tokenpay.counter.receipt import ReceiptKind
from tokenpay.counter.shift import ShiftState
from tokenpay.ledger.chart import ASSETS, LIABILITIES, AccountKind
from tokenpay.ledger.transfer import TransferState
from tokenpay.parties.credential import CredentialKind
from tokenpay.parties.customer import CustomerKind
from tokenpay.parties.passkey import PasskeyState
from tokenpay.payments.payment import PaymentState
from tokenpay.requests.request_state import RequestState
from tokenpay.store.columns import BigInteger, Boolean, Integer, LargeBinary, Text
from tokenpay.store.units import Units, units_check

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _whole(*columns: str) -> list[SchemaItem]:
    return [units_check(column, dialect) for column in columns for dialect in ("sqlite", "postgresql")]


def _listed(values: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def _one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({_listed(values)})", name=f"{column}_known")


bank = Table(
    "bank",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

_ACTIVE = text("active AND customer_id IS NOT NULL")

# --- parties ---------------------------------------------------------------------------------

operators = Table(
    "operators",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("public_key", LargeBinary, nullable=False, unique=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("locked_until_s", BigInteger, nullable=False, server_default=text("0")),
    Column("customer_id", Text, ForeignKey("customers.id")),
    CheckConstraint("(customer_id IS NOT NULL) = (role = 'customer')", name="customer_of_their_own"),
    # A customer has one way in at a time.
    Index("uq_operators_customer", "customer_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
)

credentials = Table(
    "credentials",
    metadata,
    Column("operator_id", Text, ForeignKey("operators.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("cost", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _one_of("kind", CredentialKind),
)
"""An operator's key once under each secret that opens it."""

introductions = Table(
    "introductions",
    metadata,
    Column("operator_id", Text, ForeignKey("operators.id"), primary_key=True),
    Column("customer_id", Text, ForeignKey("customers.id"), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("introduced_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("at_s", BigInteger, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""Who of the bank signed that a key is a customer's: the signer takes nobody's word but theirs."""

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("public_key", LargeBinary, nullable=False, unique=True),
    Column("aaguid", LargeBinary, nullable=False),
    Column("operator_id", Text, ForeignKey("operators.id"), nullable=False),
    Column("customer_id", Text, ForeignKey("customers.id")),
    Column("name", Text, nullable=False),
    Column("transports", Text, nullable=False),
    Column("backup_eligible", Boolean, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("registered_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("registered_at_s", BigInteger, nullable=False),
    Column("registered_signature", LargeBinary, nullable=False),
    Column("confirmed_by", Text, ForeignKey("operators.id")),
    Column("confirmed_at_s", BigInteger),
    Column("confirmed_signature", LargeBinary),
    Column("revoked_by", Text, ForeignKey("operators.id")),
    Column("revoked_at_s", BigInteger),
    UniqueConstraint("id", "operator_id"),
    Index("ix_passkeys_operator_id", "operator_id"),
    _one_of("state", PasskeyState),
    # A customer's key is registered by somebody of the bank, and nobody else's is used before a second person saw it.
    CheckConstraint("(customer_id IS NULL) = (registered_by = operator_id)", name="registered_by_its_owner"),
    CheckConstraint("confirmed_by <> registered_by", name="confirmed_by_another"),
    CheckConstraint(
        "state IN ('waiting', 'revoked') OR confirmed_by IS NOT NULL OR customer_id IS NOT NULL", name="confirmed"
    ),
    CheckConstraint("(confirmed_by IS NULL) = (confirmed_signature IS NULL)", name="confirmed_in_writing"),
    CheckConstraint("(revoked_at_s IS NOT NULL) = (state = 'revoked')", name="revoked_at_the_end"),
)
"""Public keys of passkeys, and who vouched for them."""

passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("operator_id", Text, ForeignKey("operators.id"), nullable=False),
    Column("asked_by", Text, ForeignKey("operators.id"), nullable=False),
    # What is asked: a consent to this payment, or a new key.
    Column("payment_id", Text, ForeignKey("payments.id")),
    Column("asked_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    Column("answered_at_s", BigInteger),
    Index("ix_passkey_challenges_payment_id", "payment_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("operator_id", Text, ForeignKey("operators.id"), nullable=False),
    Column("terminal", Text, nullable=False),
    Column("opened_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    Column("closed_at_s", BigInteger),
    Column("opened_with", Text, nullable=False),
    _one_of("opened_with", CredentialKind),
)

customers = Table(
    "customers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("enrolled_at_s", BigInteger, nullable=False),
    Column("kind", Text, nullable=False, server_default="private"),
    Column("closed_at_s", BigInteger),
    Column("erased_at_s", BigInteger),
    Column("folded_name", Text, nullable=False),
    _one_of("kind", CustomerKind),
)

erasures = Table(
    "erasures",
    metadata,
    Column("customer_id", Text, ForeignKey("customers.id"), primary_key=True),
    Column("asked_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("asked_at_s", BigInteger, nullable=False),
    Column("agreed_by", Text, ForeignKey("operators.id")),
    Column("agreed_at_s", BigInteger),
    Column("erased_at_s", BigInteger),
    CheckConstraint("agreed_by <> asked_by", name="two_people"),
    CheckConstraint("(agreed_by IS NULL) = (agreed_at_s IS NULL)", name="agreed_at_a_time"),
    CheckConstraint("erased_at_s IS NULL OR agreed_by IS NOT NULL", name="agreed_first"),
)
"""Whose personal data two people have erased, or one has asked for."""

# --- the counter -----------------------------------------------------------------------------

_STILL_OPEN = text("state <> 'closed'")
_UNRESOLVED = text("resolved_at_s IS NULL")
_IN_A_BLOCK = text("block_number IS NOT NULL")
_IN_A_SHIFT = text("shift_id IS NOT NULL")

shifts = Table(
    "shifts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("branch", Text, nullable=False),
    Column("drawer", Text, nullable=False),
    Column("terminal", Text, nullable=False),
    Column("operator_id", Text, ForeignKey("operators.id"), nullable=False),
    Column("opened_at_s", BigInteger, nullable=False),
    Column("opening", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("closing", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("closed_at_s", BigInteger),
    _one_of("state", ShiftState),
    CheckConstraint("(closed_at_s IS NOT NULL) = (state = 'closed')", name="closed_at_the_end"),
    # One at a time for each drawer, terminal and operator.
    *(
        Index(f"uq_shifts_open_{name}", name, unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN)
        for name in ("drawer", "terminal", "operator_id")
    ),
    Index("ix_shifts_drawer", "drawer", "opened_at_s", "id"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("branch", Text, nullable=False),
    Column("issued_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("issued_at_s", BigInteger, nullable=False),
    Column("copies", Integer, nullable=False),
    _one_of("kind", ReceiptKind),
    # One original for what a receipt proves; what is issued later is a copy of it.
    UniqueConstraint("kind", "subject", "digest"),
    CheckConstraint("copies >= 0", name="copies_counted"),
)

# --- money -----------------------------------------------------------------------------------

assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("chain_id", BigInteger),
    Column("contract", Text),
    Column("active", Boolean, nullable=False),
    Column("token_name", Text, nullable=False, server_default=""),
    Column("token_version", Text, nullable=False, server_default=""),
    Column("domain_separator", LargeBinary),
    Column("code_hash", LargeBinary),
    Column("checked_at_s", BigInteger, nullable=False),
    CheckConstraint("decimals BETWEEN 0 AND 36", name="decimals_range"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("debits_pending", Units, nullable=False),
    Column("debits_posted", Units, nullable=False),
    Column("credits_pending", Units, nullable=False),
    Column("credits_posted", Units, nullable=False),
    Column("available_units", Units),
    Column("version", Integer, nullable=False),
    UniqueConstraint("id", "kind", "asset_id"),
    Index("ix_accounts_owner", "owner"),
    _one_of("kind", AccountKind),
    CheckConstraint(
        f"(available_units IS NOT NULL) = (kind IN ({_listed(ASSETS | LIABILITIES)}))", name="available_where_bounded"
    ),
    *_whole("debits_pending", "debits_posted", "credits_pending", "credits_posted", "available_units"),
)

payments = Table(
    "payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("intent_hash", LargeBinary, nullable=False),
    Column("intent", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("rail", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("chain_id", BigInteger),
    Column("request_id", Text, nullable=False),
    Column("related", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("created_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    Column("updated_at_s", BigInteger, nullable=False),
    Column("nonce", BigInteger),
    Column("gas_limit", BigInteger),
    Column("fee_cap_wei", Units),
    Column("deposit_index", Integer),
    Column("included_block", BigInteger),
    Column("included_hash", LargeBinary),
    Column("transaction_hash", LargeBinary),
    Column("recalled_by", Text),
    # What the journal is searched by; each stands in the intent as well.
    Column("debtor", Text, nullable=False),
    Column("creditor", Text, nullable=False),
    Column("maker", Text, nullable=False),
    UniqueConstraint("id", "intent_hash"),
    UniqueConstraint("chain_id", "nonce"),
    _one_of("state", PaymentState),
    Index("ix_payments_made", "created_at_s", "id"),
    *(
        Index(f"ix_payments_{name}", name, "created_at_s", "id")
        for name in ("asset_id", "branch", "creditor", "debtor", "maker", "purpose", "state")
    ),
    Index("ix_payments_open", "chain_id", "state"),
    Index("ix_payments_related", "related"),
    Index("ix_payments_request", "request_id"),
    *_whole("fee_cap_wei"),
)

quotes = Table(
    "quotes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("customer_id", Text, ForeignKey("customers.id"), nullable=False),
    Column("token_asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("token_units", Units, nullable=False),
    Column("cash_asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("cash_units", Units, nullable=False),
    Column("fee_units", Units, nullable=False),
    Column("price", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("rate_at_s", BigInteger, nullable=False),
    Column("policy_version", Integer, ForeignKey("policies.version"), nullable=False),
    Column("shift_id", Text, ForeignKey("shifts.id"), nullable=False),
    Column("operator_id", Text, ForeignKey("operators.id"), nullable=False),
    Column("branch", Text, nullable=False),
    Column("quoted_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    # The exchange that took it: one at most.
    Column("payment_id", Text, ForeignKey("payments.id"), unique=True),
    _one_of("direction", Direction),
    CheckConstraint("quoted_at_s < expires_at_s", name="expires_later"),
    *_whole("token_units", "cash_units", "fee_units"),
)

payment_words = Table(
    "payment_words",
    metadata,
    Column("word", Text, primary_key=True),
    Column("created_at_s", BigInteger, primary_key=True),
    Column("payment_id", Text, ForeignKey("payments.id"), primary_key=True),
    Index("ix_payment_words_payment_id", "payment_id"),
)
"""The words of each remittance information, as the journal looks for them."""

approvals = Table(
    "approvals",
    metadata,
    Column("payment_id", Text, nullable=False),
    Column("operator_id", Text, ForeignKey("operators.id"), nullable=False),
    Column("part", Text, nullable=False),
    Column("intent_hash", LargeBinary, nullable=False),
    Column("at_s", BigInteger, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    # One person gives one consent to one payment: the maker is never its checker.
    UniqueConstraint("payment_id", "operator_id"),
    UniqueConstraint("payment_id", "part"),
    ForeignKeyConstraint(["payment_id", "intent_hash"], ["payments.id", "payments.intent_hash"]),
    _one_of("part", Part),
)

passkey_consents = Table(
    "passkey_consents",
    metadata,
    Column("payment_id", Text, nullable=False),
    Column("operator_id", Text, nullable=False),
    Column("passkey_id", Text, nullable=False),
    # A challenge is answered once.
    Column("challenge_id", Text, ForeignKey("passkey_challenges.id"), nullable=False, unique=True),
    Column("asked_at_s", BigInteger, nullable=False),
    Column("client_data", LargeBinary, nullable=False),
    Column("authenticator_data", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    # Beside the person's own approval, with a key of their own; two people do not share an authenticator.
    UniqueConstraint("payment_id", "operator_id"),
    UniqueConstraint("payment_id", "passkey_id"),
    ForeignKeyConstraint(["payment_id", "operator_id"], ["approvals.payment_id", "approvals.operator_id"]),
    ForeignKeyConstraint(["passkey_id", "operator_id"], ["passkeys.id", "passkeys.operator_id"]),
)
"""What a passkey signed of an intent, beside the approval of its owner."""

clearances = Table(
    "clearances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("payment_id", Text, nullable=False, unique=True),
    Column("intent_hash", LargeBinary, nullable=False),
    Column("policy_version", Integer, ForeignKey("policies.version"), nullable=False),
    Column("screenings", Text, nullable=False),
    Column("cleared_at_s", BigInteger, nullable=False),
    UniqueConstraint("id", "payment_id"),
    ForeignKeyConstraint(["payment_id", "intent_hash"], ["payments.id", "payments.intent_hash"]),
)

transfers = Table(
    "transfers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("debit_account", Text, nullable=False),
    Column("debit_kind", Text, nullable=False),
    Column("credit_account", Text, nullable=False),
    Column("credit_kind", Text, nullable=False),
    Column("asset_id", Text, nullable=False),
    Column("units", Units, nullable=False),
    Column("posted_units", Units, nullable=False),
    Column("state", Text, nullable=False),
    Column("payment_id", Text, ForeignKey("payments.id")),
    Column("deposit_id", Text, ForeignKey("deposits.id")),
    Column("clearance_id", Text),
    Column("created_at_s", BigInteger, nullable=False),
    Column("shift_id", Text, ForeignKey("shifts.id")),
    # Both accounts hold the transfer's asset, and their kinds are what the accounts say.
    ForeignKeyConstraint(
        ["debit_account", "debit_kind", "asset_id"], ["accounts.id", "accounts.kind", "accounts.asset_id"]
    ),
    ForeignKeyConstraint(
        ["credit_account", "credit_kind", "asset_id"], ["accounts.id", "accounts.kind", "accounts.asset_id"]
    ),
    ForeignKeyConstraint(["clearance_id", "payment_id"], ["clearances.id", "clearances.payment_id"]),
    # Money of customers, or that the bank holds, is posted away under a clearance of its own payment, or not at all.
    CheckConstraint(
        f"state <> 'posted' OR (clearance_id IS NOT NULL AND payment_id IS NOT NULL)"
        f" OR NOT (debit_kind IN ({_listed(LIABILITIES)}) OR credit_kind IN ({_listed(ASSETS)}))",
        name="cleared",
    ),
    CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    # Cash moves in a drawer only within a shift.
    CheckConstraint(
        "(shift_id IS NOT NULL) = (debit_kind = 'drawer' OR credit_kind = 'drawer')", name="drawer_in_shift"
    ),
    _one_of("state", TransferState),
    Index("ix_transfers_payment_id", "payment_id"),
    Index("ix_transfers_deposit_id", "deposit_id"),
    Index("ix_transfers_shift_id", "shift_id", sqlite_where=_IN_A_SHIFT, postgresql_where=_IN_A_SHIFT),
    *_whole("units", "posted_units"),
)

entries = Table(
    "entries",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("transfer_id", Text, ForeignKey("transfers.id"), nullable=False),
    Column("side", Text, nullable=False),
    Column("units", Units, nullable=False),
    Column("debits_after", Units, nullable=False),
    Column("credits_after", Units, nullable=False),
    Column("block_number", BigInteger),
    Column("at_s", BigInteger, nullable=False),
    Index("ix_entries_transfer_id", "transfer_id"),
    Index("ix_entries_block", "block_number", sqlite_where=_IN_A_BLOCK, postgresql_where=_IN_A_BLOCK),
    CheckConstraint("side IN ('debit', 'credit')", name="side_known"),
    *_whole("units", "debits_after", "credits_after"),
)

# --- requests and deposits -------------------------------------------------------------------

requests = Table(
    "requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("payee", Text, ForeignKey("customers.id"), nullable=False),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("units", Units),
    Column("remittance_information", Text, nullable=False),
    Column("created_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("credited_units", Units, nullable=False),
    Column("terms", Text, nullable=False),
    Column("chain_id", BigInteger),
    Column("deposit_address", Text),
    Column("deposit_index", Integer, unique=True),
    UniqueConstraint("chain_id", "deposit_address"),
    Index("ix_requests_state", "state", "expires_at_s"),
    *_whole("units", "credited_units"),
    _one_of("state", RequestState),
)

deposits = Table(
    "deposits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("block_hash", LargeBinary, nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("transaction_hash", LargeBinary, nullable=False),
    Column("address", Text, nullable=False),
    Column("sender", Text),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("units", Units, nullable=False),
    Column("request_id", Text, ForeignKey("requests.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("seen_at_s", BigInteger, nullable=False),
    UniqueConstraint("chain_id", "block_hash", "log_index"),
    Index("ix_deposits_state", "chain_id", "state", "block_number"),
    Index("ix_deposits_request_id", "request_id"),
    *_whole("units"),
)

# --- the chain -------------------------------------------------------------------------------

chains = Table(
    "chains",
    metadata,
    Column("chain_id", BigInteger, primary_key=True),
    Column("treasury", Text, nullable=False),
    Column("native_asset_id", Text, nullable=False),
    Column("next_nonce", BigInteger, nullable=False),
    Column("head_number", BigInteger, nullable=False),
    Column("final_number", BigInteger, nullable=False),
    Column("halted", Text, nullable=False),
    Column("seen_at_s", BigInteger),
    Column("trouble", Text, nullable=False, server_default=""),
)

blocks = Table(
    "blocks",
    metadata,
    Column("chain_id", BigInteger, ForeignKey("chains.chain_id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("timestamp_s", BigInteger, nullable=False),
)

authorizations = Table(
    "authorizations",
    metadata,
    Column("chain_id", BigInteger, primary_key=True),
    Column("block_hash", LargeBinary, primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("contract", Text, nullable=False),
    Column("authorizer", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("transaction_hash", LargeBinary, nullable=False),
    Index("ix_authorizations_nonce", "nonce"),
)

carried = Table(
    "carried",
    metadata,
    Column("payment_id", Text, ForeignKey("payments.id"), primary_key=True),
    Column("calldata", LargeBinary, nullable=False),
    Column("authorizer", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    UniqueConstraint("authorizer", "nonce"),
)
"""The EIP-3009 calldata that a collection or sweep carries to the chain."""

signed = Table(
    "signed",
    metadata,
    Column("payment_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("transaction_hash", LargeBinary, nullable=False, unique=True),
    Column("max_fee_wei", Units, nullable=False),
    Column("priority_fee_wei", Units, nullable=False),
    Column("signed_at_s", BigInteger, nullable=False),
    Column("clearance_id", Text, nullable=False),
    ForeignKeyConstraint(["clearance_id", "payment_id"], ["clearances.id", "clearances.payment_id"]),
    ForeignKeyConstraint(["payment_id"], ["payments.id"]),
    *_whole("max_fee_wei", "priority_fee_wei"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("payment_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    ForeignKeyConstraint(["payment_id", "version"], ["signed.payment_id", "signed.version"]),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until_s", BigInteger, nullable=False),
)
"""Which engine turns what, and for how long: it spares double work, and protects nothing."""

# --- compliance ------------------------------------------------------------------------------

policies = Table(
    "policies",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("content", Text, nullable=False),
    Column("at_s", BigInteger, nullable=False),
    Column("maker", Text, nullable=False),
    Column("checker", Text, nullable=False),
    CheckConstraint("maker <> checker", name="two_people"),
)

_NEXT = text("state IN ('open', 'approved', 'in_force')")

policy_proposals = Table(
    "policy_proposals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("proposed_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("proposed_at_s", BigInteger, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text, ForeignKey("operators.id")),
    Column("decided_at_s", BigInteger),
    Column("decided_signature", LargeBinary),
    Column("reason", Text, nullable=False),
    _one_of("state", ProposalState),
    CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided_by_somebody"),
    CheckConstraint("(decided_by IS NULL) = (decided_at_s IS NULL)", name="decided_at_a_time"),
    CheckConstraint("(state IN ('approved', 'in_force')) = (decided_signature IS NOT NULL)", name="signed_by_both"),
    # Nobody approves, or refuses as if they were a second person, what they proposed; nobody else takes it back.
    CheckConstraint("decided_by IS NULL OR (state = 'withdrawn') = (decided_by = proposed_by)", name="two_people"),
    # A version has one content that waits, or stands.
    Index("uq_policy_proposals_version", "version", unique=True, sqlite_where=_NEXT, postgresql_where=_NEXT),
)
"""What may become the next version of the policy, with the signatures of its two people."""

staff_changes = Table(
    "staff_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    # Who it is about, as they are signed for: a newcomer is no operator yet.
    Column("operator_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("proposed_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("proposed_at_s", BigInteger, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text, ForeignKey("operators.id")),
    Column("decided_at_s", BigInteger),
    Column("decided_signature", LargeBinary),
    Column("reason", Text, nullable=False),
    _one_of("kind", StaffChangeKind),
    _one_of("role", STAFF),
    _one_of("state", ProposalState),
    # A second person decides on an admission; nobody but the engine, which may refuse it, on a dismissal.
    CheckConstraint(
        "(decided_by IS NULL) = (state = 'open' OR kind = 'dismiss' AND state <> 'refused')", name="decided_by_somebody"
    ),
    CheckConstraint("(decided_by IS NULL) = (decided_at_s IS NULL)", name="decided_at_a_time"),
    CheckConstraint(
        "(kind = 'admit' AND state IN ('approved', 'in_force')) = (decided_signature IS NOT NULL)",
        name="signed_by_both",
    ),
    CheckConstraint("decided_by IS NULL OR (state = 'withdrawn') = (decided_by = proposed_by)", name="two_people"),
    CheckConstraint("kind = 'admit' OR proposed_by <> operator_id", name="not_of_themself"),
    # Nobody comes twice under one id, or goes twice.
    Index("uq_staff_changes_operator", "kind", "operator_id", unique=True, sqlite_where=_NEXT, postgresql_where=_NEXT),
)
"""Who was to be admitted to the staff or dismissed, with the signatures of those who said so."""

waiting_credentials = Table(
    "waiting_credentials",
    metadata,
    Column("change_id", Text, ForeignKey("staff_changes.id"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("cost", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What newcomers' keys are sealed under, until it is decided whether they come."""

limit_counters = Table(
    "limit_counters",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("asset_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("used_units", Units, nullable=False),
    *_whole("used_units"),
)

limit_uses = Table(
    "limit_uses",
    metadata,
    Column("payment_id", Text, ForeignKey("payments.id"), primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("asset_id", Text, primary_key=True),
    Column("day", Text, nullable=False),
)
"""Which day's counters a payment stands in, so that they can be given back when it ends unpaid."""

screening_lists = Table(
    "screening_lists",
    metadata,
    Column("name", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("dated_s", BigInteger, nullable=False),
    Column("source_hash", Text, nullable=False),
    Column("parties", Integer, nullable=False),
    Column("names", Integer, nullable=False),
    Column("addresses", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("loaded_at_s", BigInteger, nullable=False),
    Column("loaded_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("doubted_hash", Text, nullable=False),
    Column("doubted_by", Text, nullable=False),
    Column("losses", Text, nullable=False, server_default="{}"),
    _one_of("form", ListForm),
    CheckConstraint("version > 0", name="counted"),
    CheckConstraint("confirmed_by = '' OR confirmed_by <> loaded_by", name="two_people"),
)

listed_parties = Table(
    "listed_parties",
    metadata,
    Column("list_name", Text, ForeignKey("screening_lists.name"), primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("programs", Text, nullable=False),
    _one_of("kind", ListedKind),
)

listed_names = Table(
    "listed_names",
    metadata,
    Column("list_name", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    ForeignKeyConstraint(["list_name", "entry_id"], ["listed_parties.list_name", "listed_parties.entry_id"]),
)
"""Names as they are listed; position 0 is the primary one."""

listed_addresses = Table(
    "listed_addresses",
    metadata,
    Column("list_name", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("canonical", Text, primary_key=True),
    Column("ticker", Text, nullable=False),
    Column("text", Text, nullable=False),
    ForeignKeyConstraint(["list_name", "entry_id"], ["listed_parties.list_name", "listed_parties.entry_id"]),
    Index("ix_listed_addresses_canonical", "canonical"),
)
"""Addresses as they are listed, and in the form in which all writings of one meet."""

name_verdicts = Table(
    "name_verdicts",
    metadata,
    Column("party", Text, primary_key=True),
    Column("list_name", Text, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("list_version", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("hits", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("compared_at_s", BigInteger, nullable=False),
)
"""What a list says of a party's names. It refers to no list: the row of one is replaced with every version."""

name_releases = Table(
    "name_releases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("list_name", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("asked_at_s", BigInteger, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("confirmed_by", Text, ForeignKey("operators.id")),
    Column("confirmed_at_s", BigInteger),
    Column("confirmed_signature", LargeBinary),
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="two_people"),
    CheckConstraint(
        "(confirmed_by IS NULL) = (confirmed_at_s IS NULL) AND (confirmed_by IS NULL) = (confirmed_signature IS NULL)",
        name="confirmed_whole",
    ),
    Index("ix_name_releases_party", "party"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("opened_at_s", BigInteger, nullable=False),
    Column("resolution", Text, nullable=False),
    Column("resolved_by", Text, nullable=False),
    Column("resolved_at_s", BigInteger),
    Column("makers", Text, nullable=False, server_default=""),
    Column("asked_by", Text, nullable=False, server_default=""),
    UniqueConstraint("kind", "subject"),
    Index("ix_cases_open", "opened_at_s", "id", sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED),
    Index("ix_cases_opened", "opened_at_s", "id"),
)

travel_rules = Table(
    "travel_rules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("way", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("salt", LargeBinary),
    Column("sealed", LargeBinary),
    Column("attached_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("attached_at_s", BigInteger, nullable=False),
    Column("keep_until_s", BigInteger, nullable=False),
    Column("erased_at_s", BigInteger),
    UniqueConstraint("subject", "seq"),
    _one_of("way", Way),
    CheckConstraint(
        "(sealed IS NULL) = (erased_at_s IS NOT NULL) AND (salt IS NULL) = (erased_at_s IS NOT NULL)",
        name="kept_or_erased",
    ),
    Index("ix_travel_rules_keep_until_s", "keep_until_s"),
    Index("ix_travel_rules_attached_at_s", "attached_at_s"),
)
"""Who pays and who is paid, as told under the Travel Rule: sealed, and only the bank's data key opens it."""

wallet_proofs = Table(
    "wallet_proofs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("customer_id", Text, ForeignKey("customers.id"), nullable=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("own", Boolean, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("begun_by", Text, ForeignKey("operators.id"), nullable=False),
    Column("begun_at_s", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
    Column("signature", LargeBinary),
    Column("proved_by", Text, nullable=False),
    Column("proved_at_s", BigInteger),
    Column("valid_until_s", BigInteger),
    CheckConstraint(
        "(signature IS NULL) = (proved_at_s IS NULL) AND (valid_until_s IS NULL) = (proved_at_s IS NULL)",
        name="answered_whole",
    ),
    CheckConstraint("begun_at_s < expires_at_s", name="expires_later"),
    Index("ix_wallet_proofs_customer", "customer_id", "address"),
)

# --- record keeping --------------------------------------------------------------------------

keys = Table(
    "keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("verb", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("result_id", Text, nullable=False),
    Column("at_s", BigInteger, nullable=False),
)

batch_outcomes = Table(
    "batch_outcomes",
    metadata,
    Column("key", Text, ForeignKey("keys.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("payment_id", Text, ForeignKey("payments.id"), unique=True),
    Column("intent", Text),
    Column("reasons", Text),
    CheckConstraint(
        "(payment_id IS NULL) = (intent IS NOT NULL) AND (payment_id IS NULL) = (reasons IS NOT NULL)",
        name="paid_or_refused",
    ),
)
"""What became of each order of a batch: its payment, or what was refused and why."""

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at_s", BigInteger, nullable=False),
)

audit_records = Table(
    "audit_records",
    metadata,
    Column("stream", Text, ForeignKey("audit_heads.stream"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

audit_texts = Table(
    "audit_texts",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("stream", Text, ForeignKey("audit_heads.stream"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("customer_id", Text, ForeignKey("customers.id")),
    Column("at_s", BigInteger, nullable=False),
    Column("salt", LargeBinary),
    Column("text", Text),
    Column("erased_at_s", BigInteger),
    UniqueConstraint("stream", "seq", "name"),
    CheckConstraint(
        "(text IS NULL) = (erased_at_s IS NOT NULL) AND (salt IS NULL) = (erased_at_s IS NOT NULL)",
        name="kept_or_erased",
    ),
    Index("ix_audit_texts_customer_id", "customer_id"),
)
"""What people typed beside an act: its record holds the salted hash alone, so that the text can be erased."""

audit_archives = Table(
    "audit_archives",
    metadata,
    Column("stream", Text, ForeignKey("audit_heads.stream"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The last record of each archive: the stream goes on behind the newest, and what stands before it may be removed."""

signed_heads = Table(
    "signed_heads",
    metadata,
    Column("stream", Text, ForeignKey("audit_heads.stream"), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("content", Text, nullable=False),
    Column("nodes", LargeBinary, nullable=False),
    Column("older", BigInteger, nullable=False),
    Column("proof", LargeBinary, nullable=False),
)
"""Heads that the signer signed: the line that leaves, the tree's frontier there, and that it grew from `older`."""

head_sinks = Table(
    "head_sinks",
    metadata,
    Column("sink", Text, primary_key=True),
    Column("stream", Text, ForeignKey("audit_heads.stream"), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("at_s", BigInteger, nullable=False),
    Column("trouble", Text, nullable=False),
)
"""Up to which head each place outside the bank has them all, and what last kept one from leaving."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), Identity(always=True), primary_key=True),
    # PostgreSQL fills in the writing transaction, so that readers pass only over what can no longer change.
    Column("written_by", BigInteger, nullable=False, server_default=text("0")),
    Column("at_s", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", Text, nullable=False),
    Index("ix_outbox_feed", "written_by", "id"),
)
