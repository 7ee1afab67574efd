"""A case about somebody on a list is closed by two people: who asked first, and who made the payments it is about.

Cases of before name nobody who made a payment: two people close those that are open, whoever they are.

Revision: 0019. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("makers", sa.Text, nullable=False, server_default=""))
        cases.add_column(sa.Column("asked_by", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("asked_by")
        cases.drop_column("makers")
