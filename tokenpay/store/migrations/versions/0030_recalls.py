"""A payment that left may be asked back: the books say by whom.

Revision: 0030. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("recalled_by", sa.Text))


def downgrade() -> None:
    # The program before would take the no-op of one that is under way for the payment itself: the database refuses.
    with op.batch_alter_table("payments") as payments:
        payments.create_check_constraint(
            "ck_payments_none_asked_back", "recalled_by IS NULL OR state IN ('final', 'failed')"
        )
    with op.batch_alter_table("payments") as payments:
        payments.drop_constraint("ck_payments_none_asked_back", type_="check")
        payments.drop_column("recalled_by")
