"""The last shift of a drawer is found without a look at all that came before.

Revision: 0028. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_shifts_drawer", "shifts", ["drawer", "opened_at_s", "id"])


def downgrade() -> None:
    op.drop_index("ix_shifts_drawer", "shifts")
