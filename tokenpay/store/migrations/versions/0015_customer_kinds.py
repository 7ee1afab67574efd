"""Whether a customer is a private person or a business; who was a customer before is a private person.

Revision: 0015. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("customers") as customers:
        customers.add_column(sa.Column("kind", sa.Text, nullable=False, server_default="private"))
        customers.create_check_constraint("ck_customers_kind_known", "kind IN ('business', 'private')")


def downgrade() -> None:
    with op.batch_alter_table("customers") as customers:
        customers.drop_constraint("ck_customers_kind_known", type_="check")
        customers.drop_column("kind")
