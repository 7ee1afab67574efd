"""Receipts that were issued, and what the journal of payments is searched by.

Revision: 0004. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COPIED = ("debtor", "creditor", "maker")
_SEARCHED = ("asset_id", "branch", "creditor", "debtor", "maker", "purpose", "state")
_AT_A_TIME = 1000


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("issued_at_s", sa.BigInteger, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        sa.ForeignKeyConstraint(["issued_by"], ["operators.id"], name="fk_receipts_issued_by"),
        sa.UniqueConstraint("kind", "subject", "digest", name="uq_receipts_kind_subject_digest"),
        sa.CheckConstraint("kind IN ('payment', 'request', 'shift')", name="ck_receipts_kind_known"),
        sa.CheckConstraint("copies >= 0", name="ck_receipts_copies_counted"),
    )
    op.create_table(
        "payment_words",
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("created_at_s", sa.BigInteger, nullable=False),
        sa.Column("payment_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("word", "created_at_s", "payment_id", name="pk_payment_words"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_payment_words_payment_id"),
    )
    op.create_index("ix_payment_words_payment_id", "payment_words", ["payment_id"])
    with op.batch_alter_table("payments") as payments:
        for name in _COPIED:
            payments.add_column(sa.Column(name, sa.Text))
    connection = op.get_bind()
    for name in _COPIED:
        connection.execute(sa.text(f"UPDATE payments SET {name} = {_in_intent(connection, name)}"))  # noqa: S608
    _enter_words(connection)
    with op.batch_alter_table("payments") as payments:
        for name in _COPIED:
            payments.alter_column(name, existing_type=sa.Text, nullable=False)
    op.create_index("ix_payments_made", "payments", ["created_at_s", "id"])
    for name in _SEARCHED:
        op.create_index(f"ix_payments_{name}", "payments", [name, "created_at_s", "id"])


def downgrade() -> None:
    # Without its number an original would be issued a second time: the database refuses, nothing is lost.
    with op.batch_alter_table("receipts") as receipts:
        receipts.create_check_constraint("ck_receipts_none_issued", "copies < 0")
    for name in _SEARCHED:
        op.drop_index(f"ix_payments_{name}", "payments")
    op.drop_index("ix_payments_made", "payments")
    with op.batch_alter_table("payments") as payments:
        for name in _COPIED:
            payments.drop_column(name)
    op.drop_table("payment_words")
    op.drop_table("receipts")


def _in_intent(connection: sa.Connection, name: str) -> str:
    if connection.dialect.name == "postgresql":
        return f"(intent::json ->> '{name}')"
    return f"json_extract(intent, '$.{name}')"


def _enter_words(connection: sa.Connection) -> None:
    """Enter the words of what was paid for before: runs of letters and digits, whatever their case."""
    text = _in_intent(connection, "remittance_information")
    query = sa.text(
        f"SELECT id, created_at_s, {text} AS said FROM payments WHERE id > :after AND {text} <> ''"  # noqa: S608
        f" ORDER BY id LIMIT {_AT_A_TIME}"
    )
    words = sa.table("payment_words", sa.column("word"), sa.column("created_at_s"), sa.column("payment_id"))
    after = ""
    while found := connection.execute(query, {"after": after}).all():
        after = found[-1].id
        rows = [
            {"word": word, "created_at_s": row.created_at_s, "payment_id": row.id}
            for row in found
            for word in {*"".join(c if c.isalnum() else " " for c in row.said.casefold()).split()}
        ]
        if rows:
            connection.execute(sa.insert(words), rows)
