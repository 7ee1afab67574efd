"""The tables as they were: from here on triggers keep what is written in them.

Triggers are no table's part of the history: they are put up anew behind every migration, from their rules of today.

Revision: 0007. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table: a bank of 0006 gets its guards because it is behind."""


def downgrade() -> None:
    """Change no table."""
