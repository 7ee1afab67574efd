"""Batches of payments: what became of each order.

Revision: 0008. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_outcomes",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("payment_id", sa.Text),
        sa.Column("intent", sa.Text),
        sa.Column("reasons", sa.Text),
        sa.PrimaryKeyConstraint("key", "number", name="pk_batch_outcomes"),
        sa.ForeignKeyConstraint(["key"], ["keys.key"], name="fk_batch_outcomes_key"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_batch_outcomes_payment_id"),
        sa.UniqueConstraint("payment_id", name="uq_batch_outcomes_payment_id"),
        sa.CheckConstraint(
            "(payment_id IS NULL) = (intent IS NOT NULL) AND (payment_id IS NULL) = (reasons IS NOT NULL)",
            name="ck_batch_outcomes_paid_or_refused",
        ),
    )


def downgrade() -> None:
    op.drop_table("batch_outcomes")
