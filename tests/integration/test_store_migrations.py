"""The migrations make the tables that the repositories use, forwards and backwards, and lose nothing half-way."""

import ast
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from tests.integration.store_samples import ANNAS, BERTS, NOW_S, add_cleared, founded, fund, transfer
from tests.unguarded import unguarded
from tests.unit.payments.samples import EURO, TOKEN
from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.quote import Direction, Legs, Quote
from tokenpay.counter.shift import Shift
from tokenpay.errors import Conflict, Halted, IntegrityError, InvalidInput, NotFound, StoreUnavailable
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.money.rate import Rate
from tokenpay.parties.credential import CredentialKind
from tokenpay.parties.folded import folded
from tokenpay.payments.journal import JournalFilter
from tokenpay.store import migrate
from tokenpay.store.guards import drop_guards
from tokenpay.store.tables import metadata
from tokenpay.store.unit_of_work import Store

NAMED = "Łucja Björk O\N{RIGHT SINGLE QUOTATION MARK}Neill-Straße"
HOW_TO_MIGRATE = """
tokenpay/store/tables.py and the migrations do not make the same tables. Write a migration:
  1. from tokenpay.store.migrate import create_database, draft
     create_database("sqlite:///draft.sqlite")
     draft("sqlite:///draft.sqlite", "what changes")    # writes tokenpay/store/migrations/versions/000N_what_changes.py
  2. correct the draft: check constraints and defaults are not compared, names are written whole,
     nothing of tokenpay is imported
  3. set HEAD in tokenpay/store/migrate.py to its number
(A revision that no release carried yet may be corrected in its own file instead.) What differs:
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine of its own on a new bank's database, without the house's rules for connections."""
    migrate.create_database(database_url)
    engine = sa.create_engine(database_url)
    yield engine
    engine.dispose()


def schema(engine: sa.Engine) -> dict[str, Any]:
    """Return everything a database says of its tables, one entry a fact."""
    inspector = sa.inspect(engine)
    facts: dict[str, Any] = {}
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        for column in inspector.get_columns(table):
            facts[f"{table}.{column['name']}"] = {**column, "type": repr(column["type"])}
        facts[f"{table} primary key"] = inspector.get_pk_constraint(table)
        for kind in ("foreign_keys", "unique_constraints", "check_constraints", "indexes"):
            for found in getattr(inspector, f"get_{kind}")(table):
                options = {name: str(option) for name, option in found.get("dialect_options", {}).items()}
                facts[f"{table} {kind} {found['name']}"] = {**found, "dialect_options": options}
    return facts


