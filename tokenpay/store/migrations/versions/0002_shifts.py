"""Shifts of cash drawers, and the shift of every transfer that moves a drawer's cash.

Revision: 0002. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_IN_A_SHIFT = "(shift_id IS NOT NULL) = (debit_kind = 'drawer' OR credit_kind = 'drawer')"


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("drawer", sa.Text, nullable=False),
        sa.Column("terminal", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("opened_at_s", sa.BigInteger, nullable=False),
        sa.Column("opening", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("closing", sa.Text, nullable=False),
        sa.Column("expected", sa.Text, nullable=False),
        sa.Column("closed_at_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_shifts_operator_id"),
        sa.CheckConstraint("state IN ('closed', 'counted', 'open')", name="ck_shifts_state_known"),
        sa.CheckConstraint("(closed_at_s IS NOT NULL) = (state = 'closed')", name="ck_shifts_closed_at_the_end"),
    )
    still_open = sa.text("state <> 'closed'")
    for column in ("drawer", "terminal", "operator_id"):
        op.create_index(
            f"uq_shifts_open_{column}",
            "shifts",
            [column],
            unique=True,
            sqlite_where=still_open,
            postgresql_where=still_open,
        )
    with op.batch_alter_table("transfers") as transfers:
        transfers.add_column(sa.Column("shift_id", sa.Text))
        transfers.create_foreign_key("fk_transfers_shift_id", "shifts", ["shift_id"], ["id"])
        transfers.create_check_constraint("ck_transfers_drawer_in_shift", _IN_A_SHIFT)
    in_a_shift = sa.text("shift_id IS NOT NULL")
    op.create_index(
        "ix_transfers_shift_id", "transfers", ["shift_id"], sqlite_where=in_a_shift, postgresql_where=in_a_shift
    )


def downgrade() -> None:
    # Cash that moved in a shift cannot be told without it, nor come up again: the database refuses, nothing is lost.
    with op.batch_alter_table("transfers") as transfers:
        transfers.create_check_constraint("ck_transfers_no_cash_in_shifts", "shift_id IS NULL")
    op.drop_index("ix_transfers_shift_id", "transfers")
    with op.batch_alter_table("transfers") as transfers:
        transfers.drop_constraint("ck_transfers_no_cash_in_shifts", type_="check")
        transfers.drop_constraint("ck_transfers_drawer_in_shift", type_="check")
        transfers.drop_constraint("fk_transfers_shift_id", type_="foreignkey")
        transfers.drop_column("shift_id")
    op.drop_table("shifts")
