"""Every table of the first tokenpay.

Revision: 0001. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UNITS = sa.CHAR(78).with_variant(sa.NUMERIC(78, 0), "postgresql")
TABLES = (
    "bank",
    "operators",
    "sessions",
    "customers",
    "assets",
    "accounts",
    "payments",
    "policies",
    "approvals",
    "clearances",
    "requests",
    "deposits",
    "transfers",
    "entries",
    "chains",
    "blocks",
    "authorizations",
    "carried",
    "signed",
    "attempts",
    "limit_counters",
    "limit_uses",
    "deny_lists",
    "denied",
    "cases",
    "keys",
    "audit_heads",
    "audit_records",
    "outbox",
)
"""In the order in which they are made: each refers only to those before it."""


def upgrade() -> None:
    _parties()
    _money()
    _payments()
    _gate()
    _requests()
    _transfers()
    _chain()
    _compliance()
    _record()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _required(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def _optional(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_) for name in names]


def _whole(table: str, *columns: str) -> list[sa.CheckConstraint]:
    rule = "length({0}) = 78 AND {0} NOT GLOB '*[^0-9]*'"
    if op.get_bind().dialect.name == "postgresql":
        rule = "{0} >= 0 AND {0} <> 'NaN'"
    return [sa.CheckConstraint(rule.format(column), name=f"ck_{table}_{column}_whole") for column in columns]


def _parties() -> None:
    op.create_table(
        "bank",
        *_required(sa.Text, "name", "value"),
        sa.PrimaryKeyConstraint("name", name="pk_bank"),
    )
    op.create_table(
        "operators",
        *_required(sa.Text, "id", "name", "role", "branch"),
        *_required(sa.Boolean, "active"),
        *_required(sa.LargeBinary, "public_key", "salt", "nonce"),
        *_required(sa.Integer, "cost"),
        *_required(sa.LargeBinary, "sealed"),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("locked_until_s", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sa.UniqueConstraint("public_key", name="uq_operators_public_key"),
    )
    op.create_table(
        "sessions",
        *_required(sa.Text, "id", "operator_id", "terminal"),
        *_required(sa.BigInteger, "opened_at_s", "expires_at_s"),
        *_optional(sa.BigInteger, "closed_at_s"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_sessions_operator_id"),
    )
    op.create_table(
        "customers",
        *_required(sa.Text, "id", "name", "branch", "status"),
        *_required(sa.BigInteger, "enrolled_at_s"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )


def _money() -> None:
    op.create_table(
        "assets",
        *_required(sa.Text, "id", "kind", "symbol"),
        *_required(sa.Integer, "decimals"),
        *_optional(sa.BigInteger, "chain_id"),
        *_optional(sa.Text, "contract"),
        *_required(sa.Boolean, "active"),
        sa.Column("token_name", sa.Text, nullable=False, server_default=""),
        sa.Column("token_version", sa.Text, nullable=False, server_default=""),
        *_optional(sa.LargeBinary, "domain_separator", "code_hash"),
        *_required(sa.BigInteger, "checked_at_s"),
        sa.PrimaryKeyConstraint("id", name="pk_assets"),
        sa.CheckConstraint("decimals BETWEEN 0 AND 36", name="ck_assets_decimals_range"),
    )
    op.create_table(
        "accounts",
        *_required(sa.Text, "id", "kind", "owner", "asset_id"),
        *_required(UNITS, "debits_pending", "debits_posted", "credits_pending", "credits_posted"),
        *_optional(UNITS, "available_units"),
        *_required(sa.Integer, "version"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("id", "kind", "asset_id", name="uq_accounts_id_kind_asset_id"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_accounts_asset_id"),
        sa.CheckConstraint(
            "(available_units IS NOT NULL) = (kind IN ('blocked', 'custody', 'customer', 'drawer', "
            "'suspense', 'vault'))",
            name="ck_accounts_available_where_bounded",
        ),
        sa.CheckConstraint(
            "kind IN ('blocked', 'conversion', 'custody', 'customer', 'drawer', 'fees', 'funding', "
            "'gas', 'suspense', 'variance', 'vault')",
            name="ck_accounts_kind_known",
        ),
        *_whole("accounts", "debits_pending", "debits_posted", "credits_pending", "credits_posted", "available_units"),
    )
    op.create_index("ix_accounts_owner", "accounts", ["owner"])


def _payments() -> None:
    op.create_table(
        "payments",
        *_required(sa.Text, "id"),
        *_required(sa.LargeBinary, "intent_hash"),
        *_required(sa.Text, "intent", "purpose", "rail", "state", "branch", "asset_id"),
        *_optional(sa.BigInteger, "chain_id"),
        *_required(sa.Text, "request_id", "related", "reasons"),
        *_required(sa.BigInteger, "created_at_s", "expires_at_s", "updated_at_s"),
        *_optional(sa.BigInteger, "nonce", "gas_limit"),
        *_optional(UNITS, "fee_cap_wei"),
        *_optional(sa.Integer, "deposit_index"),
        *_optional(sa.BigInteger, "included_block"),
        *_optional(sa.LargeBinary, "included_hash", "transaction_hash"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("chain_id", "nonce", name="uq_payments_chain_id_nonce"),
        sa.UniqueConstraint("id", "intent_hash", name="uq_payments_id_intent_hash"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_payments_asset_id"),
        sa.CheckConstraint(
            "state IN ('assigned', 'cancelled', 'cleared', 'expired', 'failed', 'final', 'held', "
            "'included', 'refused', 'sent', 'signed')",
            name="ck_payments_state_known",
        ),
        *_whole("payments", "fee_cap_wei"),
    )
    op.create_index("ix_payments_open", "payments", ["chain_id", "state"])
    op.create_index("ix_payments_related", "payments", ["related"])
    op.create_index("ix_payments_request", "payments", ["request_id"])


def _gate() -> None:
    op.create_table(
        "policies",
        *_required(sa.Integer, "version"),
        *_required(sa.Text, "content"),
        *_required(sa.BigInteger, "at_s"),
        *_required(sa.Text, "maker", "checker"),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
        sa.CheckConstraint("maker <> checker", name="ck_policies_two_people"),
    )
    op.create_table(
        "approvals",
        *_required(sa.Text, "payment_id", "operator_id", "part"),
        *_required(sa.LargeBinary, "intent_hash"),
        *_required(sa.BigInteger, "at_s"),
        *_required(sa.LargeBinary, "signature"),
        sa.UniqueConstraint("payment_id", "operator_id", name="uq_approvals_payment_id_operator_id"),
        sa.UniqueConstraint("payment_id", "part", name="uq_approvals_payment_id_part"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_approvals_operator_id"),
        sa.ForeignKeyConstraint(
            ["payment_id", "intent_hash"],
            ["payments.id", "payments.intent_hash"],
            name="fk_approvals_payment_id_intent_hash",
        ),
        sa.CheckConstraint("part IN ('checker', 'maker')", name="ck_approvals_part_known"),
    )
    op.create_table(
        "clearances",
        *_required(sa.Text, "id", "payment_id"),
        *_required(sa.LargeBinary, "intent_hash"),
        *_required(sa.Integer, "policy_version"),
        *_required(sa.Text, "screenings"),
        *_required(sa.BigInteger, "cleared_at_s"),
        sa.PrimaryKeyConstraint("id", name="pk_clearances"),
        sa.UniqueConstraint("id", "payment_id", name="uq_clearances_id_payment_id"),
        sa.UniqueConstraint("payment_id", name="uq_clearances_payment_id"),
        sa.ForeignKeyConstraint(
            ["payment_id", "intent_hash"],
            ["payments.id", "payments.intent_hash"],
            name="fk_clearances_payment_id_intent_hash",
        ),
        sa.ForeignKeyConstraint(["policy_version"], ["policies.version"], name="fk_clearances_policy_version"),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        *_required(sa.Text, "id", "payee", "asset_id"),
        *_optional(UNITS, "units"),
        *_required(sa.Text, "reference"),
        *_required(sa.BigInteger, "created_at_s", "expires_at_s"),
        *_required(sa.Text, "state"),
        *_required(UNITS, "credited_units"),
        *_required(sa.Text, "terms"),
        *_optional(sa.BigInteger, "chain_id"),
        *_optional(sa.Text, "deposit_address"),
        *_optional(sa.Integer, "deposit_index"),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("chain_id", "deposit_address", name="uq_requests_chain_id_deposit_address"),
        sa.UniqueConstraint("deposit_index", name="uq_requests_deposit_index"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_requests_asset_id"),
        sa.ForeignKeyConstraint(["payee"], ["customers.id"], name="fk_requests_payee"),
        sa.CheckConstraint(
            "state IN ('cancelled', 'expired', 'late_paid', 'open', 'overpaid', 'paid', 'part_paid')",
            name="ck_requests_state_known",
        ),
        *_whole("requests", "units", "credited_units"),
    )
    op.create_index("ix_requests_state", "requests", ["state", "expires_at_s"])
    op.create_table(
        "deposits",
        *_required(sa.Text, "id"),
        *_required(sa.BigInteger, "chain_id"),
        *_required(sa.LargeBinary, "block_hash"),
        *_required(sa.Integer, "log_index"),
        *_required(sa.BigInteger, "block_number"),
        *_required(sa.LargeBinary, "transaction_hash"),
        *_required(sa.Text, "address"),
        *_optional(sa.Text, "sender"),
        *_required(sa.Text, "asset_id"),
        *_required(UNITS, "units"),
        *_required(sa.Text, "request_id", "state"),
        *_optional(sa.Text, "outcome"),
        *_required(sa.BigInteger, "seen_at_s"),
        sa.PrimaryKeyConstraint("id", name="pk_deposits"),
        sa.UniqueConstraint("chain_id", "block_hash", "log_index", name="uq_deposits_chain_id_block_hash_log_index"),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_deposits_asset_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_deposits_request_id"),
        *_whole("deposits", "units"),
    )
    op.create_index("ix_deposits_request_id", "deposits", ["request_id"])
    op.create_index("ix_deposits_state", "deposits", ["chain_id", "state", "block_number"])


def _transfers() -> None:
    op.create_table(
        "transfers",
        *_required(sa.Text, "id", "debit_account", "debit_kind", "credit_account", "credit_kind", "asset_id"),
        *_required(UNITS, "units", "posted_units"),
        *_required(sa.Text, "state"),
        *_optional(sa.Text, "payment_id", "deposit_id", "clearance_id"),
        *_required(sa.BigInteger, "created_at_s"),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.ForeignKeyConstraint(
            ["clearance_id", "payment_id"],
            ["clearances.id", "clearances.payment_id"],
            name="fk_transfers_clearance_id_payment_id",
        ),
        sa.ForeignKeyConstraint(
            ["credit_account", "credit_kind", "asset_id"],
            ["accounts.id", "accounts.kind", "accounts.asset_id"],
            name="fk_transfers_credit_account_credit_kind_asset_id",
        ),
        sa.ForeignKeyConstraint(
            ["debit_account", "debit_kind", "asset_id"],
            ["accounts.id", "accounts.kind", "accounts.asset_id"],
            name="fk_transfers_debit_account_debit_kind_asset_id",
        ),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposits.id"], name="fk_transfers_deposit_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_transfers_payment_id"),
        sa.CheckConstraint(
            "state <> 'posted'"
            " OR (clearance_id IS NOT NULL AND payment_id IS NOT NULL)"
            " OR NOT (debit_kind IN ('blocked', 'customer', 'suspense')"
            " OR credit_kind IN ('custody', 'drawer', 'vault'))",
            name="ck_transfers_cleared",
        ),
        sa.CheckConstraint("state IN ('pending', 'posted', 'voided')", name="ck_transfers_state_known"),
        sa.CheckConstraint("debit_account <> credit_account", name="ck_transfers_two_accounts"),
        *_whole("transfers", "units", "posted_units"),
    )
    op.create_index("ix_transfers_deposit_id", "transfers", ["deposit_id"])
    op.create_index("ix_transfers_payment_id", "transfers", ["payment_id"])
    op.create_table(
        "entries",
        *_required(sa.Text, "account_id"),
        *_required(sa.Integer, "seq"),
        *_required(sa.Text, "transfer_id", "side"),
        *_required(UNITS, "units", "debits_after", "credits_after"),
        *_optional(sa.BigInteger, "block_number"),
        *_required(sa.BigInteger, "at_s"),
        sa.PrimaryKeyConstraint("account_id", "seq", name="pk_entries"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_entries_account_id"),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name="fk_entries_transfer_id"),
        sa.CheckConstraint("side IN ('debit', 'credit')", name="ck_entries_side_known"),
        *_whole("entries", "units", "debits_after", "credits_after"),
    )
    op.create_index("ix_entries_transfer_id", "entries", ["transfer_id"])


def _chain() -> None:
    op.create_table(
        "chains",
        *_required(sa.BigInteger, "chain_id"),
        *_required(sa.Text, "treasury", "native_asset_id"),
        *_required(sa.BigInteger, "next_nonce", "head_number", "final_number"),
        *_required(sa.Text, "halted"),
        sa.PrimaryKeyConstraint("chain_id", name="pk_chains"),
    )
    op.create_table(
        "blocks",
        *_required(sa.BigInteger, "chain_id", "number"),
        *_required(sa.LargeBinary, "hash"),
        *_required(sa.BigInteger, "timestamp_s"),
        sa.PrimaryKeyConstraint("chain_id", "number", name="pk_blocks"),
        sa.ForeignKeyConstraint(["chain_id"], ["chains.chain_id"], name="fk_blocks_chain_id"),
    )
    op.create_table(
        "authorizations",
        *_required(sa.BigInteger, "chain_id"),
        *_required(sa.LargeBinary, "block_hash"),
        *_required(sa.Integer, "log_index"),
        *_required(sa.BigInteger, "block_number"),
        *_required(sa.Text, "contract", "authorizer"),
        *_required(sa.LargeBinary, "nonce", "transaction_hash"),
        sa.PrimaryKeyConstraint("chain_id", "block_hash", "log_index", name="pk_authorizations"),
    )
    op.create_index("ix_authorizations_nonce", "authorizations", ["nonce"])
    op.create_table(
        "carried",
        *_required(sa.Text, "payment_id"),
        *_required(sa.LargeBinary, "calldata"),
        *_required(sa.Text, "authorizer"),
        *_required(sa.LargeBinary, "nonce"),
        sa.PrimaryKeyConstraint("payment_id", name="pk_carried"),
        sa.UniqueConstraint("authorizer", "nonce", name="uq_carried_authorizer_nonce"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_carried_payment_id"),
    )
    op.create_table(
        "signed",
        *_required(sa.Text, "payment_id"),
        *_required(sa.Integer, "version"),
        *_required(sa.BigInteger, "chain_id", "nonce"),
        *_required(sa.LargeBinary, "raw", "transaction_hash"),
        *_required(UNITS, "max_fee_wei", "priority_fee_wei"),
        *_required(sa.BigInteger, "signed_at_s"),
        *_required(sa.Text, "clearance_id"),
        sa.PrimaryKeyConstraint("payment_id", "version", name="pk_signed"),
        sa.UniqueConstraint("transaction_hash", name="uq_signed_transaction_hash"),
        sa.ForeignKeyConstraint(
            ["clearance_id", "payment_id"],
            ["clearances.id", "clearances.payment_id"],
            name="fk_signed_clearance_id_payment_id",
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_signed_payment_id"),
        *_whole("signed", "max_fee_wei", "priority_fee_wei"),
    )
    op.create_table(
        "attempts",
        *_required(sa.Text, "payment_id"),
        *_required(sa.Integer, "version", "seq"),
        *_required(sa.BigInteger, "at_s"),
        *_required(sa.Text, "outcome", "reason"),
        sa.PrimaryKeyConstraint("payment_id", "version", "seq", name="pk_attempts"),
        sa.ForeignKeyConstraint(
            ["payment_id", "version"], ["signed.payment_id", "signed.version"], name="fk_attempts_payment_id_version"
        ),
    )


def _compliance() -> None:
    op.create_table(
        "limit_counters",
        *_required(sa.Text, "scope", "asset_id", "day"),
        *_required(UNITS, "used_units"),
        sa.PrimaryKeyConstraint("scope", "asset_id", "day", name="pk_limit_counters"),
        *_whole("limit_counters", "used_units"),
    )
    op.create_table(
        "limit_uses",
        *_required(sa.Text, "payment_id", "scope", "asset_id", "day"),
        sa.PrimaryKeyConstraint("payment_id", "scope", name="pk_limit_uses"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_limit_uses_payment_id"),
    )
    op.create_table(
        "deny_lists",
        *_required(sa.Text, "name"),
        *_required(sa.BigInteger, "dated_s"),
        *_required(sa.Text, "source_hash"),
        *_required(sa.Integer, "entries"),
        *_required(sa.BigInteger, "loaded_at_s"),
        sa.PrimaryKeyConstraint("name", name="pk_deny_lists"),
    )
    op.create_table(
        "denied",
        *_required(sa.Text, "list_name"),
        *_required(sa.LargeBinary, "address"),
        sa.PrimaryKeyConstraint("list_name", "address", name="pk_denied"),
        sa.ForeignKeyConstraint(["list_name"], ["deny_lists.name"], name="fk_denied_list_name"),
    )
    op.create_index("ix_denied_address", "denied", ["address"])
    op.create_table(
        "cases",
        *_required(sa.Text, "id", "kind", "subject", "note"),
        *_required(sa.BigInteger, "opened_at_s"),
        *_required(sa.Text, "resolution", "resolved_by"),
        *_optional(sa.BigInteger, "resolved_at_s"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("kind", "subject", name="uq_cases_kind_subject"),
    )


def _record() -> None:
    op.create_table(
        "keys",
        *_required(sa.Text, "key", "verb", "content", "result_id"),
        *_required(sa.BigInteger, "at_s"),
        sa.PrimaryKeyConstraint("key", name="pk_keys"),
    )
    op.create_table(
        "audit_heads",
        *_required(sa.Text, "stream"),
        *_required(sa.BigInteger, "seq"),
        *_required(sa.LargeBinary, "hash"),
        *_required(sa.BigInteger, "at_s"),
        sa.PrimaryKeyConstraint("stream", name="pk_audit_heads"),
    )
    op.create_table(
        "audit_records",
        *_required(sa.Text, "stream"),
        *_required(sa.BigInteger, "seq", "at_s"),
        *_required(sa.Text, "actor", "action", "subject", "details"),
        *_required(sa.LargeBinary, "previous", "hash"),
        sa.PrimaryKeyConstraint("stream", "seq", name="pk_audit_records"),
        sa.ForeignKeyConstraint(["stream"], ["audit_heads.stream"], name="fk_audit_records_stream"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(always=True), nullable=False),
        sa.Column("written_by", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        *_required(sa.BigInteger, "at_s"),
        *_required(sa.Text, "kind", "subject", "content"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