def differences(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    return [
        f"{name}: tables.py {left.get(name)}, migrations {right.get(name)}"
        for name in sorted({*left, *right})
        if left.get(name) != right.get(name)
    ]


def test_the_migrations_make_exactly_the_tables(engine: sa.Engine, database_url: str) -> None:
    migrated = schema(engine)
    migrate.downgrade(database_url, "base")
    metadata.create_all(engine)
    found = differences(schema(engine), migrated)
    assert not found, HOW_TO_MIGRATE + "\n".join(found)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "drift",
    [
        "ALTER TABLE bank ADD COLUMN more TEXT",
        "DROP INDEX ix_accounts_owner",
        "CREATE UNIQUE INDEX uq_bank_value ON bank (value)",
        "DROP TABLE limit_uses",
    ],
)
def test_a_difference_is_seen(engine: sa.Engine, drift: str) -> None:
    before = schema(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(drift)
    assert differences(before, schema(engine))


def test_up_down_and_up_again(engine: sa.Engine, database_url: str) -> None:
    first = schema(engine)
    assert migrate.revision(database_url) == migrate.HEAD
    migrate.downgrade(database_url, "base")
    assert schema(engine) == {}
    assert migrate.revision(database_url) is None
    assert migrate.needs_upgrade(database_url)
    migrate.upgrade(database_url)
    assert schema(engine) == first
    assert not migrate.needs_upgrade(database_url)
    migrate.upgrade(database_url)
    assert schema(engine) == first


LATER_TABLES = {
    "audit_texts",
    "erasures",
    "name_verdicts",
    "name_releases",
    "travel_rules",
    "wallet_proofs",
    "screening_lists",
    "listed_parties",
    "listed_names",
    "listed_addresses",
    "deny_lists",  # of before: a bank that was founded has none
    "denied",
    "audit_archives",
    "head_sinks",
    "signed_heads",
    "shifts",
    "quotes",
    "receipts",
    "payment_words",
    "credentials",
    "introductions",
    "leases",
    "batch_outcomes",
    "policy_proposals",
    "staff_changes",
    "waiting_credentials",
    "passkey_challenges",
    "passkey_consents",
    "passkeys",
}
LATER_COLUMNS = {
    "transfers.shift_id",
    *(f"payments.{column}" for column in ("debtor", "creditor", "maker", "recalled_by")),
    "operators.customer_id",
    *(f"customers.{column}" for column in ("kind", "closed_at_s", "erased_at_s", "folded_name")),
    "sessions.opened_with",
    "chains.seen_at_s",
    "chains.trouble",
    *(f"operators.{column}" for column in ("salt", "nonce", "cost", "sealed")),  # their credentials' before 0005
}


def rows(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, without what later revisions added or moved."""
    with store.read() as work:
        names = [name for name in sa.inspect(work.connection).get_table_names() if name != "alembic_version"]
        found = {
            name: [
                {column: value for column, value in row.items() if f"{name}.{column}" not in LATER_COLUMNS}
                for row in work.connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()  # noqa: S608
            ]
            for name in names
        }
    return {name: sorted(found[name], key=str) for name in names if name not in LATER_TABLES}


def test_a_bank_of_0001_goes_up_and_down_whole(database_url: str) -> None:
    with founded(database_url) as store:
        with store.unit_of_work() as work:
            fund(work, ANNAS, 100)
            clearance = add_cleared(work)
            work.ledger.lock([ANNAS, BERTS])
            work.ledger.post(transfer("paid", ANNAS, BERTS, 40, clearance), at_s=NOW_S)
            work.ledger.reserve(transfer("waits", ANNAS, BERTS, 7))
        before = rows(store)
        assert all(before[name] for name in ("transfers", "entries", "accounts", "payments", "clearances"))
        migrate.downgrade(database_url, "0001")
        assert rows(store) == before
        assert migrate.needs_upgrade(database_url)
        migrate.upgrade(database_url)
        assert rows(store) == before
        wanted = JournalFilter(customer_id="C00000001", operator_id="mia", text="Rent")
        with store.read() as work:
            (entry,) = work.payments.journal(wanted, None, limit=9).entries
        assert entry.payment.intent.remittance_information == "rent"


def test_a_payment_that_is_asked_back_does_not_go_down_before_it_ended(database_url: str) -> None:
    with founded(database_url) as store:
        with store.unit_of_work() as work:
            add_cleared(work)
            change = sa.text("UPDATE payments SET state = 'sent', recalled_by = 'mia' WHERE state = 'cleared'")
            with unguarded(work.connection):
                assert work.connection.execute(change).rowcount == 1
        with pytest.raises(Conflict) as caught:
            migrate.downgrade(database_url, "0029")
        assert caught.value.fields["rule"] == "ck_payments_none_asked_back"
        assert migrate.revision(database_url) == migrate.HEAD


def test_cash_that_moved_in_a_shift_does_not_go_down(database_url: str) -> None:
    with founded(database_url) as store:
        drawer = Account(kind=AccountKind.DRAWER, owner="D1", asset_id=EURO.id)
        variance = Account(kind=AccountKind.VARIANCE, owner="bank", asset_id=EURO.id)
        count = CashCount(currency="EUR", pieces={})
        shift = Shift(
            id="SH-1", branch="main", drawer="D1", terminal="T1", operator_id="mia", opened_at_s=1, opening=(count,)
        )
        with store.unit_of_work() as work:
            assert work.shifts.add(shift)
            work.ledger.lock([drawer, variance])
            work.ledger.post(replace(transfer("found", drawer, variance, 40), shift_id="SH-1"), at_s=NOW_S)
        before = rows(store)
        with pytest.raises(Conflict) as caught:
            migrate.downgrade(database_url, "0001")
        assert caught.value.fields["rule"] == "ck_transfers_no_cash_in_shifts"
        assert (rows(store), migrate.revision(database_url)) == (before, migrate.HEAD)
        with store.read() as work:
            assert work.shifts.get("SH-1") == shift


def test_an_exchange_does_not_go_down(database_url: str) -> None:
    with founded(database_url) as store:
        count = CashCount(currency="EUR", pieces={})
        shift = Shift(
            id="SH-1", branch="main", drawer="D1", terminal="T1", operator_id="mia", opened_at_s=1, opening=(count,)
        )
        offered = Quote(
            id="QU-1",
            direction=Direction.CASH_IN,
            customer_id="C00000001",
            legs=Legs(tokens=Amount(TOKEN, 10**30), cash=Amount(EURO, 200), fee=Amount(EURO, 1)),
            rate=Rate(token=TOKEN, cash=EURO, price=Decimal("0.000000000000000000000000000001"), source="desk", at_s=1),
            policy_version=1,
            shift_id="SH-1",
            operator_id="mia",
            branch="main",
            quoted_at_s=NOW_S,
            expires_at_s=NOW_S + 60,
        )
        with store.unit_of_work() as work:
            assert work.shifts.add(shift)
            work.quotes.add(offered)
            assert work.quotes.get("QU-1") == offered
            assert not work.quotes.lock_taken("QU-1")
            payment_id = add_cleared(work).payment_id
            work.quotes.take("QU-1", payment_id)
            assert work.quotes.lock_taken("QU-1")
            with pytest.raises(IntegrityError, match="taken"):
                work.quotes.take("QU-1", payment_id)
            for lookup in (work.quotes.get, work.quotes.lock_taken):
                with pytest.raises(NotFound):
                    lookup("QU-2")
        with pytest.raises(Conflict) as caught:
            migrate.downgrade(database_url, "0002")
        assert caught.value.fields["rule"] == "ck_quotes_none_taken"
        assert migrate.revision(database_url) == migrate.HEAD
        with store.read() as work:
            assert work.quotes.get("QU-1") == offered


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    database_url: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = schema(engine)
    drop_table = op.drop_table

    def fails_half_way(name: str) -> None:
        if name == "accounts":
            raise RuntimeError("the power went")
        drop_table(name)

    monkeypatch.setattr(op, "drop_table", fails_half_way)
    with pytest.raises(RuntimeError, match="power"):
        migrate.downgrade(database_url, "base")
    assert schema(engine) == before
    assert migrate.revision(database_url) == migrate.HEAD


def test_rows_that_point_to_nothing_stop_a_migration(sqlite_url: str) -> None:
    migrate.create_database(sqlite_url)
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO sessions VALUES ('S1', 'nobody', 'T1', 1, 2, NULL, 'pin')")
    engine.dispose()
    store = Store(sqlite_url)
    with pytest.raises(IntegrityError, match="point to nothing"), migrate._migrating(store):
        pass
    with store.read() as work:
        assert work.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    store.close()


def test_a_table_that_others_point_to_can_be_altered(database_url: str) -> None:
    with founded(database_url) as store:
        with store.unit_of_work() as work:
            work.sessions.add(
                "S1", operator_id="mia", terminal="T1", opened_at_s=1, expires_at_s=3, opened_with=CredentialKind.PIN
            )
            before = work.operators.all()
        with migrate._migrating(store) as connection:
            drop_guards(connection)
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("operators") as table:
                table.add_column(sa.Column("more", sa.Text))
                table.alter_column("failures", type_=sa.BigInteger)
        with store.read() as work:
            assert work.operators.all() == before
            assert work.sessions.live_operator("S1", now_s=2) == before[0]


def test_the_newest_revision_is_named_and_each_file_carries_its_number() -> None:
    scripts = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert scripts.get_heads() == [migrate.HEAD]
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert all(Path(script.path).name.startswith(f"{script.revision}_") for script in scripts.walk_revisions())


def test_a_migration_is_history_and_imports_nothing_of_the_house() -> None:
    folder = Path(migrate.__file__).parent / "migrations" / "versions"
    imported = {
        name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported == {"sqlalchemy", "alembic", "typing", "unicodedata"}


def test_a_draft_holds_what_changed(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.create_database(sqlite_url)
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrate.__file__).parent / "migrations", folder)
    changed = sa.MetaData()
    for table in metadata.tables.values():
        table.to_metadata(changed)
    changed.tables["bank"].append_column(sa.Column("since_s", sa.BigInteger))
    monkeypatch.setattr("tokenpay.store.tables.metadata", changed)
    monkeypatch.setattr(migrate, "MIGRATIONS", str(folder))
    migrate.draft(sqlite_url, "since when")
    (path,) = (folder / "versions").glob("*_since_when.py")
    draft = path.read_text()
    assert f"down_revision = '{migrate.HEAD}'" in draft
    assert draft.count("batch_alter_table") == 2
    assert "add_column(sa.Column('since_s', sa.BigInteger(), nullable=True))" in draft


# --- making a database ------------------------------------------------------------------------


def test_a_new_file_is_for_its_owner_alone_whatever_its_name(tmp_path: Path) -> None:
    migrate.create_database(f"sqlite:///{tmp_path}/a%2541 b%3Fc.sqlite")
    path = tmp_path / "a%41 b?c.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "bank.sqlite"
    path.write_text("precious")
    with pytest.raises(Conflict, match="a file already"):
        migrate.create_database(f"sqlite:///{path}")
    assert path.read_text() == "precious"


def test_a_postgresql_database_must_be_empty(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE precious (n INTEGER)")
    with pytest.raises(Conflict, match="not empty"):
        migrate.create_database(postgresql_url)
    assert sa.inspect(engine).get_table_names() == ["precious"]
    engine.dispose()


def test_nothing_is_left_behind_when_it_fails(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(op, "create_index", fails)
    with pytest.raises(RuntimeError, match="power"):
        migrate.create_database(sqlite_url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("sqlite:///{folder}/missing/bank.sqlite", StoreUnavailable),
        ("sqlite://", InvalidInput),
        ("sqlite:///:memory:", InvalidInput),
        ("mysql://localhost/bank", InvalidInput),
        ("no url", InvalidInput),
        ("postgresql:///nowhere?host={folder}", StoreUnavailable),
    ],
)
def test_a_url_that_cannot_be_a_bank(url: str, error: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(error):
        migrate.create_database(url.format(folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", [migrate.upgrade, migrate.needs_upgrade, migrate.revision])
def test_a_missing_file_is_not_made(verb: Callable[[str], object], sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no database"):
        verb(sqlite_url)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_database_is_left_alone(database_url: str, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for verb in (migrate.needs_upgrade, migrate.upgrade, lambda url: migrate.downgrade(url, "base")):
        with pytest.raises(Halted, match="newer"):
            verb(database_url)


def test_an_unknown_older_revision_is_not_found(engine: sa.Engine, database_url: str) -> None:
    with pytest.raises(NotFound):
        migrate.downgrade(database_url, "0000")
    assert migrate.revision(database_url) == migrate.HEAD


def test_a_store_in_memory_gets_its_tables() -> None:
    store = Store("sqlite://")
    migrate.upgrade_store(store)
    with store.unit_of_work() as work:
        work.facts.set("name", "Bank")
        assert work.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with store.read() as work:
        assert work.facts.get("name") == "Bank"
    store.close()


def test_a_receipt_that_was_issued_does_not_go_down(database_url: str) -> None:
    """Up again, the same payment would have a second original."""
    with founded(database_url) as store:
        with store.unit_of_work() as work:
            work.connection.execute(
                metadata.tables["receipts"].insert(),
                {"id": "RC-1", "kind": "payment", "subject": "p", "digest": b"d" * 32, "branch": "main",
                 "issued_by": "mia", "issued_at_s": NOW_S, "copies": 0},
            )  # fmt: skip
        with pytest.raises(Conflict) as caught:
            migrate.downgrade(database_url, "0003")
        assert caught.value.fields["rule"] == "ck_receipts_none_issued"
        assert migrate.revision(database_url) == migrate.HEAD


def test_passwords_go_through_0005_and_back(database_url: str) -> None:
    password = CredentialKind.PASSWORD
    with founded(database_url) as store:
        with store.read() as work:
            before = work.operators.credential("mia", password)
        migrate.downgrade(database_url, "0002")
        with store.read() as work:
            sealed = work.connection.exec_driver_sql("SELECT sealed FROM operators WHERE id = 'mia'").scalar()
            assert bytes(sealed or b"") == before.sealed
        migrate.upgrade(database_url)
        with store.read() as work:
            assert work.operators.credential("mia", password) == before


def test_a_bank_whose_customers_serve_themselves_does_not_go_down(database_url: str) -> None:
    with founded(database_url) as store:
        with store.unit_of_work() as work:
            work.connection.execute(
                metadata.tables["operators"].insert(),
                {"id": "c00000001.1", "name": "C00000001", "role": "customer", "branch": "main", "active": True,
                 "public_key": b"k" * 32, "customer_id": "C00000001"},
            )  # fmt: skip
        with pytest.raises(Conflict) as caught:
            migrate.downgrade(database_url, "0002")
        assert caught.value.fields["rule"] == "ck_operators_no_customers"
        assert migrate.revision(database_url) == migrate.HEAD


def test_customers_of_before_are_found_without_their_accents(database_url: str) -> None:
    with founded(database_url) as store:
        migrate.downgrade(database_url, "0022")
        with store.unit_of_work() as work:
            renamed = sa.text("UPDATE customers SET name = :name WHERE id = 'C00000001'")
            work.connection.execute(renamed, {"name": NAMED})
        migrate.upgrade(database_url)
        with store.read() as work:
            assert [customer.name for customer in work.customers.find("bjork o'neill-strasse")] == [NAMED]
            folded_name = work.connection.exec_driver_sql("SELECT folded_name FROM customers WHERE id = 'C00000001'")
            assert folded_name.scalar() == folded(NAMED)
