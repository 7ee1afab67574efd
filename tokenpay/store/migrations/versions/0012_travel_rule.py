"""Data of the Travel Rule, sealed, and the proofs of wallets.

Revision: 0012. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "travel_rules",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("attached_by", sa.Text, nullable=False),
        sa.Column("attached_at_s", sa.BigInteger, nullable=False),
        sa.Column("keep_until_s", sa.BigInteger, nullable=False),
        sa.Column("erased_at_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_travel_rules"),
        sa.ForeignKeyConstraint(["attached_by"], ["operators.id"], name="fk_travel_rules_attached_by"),
        sa.UniqueConstraint("subject", "seq", name="uq_travel_rules_subject_seq"),
        sa.CheckConstraint("way IN ('in', 'out')", name="ck_travel_rules_way_known"),
        sa.CheckConstraint(
            "(sealed IS NULL) = (erased_at_s IS NOT NULL) AND (salt IS NULL) = (erased_at_s IS NOT NULL)",
            name="ck_travel_rules_kept_or_erased",
        ),
    )
    op.create_index("ix_travel_rules_keep_until_s", "travel_rules", ["keep_until_s"])
    op.create_index("ix_travel_rules_attached_at_s", "travel_rules", ["attached_at_s"])
    op.create_table(
        "wallet_proofs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("own", sa.Boolean, nullable=False),
        sa.Column("challenge", sa.Text, nullable=False),
        sa.Column("begun_by", sa.Text, nullable=False),
        sa.Column("begun_at_s", sa.BigInteger, nullable=False),
        sa.Column("expires_at_s", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.LargeBinary),
        sa.Column("proved_by", sa.Text, nullable=False),
        sa.Column("proved_at_s", sa.BigInteger),
        sa.Column("valid_until_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_wallet_proofs"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_wallet_proofs_customer_id"),
        sa.ForeignKeyConstraint(["begun_by"], ["operators.id"], name="fk_wallet_proofs_begun_by"),
        sa.CheckConstraint(
            "(signature IS NULL) = (proved_at_s IS NULL) AND (valid_until_s IS NULL) = (proved_at_s IS NULL)",
            name="ck_wallet_proofs_answered_whole",
        ),
        sa.CheckConstraint("begun_at_s < expires_at_s", name="ck_wallet_proofs_expires_later"),
    )
    op.create_index("ix_wallet_proofs_customer", "wallet_proofs", ["customer_id", "address"])


def downgrade() -> None:
    op.drop_table("wallet_proofs")
    op.drop_table("travel_rules")
