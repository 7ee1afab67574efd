"""Staff that joins and leaves after the bank was founded; guards stand anew with this revision.

Revision: 0026. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_NEXT = "state IN ('open', 'approved', 'in_force')"
_CHECKS = {
    "kind_known": "kind IN ('admit', 'dismiss')",
    "role_known": "role IN ('auditor', 'supervisor', 'teller')",
    "state_known": "state IN ('approved', 'in_force', 'open', 'refused', 'withdrawn')",
    "decided_by_somebody": "(decided_by IS NULL) = (state = 'open' OR kind = 'dismiss' AND state <> 'refused')",
    "decided_at_a_time": "(decided_by IS NULL) = (decided_at_s IS NULL)",
    "signed_by_both": "(kind = 'admit' AND state IN ('approved', 'in_force')) = (decided_signature IS NOT NULL)",
    "two_people": "decided_by IS NULL OR (state = 'withdrawn') = (decided_by = proposed_by)",
    "not_of_themself": "kind = 'admit' OR proposed_by <> operator_id",
}


def upgrade() -> None:
    op.create_table(
        "staff_changes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at_s", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at_s", sa.BigInteger),
        sa.Column("decided_signature", sa.LargeBinary),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_changes"),
        sa.ForeignKeyConstraint(["proposed_by"], ["operators.id"], name="fk_staff_changes_proposed_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["operators.id"], name="fk_staff_changes_decided_by"),
        *(sa.CheckConstraint(rule, name=f"ck_staff_changes_{name}") for name, rule in _CHECKS.items()),
    )
    following = sa.text(_NEXT)
    op.create_index(
        "uq_staff_changes_operator",
        "staff_changes",
        ["kind", "operator_id"],
        unique=True,
        sqlite_where=following,
        postgresql_where=following,
    )
    op.create_table(
        "waiting_credentials",
        sa.Column("change_id", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("cost", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_waiting_credentials"),
        sa.ForeignKeyConstraint(["change_id"], ["staff_changes.id"], name="fk_waiting_credentials_change_id"),
    )


def downgrade() -> None:
    op.drop_table("waiting_credentials")
    op.drop_table("staff_changes")
