"""What happened last is found without a look at all that came before: newest cases, and entries of late blocks.

Revision: 0025. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_IN_A_BLOCK = sa.text("block_number IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_cases_opened", "cases", ["opened_at_s", "id"])
    op.create_index(
        "ix_entries_block", "entries", ["block_number"], sqlite_where=_IN_A_BLOCK, postgresql_where=_IN_A_BLOCK
    )


def downgrade() -> None:
    op.drop_index("ix_entries_block", "entries")
    op.drop_index("ix_cases_opened", "cases")
