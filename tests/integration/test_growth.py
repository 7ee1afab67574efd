"""docs/operating/growth.md, done: a bank whose tables are split goes on, and what was archived is still proved."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.copied_database import postgresql_database
from tests.integration.guarded_bank import guarded_bank
from tests.world import CHAIN_ID, SETTINGS, TOKEN, World, euro
from tokenpay.settings import BankSettings, write_settings
from tokenpay.store.guard_rules import ENGINE
from tokenpay.store.guards import missing_guards
from tokenpay.store.migrate import upgrade
from tokenpay.store.roles import TERMINAL, grant_roles

PAGE = Path(__file__).parents[2] / "docs" / "operating" / "growth.md"
SPLIT = {"entries": "entries_0", "audit_records": "audit_records_main", "outbox": "outbox_0"}
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def server(postgresql_server: str) -> Iterator[str]:
    with postgresql_database(postgresql_server, "growth") as url:
        yield url


@pytest.fixture(scope="module")
def split(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A bank that has lived, split as the page says, and put under guards and roles again."""
    with guarded_bank(tmp_path_factory.mktemp("growth"), server) as world:
        before = rows(server)
        world.bank.store.engine.dispose()
        for block in BLOCKS[:-1]:
            run(server, block)
        upgrade(server)
        grant_roles(server)
        assert rows(server) == before
        yield world


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(statement.encode())


def rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as owner:
        return {name: owner.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()[0] for name in SPLIT}  # type: ignore[index]  # noqa: S608


def test_the_tables_are_split_and_under_guard(split: World, server: str) -> None:
    with psycopg.connect(server) as owner:
        found = owner.execute("SELECT relname FROM pg_class WHERE relkind = 'p'").fetchall()
    assert {name for (name,) in found} == set(SPLIT)
    with split.bank.store.read() as uow:
        assert missing_guards(uow.connection) == []


def test_the_bank_goes_on(split: World) -> None:
    assert split.paid(20).state is tp.PaymentState.FINAL
    split.endow(split.boris, 30)
    split.sweep()
    split.prove()
    cursor = tp.newest_event(split.bank, by=split.ann)
    paid = split.paid(7)
    assert paid.id in {event.subject for event in tp.read_events(split.bank, after=cursor, by=split.ann)}


ATTACKS = {
    "an entry changed": "UPDATE entries SET units = 7",
    "an entry gone": "DELETE FROM entries",
    "an entry that does not fit": "INSERT INTO entries SELECT account_id, seq + 9, transfer_id, side, units, 7, 7"
    ", NULL, at_s FROM entries",
    "a record gone": "DELETE FROM audit_records",
    "a record left out": "INSERT INTO audit_records SELECT stream, seq + 9, at_s, 'eve', 'a', 's', '{}'"
    ", hash, hash FROM audit_records",
    "an event gone": "DELETE FROM outbox",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_guards_stand_on_split_tables(split: World, server: str, attack: str) -> None:
    before = rows(server)
    with (
        psycopg.connect(server, autocommit=True) as owner,
        pytest.raises(psycopg.errors.CheckViolation, match="guard_"),
    ):
        owner.execute(ATTACKS[attack].encode())
    assert rows(server) == before


@pytest.mark.parametrize("role", [TERMINAL, ENGINE])
@pytest.mark.parametrize("part", SPLIT.values())
@pytest.mark.parametrize("what", ["SELECT 1 FROM", "DELETE FROM", "TRUNCATE"])
def test_nobody_reaches_a_part_around_its_table(split: World, server: str, role: str, part: str, what: str) -> None:
    with psycopg.connect(server) as owner:
        owner.execute(f"SET ROLE {role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(f"{what} {part}".encode())


def test_old_records_and_events_leave_and_the_proof_holds(split: World, server: str, tmp_path: Path) -> None:
    split.paid(5)
    before_s = split.clock.now_s() + 1
    archives = {
        name: tp.archive_audit(split.bank, tmp_path / name, stream=name, before_s=before_s, by=split.ann)
        for name in ("main", "engine")
    }
    run(server, BLOCKS[-1])
    run(server, "CREATE TABLE outbox_again PARTITION OF outbox FOR VALUES FROM (MINVALUE) TO (1000000)")
    paid = split.paid(5)
    split.prove()
    for name, archive in archives.items():
        assert tp.verify_archive(split.bank, tmp_path / name, by=split.tom) == archive
    (first, *_) = tp.read_events(split.bank, by=split.ann)  # from the start: what is left
    assert first.subject == paid.id


def test_who_only_reads_needs_a_connection_that_only_reads(split: World, server: str, tmp_path: Path) -> None:
    url = sa.make_url(server).update_query_dict({"options": "-c default_transaction_read_only=on"})
    write_settings(tmp_path, BankSettings(database=url.render_as_string(hide_password=False), chains=(SETTINGS,)))
    with tp.open_bank(tmp_path, clock=split.clock, chain_ports={CHAIN_ID: split.chain}) as replica:
        assert tp.verify_audit(replica, by=split.ann)
        assert tp.reconcile(replica, by=split.ann).holds
        assert tp.journal(replica, by=split.ann).entries
        assert tp.statement(replica, customer_id=split.anna.id, asset_id=TOKEN.id, by=split.ann)
        with pytest.raises(tp.TokenpayError):
            tp.pay(
                replica,
                debtor=f"customer/{split.anna.id}",
                creditor=f"customer/{split.boris.id}",
                amount=euro(1),
                by=split.tom,
                key="on a replica",
            )
