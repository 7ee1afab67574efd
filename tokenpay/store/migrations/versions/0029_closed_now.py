"""A customer is closed at the time it is: a guard keeps the end from being dated back, and the name from going early.

Revision: 0029. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table: every migration puts the guards up anew."""


def downgrade() -> None:
    """Change no table."""
