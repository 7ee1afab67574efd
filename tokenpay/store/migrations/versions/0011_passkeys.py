"""Passkeys: public keys on authenticators, what they were asked, and what they signed of an intent.

Revision: 0011. This file is history: it never changes, and it imports nothing of tokenpay that may.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _passkeys()
    op.create_table(
        "passkey_challenges",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("payment_id", sa.Text),
        sa.Column("asked_at_s", sa.BigInteger, nullable=False),
        sa.Column("expires_at_s", sa.BigInteger, nullable=False),
        sa.Column("answered_at_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_passkey_challenges"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_passkey_challenges_operator_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["operators.id"], name="fk_passkey_challenges_asked_by"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_passkey_challenges_payment_id"),
    )
    op.create_index("ix_passkey_challenges_payment_id", "passkey_challenges", ["payment_id"])
    op.create_table(
        "passkey_consents",
        sa.Column("payment_id", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("passkey_id", sa.Text, nullable=False),
        sa.Column("challenge_id", sa.Text, nullable=False),
        sa.Column("asked_at_s", sa.BigInteger, nullable=False),
        sa.Column("client_data", sa.LargeBinary, nullable=False),
        sa.Column("authenticator_data", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["challenge_id"], ["passkey_challenges.id"], name="fk_passkey_consents_challenge_id"),
        sa.ForeignKeyConstraint(
            ["payment_id", "operator_id"],
            ["approvals.payment_id", "approvals.operator_id"],
            name="fk_passkey_consents_payment_id_operator_id",
        ),
        sa.ForeignKeyConstraint(
            ["passkey_id", "operator_id"],
            ["passkeys.id", "passkeys.operator_id"],
            name="fk_passkey_consents_passkey_id_operator_id",
        ),
        sa.UniqueConstraint("challenge_id", name="uq_passkey_consents_challenge_id"),
        sa.UniqueConstraint("payment_id", "operator_id", name="uq_passkey_consents_payment_id_operator_id"),
        sa.UniqueConstraint("payment_id", "passkey_id", name="uq_passkey_consents_payment_id_passkey_id"),
    )


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("aaguid", sa.LargeBinary, nullable=False),
        sa.Column("operator_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("transports", sa.Text, nullable=False),
        sa.Column("backup_eligible", sa.Boolean, nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.Column("registered_at_s", sa.BigInteger, nullable=False),
        sa.Column("registered_signature", sa.LargeBinary, nullable=False),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("confirmed_at_s", sa.BigInteger),
        sa.Column("confirmed_signature", sa.LargeBinary),
        sa.Column("revoked_by", sa.Text),
        sa.Column("revoked_at_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        *(
            sa.ForeignKeyConstraint([column], ["operators.id"], name=f"fk_passkeys_{column}")
            for column in ("operator_id", "registered_by", "confirmed_by", "revoked_by")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_passkeys_customer_id"),
        sa.UniqueConstraint("public_key", name="uq_passkeys_public_key"),
        sa.UniqueConstraint("id", "operator_id", name="uq_passkeys_id_operator_id"),
        sa.CheckConstraint("state IN ('active', 'confirmed', 'revoked', 'waiting')", name="ck_passkeys_state_known"),
        sa.CheckConstraint(
            "(customer_id IS NULL) = (registered_by = operator_id)", name="ck_passkeys_registered_by_its_owner"
        ),
        sa.CheckConstraint("confirmed_by <> registered_by", name="ck_passkeys_confirmed_by_another"),
        sa.CheckConstraint(
            "state IN ('waiting', 'revoked') OR confirmed_by IS NOT NULL OR customer_id IS NOT NULL",
            name="ck_passkeys_confirmed",
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_signature IS NULL)", name="ck_passkeys_confirmed_in_writing"
        ),
        sa.CheckConstraint("(revoked_at_s IS NOT NULL) = (state = 'revoked')", name="ck_passkeys_revoked_at_the_end"),
    )
    op.create_index("ix_passkeys_operator_id", "passkeys", ["operator_id"])


def downgrade() -> None:
    op.drop_table("passkey_consents")
    op.drop_table("passkey_challenges")
    op.drop_table("passkeys")
