"""A frozen token is taken back into use as its contract is now: guards that stand anew let that be pinned.

Revision: 0027. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table: every migration puts the guards up anew."""


def downgrade() -> None:
    """Change no table."""
