"""What lists say of names, and what two people let go of it.

Revision: 0020. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "name_verdicts",
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("list_version", sa.Integer, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("hits", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("compared_at_s", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("party", "list_name", name="pk_name_verdicts"),
    )
    op.create_table(
        "name_releases",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at_s", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("confirmed_at_s", sa.BigInteger),
        sa.Column("confirmed_signature", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_name_releases"),
        sa.ForeignKeyConstraint(["asked_by"], ["operators.id"], name="fk_name_releases_asked_by"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["operators.id"], name="fk_name_releases_confirmed_by"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="ck_name_releases_two_people"),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at_s IS NULL)"
            " AND (confirmed_by IS NULL) = (confirmed_signature IS NULL)",
            name="ck_name_releases_confirmed_whole",
        ),
    )
    op.create_index("ix_name_releases_party", "name_releases", ["party"])


def downgrade() -> None:
    # What two people let go is lost with it: after the next upgrade the same hits are looked at again.
    op.drop_table("name_releases")
    op.drop_table("name_verdicts")
