"""Credentials apart from operators, customers as operators of their own, and what the engine last saw.

Revision: 0005. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SEALED = "salt, nonce, cost, sealed"
_KINDS = "IN ('password', 'pin')"
_ACTIVE = "active AND customer_id IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "credentials",
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("cost", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("operator_id", "kind", name="pk_credentials"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_credentials_operator_id"),
        sa.CheckConstraint(f"kind {_KINDS}", name="ck_credentials_kind_known"),
    )
    op.execute(
        f"INSERT INTO credentials (operator_id, kind, {_SEALED}) SELECT id, 'password', {_SEALED} FROM operators"  # noqa: S608
    )
    with op.batch_alter_table("operators") as operators:
        for column in ("salt", "nonce", "cost", "sealed"):
            operators.drop_column(column)
        operators.add_column(sa.Column("customer_id", sa.Text))
        operators.create_foreign_key("fk_operators_customer_id", "customers", ["customer_id"], ["id"])
        operators.create_check_constraint(
            "ck_operators_customer_of_their_own", "(customer_id IS NOT NULL) = (role = 'customer')"
        )
    active = sa.text(_ACTIVE)
    op.create_index(
        "uq_operators_customer",
        "operators",
        ["customer_id"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_table(
        "introductions",
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("introduced_by", sa.Text, nullable=False),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("operator_id", name="pk_introductions"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_introductions_operator_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_introductions_customer_id"),
        sa.ForeignKeyConstraint(["introduced_by"], ["operators.id"], name="fk_introductions_introduced_by"),
    )
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("opened_with", sa.Text, nullable=False, server_default="password"))
        sessions.create_check_constraint("ck_sessions_opened_with_known", f"opened_with {_KINDS}")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("opened_with", existing_type=sa.Text, existing_nullable=False, server_default=None)
    with op.batch_alter_table("chains") as chains:
        chains.add_column(sa.Column("seen_at_s", sa.BigInteger))
        chains.add_column(sa.Column("trouble", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("chains") as chains:
        chains.drop_column("trouble")
        chains.drop_column("seen_at_s")
    # A customer's own operator has no password and an older program knows no such role: the database refuses.
    with op.batch_alter_table("operators") as operators:
        operators.create_check_constraint("ck_operators_no_customers", "customer_id IS NULL")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_constraint("ck_sessions_opened_with_known", type_="check")
        sessions.drop_column("opened_with")
    op.drop_table("introductions")
    op.drop_index("uq_operators_customer", "operators")
    with op.batch_alter_table("operators") as operators:
        operators.drop_constraint("ck_operators_no_customers", type_="check")
        operators.drop_constraint("ck_operators_customer_of_their_own", type_="check")
        operators.drop_constraint("fk_operators_customer_id", type_="foreignkey")
        operators.drop_column("customer_id")
        for column, kind in (("salt", sa.LargeBinary), ("nonce", sa.LargeBinary), ("cost", sa.Integer)):
            operators.add_column(sa.Column(column, kind))
        operators.add_column(sa.Column("sealed", sa.LargeBinary))
    for column in ("salt", "nonce", "cost", "sealed"):
        op.execute(
            f"UPDATE operators SET {column} = (SELECT c.{column} FROM credentials AS c "  # noqa: S608
            "WHERE c.operator_id = operators.id AND c.kind = 'password')"
        )
    with op.batch_alter_table("operators") as operators:
        for column, kind in (("salt", sa.LargeBinary), ("nonce", sa.LargeBinary), ("cost", sa.Integer)):
            operators.alter_column(column, existing_type=kind, nullable=False)
        operators.alter_column("sealed", existing_type=sa.LargeBinary, nullable=False)
    op.drop_table("credentials")
