"""A payment that left is asked back by a version of it that pays nobody: which version does is told of each.

Revision: 0030. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signed", sa.Column("recalls", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("signed") as signed:
        signed.drop_column("recalls")
