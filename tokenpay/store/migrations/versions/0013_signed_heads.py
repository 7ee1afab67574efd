"""Signed heads of the audit streams, and where they went.

Revision: 0013. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signed_heads",
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("nodes", sa.LargeBinary, nullable=False),
        sa.Column("older", sa.BigInteger, nullable=False),
        sa.Column("proof", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("stream", "size", name="pk_signed_heads"),
        sa.ForeignKeyConstraint(["stream"], ["audit_heads.stream"], name="fk_signed_heads_stream"),
    )
    op.create_table(
        "head_sinks",
        sa.Column("sink", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sink", "stream", name="pk_head_sinks"),
        sa.ForeignKeyConstraint(["stream"], ["audit_heads.stream"], name="fk_head_sinks_stream"),
    )


def downgrade() -> None:
    op.drop_table("head_sinks")
    op.drop_table("signed_heads")
