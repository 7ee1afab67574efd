"""Texts beside the audit streams, and the erasure of personal data by two people.

A customer who was closed before has closed when the record of it says, or as late as anything was recorded: nothing is
erased too soon. Keys of enrolments held the customer's name, which they no longer do.

Revision: 0017. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

_CLOSED = """UPDATE customers SET closed_at_s = coalesce(
  (SELECT max(at_s) FROM audit_records WHERE action = 'customer.closed' AND subject = customers.id),
  (SELECT max(at_s) FROM audit_heads)) WHERE status = 'closed'"""
_NAMELESS = """UPDATE keys SET content = CASE WHEN content LIKE '{"kind":"business",%' THEN '{"kind":"business"}'
  ELSE '{}' END WHERE verb = 'enrol_customer'"""


def upgrade() -> None:
    with op.batch_alter_table("customers") as customers:
        customers.add_column(sa.Column("closed_at_s", sa.BigInteger))
        customers.add_column(sa.Column("erased_at_s", sa.BigInteger))
    op.execute(_CLOSED)
    op.execute(_NAMELESS)
    op.create_table(
        "erasures",
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at_s", sa.BigInteger, nullable=False),
        sa.Column("agreed_by", sa.Text),
        sa.Column("agreed_at_s", sa.BigInteger),
        sa.Column("erased_at_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("customer_id", name="pk_erasures"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_erasures_customer_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["operators.id"], name="fk_erasures_asked_by"),
        sa.ForeignKeyConstraint(["agreed_by"], ["operators.id"], name="fk_erasures_agreed_by"),
        sa.CheckConstraint("agreed_by <> asked_by", name="ck_erasures_two_people"),
        sa.CheckConstraint("(agreed_by IS NULL) = (agreed_at_s IS NULL)", name="ck_erasures_agreed_at_a_time"),
        sa.CheckConstraint("erased_at_s IS NULL OR agreed_by IS NOT NULL", name="ck_erasures_agreed_first"),
    )
    op.create_table(
        "audit_texts",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("text", sa.Text),
        sa.Column("erased_at_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("hash", name="pk_audit_texts"),
        sa.ForeignKeyConstraint(["stream"], ["audit_heads.stream"], name="fk_audit_texts_stream"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_audit_texts_customer_id"),
        sa.UniqueConstraint("stream", "seq", "name", name="uq_audit_texts_stream_seq_name"),
        sa.CheckConstraint(
            "(text IS NULL) = (erased_at_s IS NOT NULL) AND (salt IS NULL) = (erased_at_s IS NOT NULL)",
            name="ck_audit_texts_kept_or_erased",
        ),
    )
    op.create_index("ix_audit_texts_customer_id", "audit_texts", ["customer_id"])


def downgrade() -> None:
    op.drop_table("audit_texts")
    op.drop_table("erasures")
    with op.batch_alter_table("customers") as customers:
        customers.drop_column("erased_at_s")
        customers.drop_column("closed_at_s")
