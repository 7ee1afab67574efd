"""Screening lists with their parties, names and addresses, in the place of plain deny-lists, which become a bank's own.

Revision: 0014. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FORMS = "form IN ('eu', 'ofac_advanced', 'ofac_classic', 'ofac_csv', 'own', 'un')"
_KINDS = "kind IN ('aircraft', 'organisation', 'person', 'unknown', 'vessel')"
_ENTRY = ["listed_parties.list_name", "listed_parties.entry_id"]


def upgrade() -> None:
    op.create_table(
        "screening_lists",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("dated_s", sa.BigInteger, nullable=False),
        sa.Column("source_hash", sa.Text, nullable=False),
        sa.Column("parties", sa.Integer, nullable=False),
        sa.Column("names", sa.Integer, nullable=False),
        sa.Column("addresses", sa.Text, nullable=False),
        sa.Column("signed_by", sa.Text, nullable=False),
        sa.Column("loaded_at_s", sa.BigInteger, nullable=False),
        sa.Column("loaded_by", sa.Text, nullable=False),
        sa.Column("confirmed_by", sa.Text, nullable=False),
        sa.Column("doubted_hash", sa.Text, nullable=False),
        sa.Column("doubted_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_screening_lists"),
        sa.CheckConstraint(_FORMS, name="ck_screening_lists_form_known"),
        sa.CheckConstraint("version > 0", name="ck_screening_lists_counted"),
        sa.CheckConstraint("confirmed_by = '' OR confirmed_by <> loaded_by", name="ck_screening_lists_two_people"),
    )
    op.create_table(
        "listed_parties",
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("programs", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("list_name", "entry_id", name="pk_listed_parties"),
        sa.ForeignKeyConstraint(["list_name"], ["screening_lists.name"], name="fk_listed_parties_list_name"),
        sa.CheckConstraint(_KINDS, name="ck_listed_parties_kind_known"),
    )
    op.create_table(
        "listed_names",
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("list_name", "entry_id", "position", name="pk_listed_names"),
        sa.ForeignKeyConstraint(["list_name", "entry_id"], _ENTRY, name="fk_listed_names_list_name_entry_id"),
    )
    op.create_table(
        "listed_addresses",
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("ticker", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("list_name", "entry_id", "position", "canonical", name="pk_listed_addresses"),
        sa.ForeignKeyConstraint(["list_name", "entry_id"], _ENTRY, name="fk_listed_addresses_list_name_entry_id"),
    )
    op.create_index("ix_listed_addresses_canonical", "listed_addresses", ["canonical"])
    op.execute(
        "INSERT INTO screening_lists SELECT name, 'own', 1, dated_s, source_hash, entries, 0,"
        " '{\"\":' || entries || '}', '', loaded_at_s, '', '', '', '' FROM deny_lists"
    )
    digits = "'0x' || " + ("lower(hex(address))" if _sqlite() else "encode(address, 'hex')")
    op.execute(f"INSERT INTO listed_parties SELECT list_name, {digits}, 'unknown', '[]' FROM denied")  # noqa: S608
    op.execute(
        f"INSERT INTO listed_addresses SELECT list_name, {digits}, 0, {digits}, '', {digits} FROM denied"  # noqa: S608
    )
    op.drop_table("denied")
    op.drop_table("deny_lists")


def downgrade() -> None:
    # Names, other kinds of addresses and where a list came from are lost: loading it again brings back what was.
    op.create_table(
        "deny_lists",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("dated_s", sa.BigInteger, nullable=False),
        sa.Column("source_hash", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("loaded_at_s", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_deny_lists"),
    )
    op.create_table(
        "denied",
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("list_name", "address", name="pk_denied"),
        sa.ForeignKeyConstraint(["list_name"], ["deny_lists.name"], name="fk_denied_list_name"),
    )
    op.create_index("ix_denied_address", "denied", ["address"])
    evm = (
        "SELECT DISTINCT list_name, canonical FROM listed_addresses"
        " WHERE canonical LIKE '0x%' AND length(canonical) = 42"
    )
    count = f"(SELECT count(*) FROM ({evm}) AS evm WHERE evm.list_name = name)"  # noqa: S608
    op.execute(
        f"INSERT INTO deny_lists SELECT name, dated_s, source_hash, {count}, loaded_at_s FROM screening_lists"  # noqa: S608
    )
    if _sqlite():  # it reads no hexadecimal digits before version 3.41
        bind = op.get_bind()
        for list_name, canonical in bind.exec_driver_sql(evm).all():
            bind.exec_driver_sql("INSERT INTO denied VALUES (?, ?)", (list_name, bytes.fromhex(canonical[2:])))
    else:
        op.execute(f"INSERT INTO denied SELECT list_name, decode(substr(canonical, 3), 'hex') FROM ({evm}) AS evm")  # noqa: S608
    for table in ("listed_addresses", "listed_names", "listed_parties", "screening_lists"):
        op.drop_table(table)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
