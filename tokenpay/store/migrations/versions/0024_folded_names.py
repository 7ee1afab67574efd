"""Customers are found without their accents: beside each name stands how it is looked for.

Revision: 0024. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

_BATCH = 10_000
_PLAIN = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'",
})  # fmt: skip


def upgrade() -> None:
    op.add_column("customers", sa.Column("folded_name", sa.Text))
    _fill(op.get_bind())
    with op.batch_alter_table("customers") as customers:
        customers.alter_column("folded_name", existing_type=sa.Text, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("customers") as customers:
        customers.drop_column("folded_name")


def _fill(connection: sa.Connection) -> None:
    customers = sa.table("customers", sa.column("id"), sa.column("name"), sa.column("folded_name"))
    page = sa.select(customers.c.id, customers.c.name).order_by(customers.c.id).limit(_BATCH)
    change = (
        sa.update(customers).where(customers.c.id == sa.bindparam("number")).values(folded_name=sa.bindparam("folded"))
    )
    rows = connection.execute(page).all()
    while rows:
        connection.execute(change, [{"number": row.id, "folded": _folded(row.name)} for row in rows])
        rows = connection.execute(page.where(customers.c.id > rows[-1].id)).all()


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.casefold().translate(_PLAIN)
