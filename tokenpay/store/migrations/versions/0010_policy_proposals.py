"""Proposals of the next policy, with the signatures of two people.

Revision: 0010. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NEXT = "state IN ('open', 'approved', 'in_force')"
_CHECKS = {
    "state_known": "state IN ('approved', 'in_force', 'open', 'refused', 'withdrawn')",
    "decided_by_somebody": "(state = 'open') = (decided_by IS NULL)",
    "decided_at_a_time": "(decided_by IS NULL) = (decided_at_s IS NULL)",
    "signed_by_both": "(state IN ('approved', 'in_force')) = (decided_signature IS NOT NULL)",
    "two_people": "decided_by IS NULL OR (state = 'withdrawn') = (decided_by = proposed_by)",
}


def upgrade() -> None:
    op.create_table(
        "policy_proposals",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at_s", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at_s", sa.BigInteger),
        sa.Column("decided_signature", sa.LargeBinary),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_proposals"),
        sa.ForeignKeyConstraint(["proposed_by"], ["operators.id"], name="fk_policy_proposals_proposed_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["operators.id"], name="fk_policy_proposals_decided_by"),
        *(sa.CheckConstraint(rule, name=f"ck_policy_proposals_{name}") for name, rule in _CHECKS.items()),
    )
    following = sa.text(_NEXT)
    op.create_index(
        "uq_policy_proposals_version",
        "policy_proposals",
        ["version"],
        unique=True,
        sqlite_where=following,
        postgresql_where=following,
    )


def downgrade() -> None:
    op.drop_table("policy_proposals")
