"""Quotes for an exchange of cash against tokens, and a day's use of limits by a payment of two assets.

Revision: 0003. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UNITS = sa.CHAR(78).with_variant(sa.NUMERIC(78, 0), "postgresql")
_AMOUNTS = ("token_units", "cash_units", "fee_units")


def upgrade() -> None:
    whole = "length({0}) = 78 AND {0} NOT GLOB '*[^0-9]*'"
    if op.get_bind().dialect.name == "postgresql":
        whole = "{0} >= 0 AND {0} <> 'NaN'"
    op.create_table(
        "quotes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("token_asset_id", sa.Text, nullable=False),
        sa.Column("token_units", _UNITS, nullable=False),
        sa.Column("cash_asset_id", sa.Text, nullable=False),
        sa.Column("cash_units", _UNITS, nullable=False),
        sa.Column("fee_units", _UNITS, nullable=False),
        sa.Column("price", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("rate_at_s", sa.BigInteger, nullable=False),
        sa.Column("policy_version", sa.Integer, nullable=False),
        sa.Column("shift_id", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("quoted_at_s", sa.BigInteger, nullable=False),
        sa.Column("expires_at_s", sa.BigInteger, nullable=False),
        sa.Column("payment_id", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
        sa.UniqueConstraint("payment_id", name="uq_quotes_payment_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_quotes_customer_id"),
        sa.ForeignKeyConstraint(["token_asset_id"], ["assets.id"], name="fk_quotes_token_asset_id"),
        sa.ForeignKeyConstraint(["cash_asset_id"], ["assets.id"], name="fk_quotes_cash_asset_id"),
        sa.ForeignKeyConstraint(["policy_version"], ["policies.version"], name="fk_quotes_policy_version"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_quotes_shift_id"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_quotes_operator_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_quotes_payment_id"),
        sa.CheckConstraint("direction IN ('cash_in', 'cash_out')", name="ck_quotes_direction_known"),
        sa.CheckConstraint("quoted_at_s < expires_at_s", name="ck_quotes_expires_later"),
        *[sa.CheckConstraint(whole.format(name), name=f"ck_quotes_{name}_whole") for name in _AMOUNTS],
    )
    _count_by("payment_id", "scope", "asset_id")


def downgrade() -> None:
    # An exchange cannot be told without its quote, nor come up again: the database refuses, nothing is lost.
    with op.batch_alter_table("quotes") as quotes:
        quotes.create_check_constraint("ck_quotes_none_taken", "payment_id IS NULL")
    _count_by("payment_id", "scope")
    op.drop_table("quotes")


def _count_by(*columns: str) -> None:
    with op.batch_alter_table("limit_uses") as uses:
        uses.drop_constraint("pk_limit_uses", type_="primary")
        uses.create_primary_key("pk_limit_uses", list(columns))
