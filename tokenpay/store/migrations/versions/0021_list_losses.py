"""A list remembers how much one person's files took off it since the day began.

Lists of before begin their day with what stands on them.

Revision: 0021. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("screening_lists", sa.Column("losses", sa.Text, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("screening_lists", "losses")
