"""Archives of audit records: where each ended.

Revision: 0009. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_archives",
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name="pk_audit_archives"),
        sa.ForeignKeyConstraint(["stream"], ["audit_heads.stream"], name="fk_audit_archives_stream"),
    )


def downgrade() -> None:
    # A stream that was archived is not whole without its mark, which cannot be made again: the database refuses.
    with op.batch_alter_table("audit_archives") as archives:
        archives.create_check_constraint("ck_audit_archives_no_archive", "seq IS NULL")
    op.drop_table("audit_archives")
