"""Open cases are found without a look at those that are resolved; guards stand anew with this revision.

An authorization whose collection failed may be carried again: the guard of before kept it for good.

Revision: 0022. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_OPEN = sa.text("resolved_at_s IS NULL")


def upgrade() -> None:
    op.create_index("ix_cases_open", "cases", ["opened_at_s", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_cases_open", "cases")
