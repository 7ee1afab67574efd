"""Leases, which say which engine turns what, and an index for those who wait for events.

Revision: 0006. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until_s", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_index("ix_outbox_feed", "outbox", ["written_by", "id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_feed", "outbox")
    op.drop_table("leases")
