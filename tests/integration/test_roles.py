"""Database roles on PostgreSQL: a whole day as the roles of a bank, and raw SQL by each of them against the rest."""

# ruff: noqa: E501, S608 - each attack stands on its line

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import tokenpay as tp
from tests.copied_database import postgresql_database
from tests.integration.guarded_bank import EUR, guarded_bank
from tests.integration.test_guards import rows
from tests.long_gone import long_gone
from tests.world import CHAIN_ID, COIN, LISTED, OUTSIDE, SETTINGS, World, euro, sign_in
from tokenpay.cli import main
from tokenpay.compliance.approval import Part
from tokenpay.counter.cash_count import CashCount
from tokenpay.settings import PIN_KEY_NAME, BankSettings, write_settings
from tokenpay.store import migrate
from tokenpay.store.guard_rules import CHANGES, ENGINE
from tokenpay.store.roles import AUDITOR, ROLES, TERMINAL, grant_roles
from tokenpay.store.tables import metadata
from tokenpay.testing.fake_system import FakeEntropy

FORBIDDEN, BROKEN = "42501", "23514"
LOGINS = {TERMINAL: "till_7", ENGINE: "engine_1", AUDITOR: "auditor_1"}


@dataclass(frozen=True, kw_only=True)
class Places:
    """The bank as its owner founded it, and as a terminal and the engine's host open it; each machine's engine."""

    world: World
    terminal: World
    host: World
    engines: dict[str, sa.Engine]


@pytest.fixture(scope="module")
def places(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    folder = tmp_path_factory.mktemp("roles")
    with ExitStack() as stack:
        url = stack.enter_context(postgresql_database(postgresql_server, "roles"))
        world = stack.enter_context(guarded_bank(folder / "bank", url))
        grant_roles(url)
        with psycopg.connect(postgresql_server, autocommit=True) as admin:
            for role, login in LOGINS.items():
                admin.execute(f"DROP ROLE IF EXISTS {login}; CREATE ROLE {login} LOGIN IN ROLE {role}".encode())
        urls = {
            role: sa.make_url(url).set(username=login).render_as_string(hide_password=False)
            for role, login in LOGINS.items()
        }
        terminal = _opened(stack, world, folder / "terminal", urls[TERMINAL])
        shutil.copytree(folder / "bank" / "keys", folder / "host" / "keys")
        host = _opened(stack, world, folder / "host", urls[ENGINE], signer=True)
        engines = {role: sa.create_engine(urls[role]) for role in ROLES}
        for engine in engines.values():
            stack.callback(engine.dispose)
        yield Places(world=world, terminal=terminal, host=host, engines=engines)


def _opened(stack: ExitStack, world: World, folder: Path, url: str, **given: Any) -> World:
    folder.mkdir(exist_ok=True)
    assert world.bank.directory is not None
    shutil.copy(world.bank.directory / PIN_KEY_NAME, folder)
    write_settings(folder, BankSettings(database=url, chains=(SETTINGS,)))
    ports: dict[str, Any] = {"clock": world.clock, "chain_ports": {CHAIN_ID: world.chain}, **given}
    bank = stack.enter_context(tp.open_bank(folder, entropy=FakeEntropy(len(str(folder))), **ports))
    people = {name: getattr(world, name) for name in ("ann", "bob", "tom", "engine", "anna", "boris")}
    return World(bank=bank, chain=world.chain, clock=world.clock, _keys=1_000 + len(str(folder)), **people)


# --- what the roles are for ---------------------------------------------------------------------


def test_a_day_at_the_counter_and_on_the_engines_host(places: Places) -> None:
    world, host, bank = places.terminal, places.host, places.terminal.bank
    for name in ("ann", "bob", "tom"):
        setattr(world, name, sign_in(bank, name))
    with pytest.raises(tp.WrongPassword):
        tp.open_session(bank, operator_id="tom", password="wrong", terminal="till-tom")
    host.engine = tp.engine_session(host.bank)

    clara = tp.enrol_customer(bank, name="Clara", by=world.tom, key=world.key())
    tp.open_self_service(bank, customer_id=clara.id, pin="482915", by=world.tom, key=world.key())
    herself = tp.open_customer_session(bank, customer_id=clara.id, pin="482915", terminal="kiosk")

    request = world.request(60, payee=clara)
    world.deposit(request, 60)
    host.to_finality()
    assert tp.get_request(bank, request.id, by=world.tom).state is tp.RequestState.PAID
    assert world.units(clara) == euro(60).units

    assert tp.preview_payment(
        bank, debtor=f"customer/{clara.id}", creditor=f"customer/{world.boris.id}", amount=euro(5), by=world.tom
    )
    clara_s = {"debtor": f"customer/{clara.id}"}
    assert world.paid(5, **clara_s).state is tp.PaymentState.FINAL
    assert world.paid(1, by=herself, **clara_s).state is tp.PaymentState.FINAL
    assert world.refused(10_000, **clara_s)
    out = world.paid(20, creditor=OUTSIDE, **clara_s)
    gone = world.paid(3, creditor=OUTSIDE, **clara_s)
    assert tp.cancel(bank, gone.id, by=world.tom).state is tp.PaymentState.CANCELLED
    back = world.paid(4, creditor=OUTSIDE, **clara_s)
    host.turn()
    assert tp.recall(bank, back.id, reason="deceived", by=world.ann).state is tp.PaymentState.SENT
    large = world.paid(150)
    assert tp.approve(bank, large.id, by=world.ann).state is tp.PaymentState.FINAL
    tp.refuse(bank, world.paid(160).id, reason="no", by=world.ann)
    host.to_finality()
    assert (world.now(out).state, world.now(back).state) == (tp.PaymentState.FINAL, tp.PaymentState.FAILED)
    refunded = tp.refund(
        bank, of=large.id, to=f"customer/{world.anna.id}", amount=euro(1), by=world.tom, key=world.key()
    )
    assert isinstance(refunded, tp.Payment)

    (shift,) = tp.find_shifts(bank, by=world.ann)
    moved = tp.allocate_cash(
        bank, drawer="drawer-1", amount=tp.Amount.parse("50.00", EUR), direction=tp.CashDirection.TO_DRAWER,
        by=world.tom, key=world.key(),
    )  # fmt: skip
    assert isinstance(moved, tp.Payment)
    closed = tp.close_shift(bank, shift.id, counts=[CashCount.parse("1x50", "EUR")], by=world.tom, key=world.key())
    assert not isinstance(closed, tp.Refusal)
    assert tp.issue_receipt(bank, of=out.id, by=world.tom).copy == 0
    tp.stop_payments(bank, reason="drill", by=world.ann)
    assert not tp.resume_payments(bank, by=world.ann)
    assert tp.resume_payments(bank, by=world.bob)
    tp.freeze_customer(bank, clara.id, reason="drill", by=world.ann)
    case = tp.open_case(bank, kind=tp.CaseKind.OTHER, subject="day", note="n", by=world.ann)
    tp.resolve_case(bank, case.id, resolution="done", by=world.ann)
    tp.cancel_request(bank, world.request(9).id, by=world.tom)
    host.sweep()
    tp.close_session(bank, by=world.tom)
    world.tom = sign_in(bank, "tom")
    world.prove()


DESK: dict[str, Callable[[World], object]] = {
    "asset register": lambda world: tp.register_asset(world.bank, tp.Asset.cash("CHF"), by=world.ann),
    "list load": lambda world: tp.load_list(
        world.bank,
        name="un",
        form=tp.ListForm.OWN,
        files=[LISTED.text.encode()],
        dated_s=world.clock.now_s(),
        by=world.ann,
    ),
    "chain recognise": lambda world: tp.recognise_holding(world.bank, asset_id=COIN.id, by=world.ann),
    "engine run": lambda world: tp.run_once(world.bank, by=world.engine),
}
"""What a terminal does not do for anybody, whoever signs in there, and the engine's host does."""


@pytest.mark.parametrize("command", DESK)
def test_what_the_engines_host_does_no_terminal_does(places: Places, command: str) -> None:
    if command == "chain recognise":
        places.world.chain.deposit(None, places.world.treasury, 10)
        places.host.to_finality()
    do = DESK[command]
    with pytest.raises(tp.NotPermitted, match="another role"):
        do(places.terminal)
    do(places.host)
    places.world.prove()


def test_an_auditor_reads_the_books_and_proves_them(places: Places, tmp_path: Path) -> None:
    url = str(places.engines[AUDITOR].url.render_as_string(hide_password=False))
    with ExitStack() as stack:
        world = _opened(stack, places.world, tmp_path / "auditor", url)
        world.ann = sign_in(places.terminal.bank, "ann")  # the auditor's machine opens no session of its own
        world.prove()
        assert tp.journal(world.bank, by=world.ann).entries
        with pytest.raises(tp.NotPermitted, match="another role"):
            sign_in(world.bank, "ann")


# --- what each may not --------------------------------------------------------------------------

_CUSTODY = "(SELECT min(id) FROM accounts WHERE kind = 'custody')"
_ANY = "(SELECT min(id) FROM accounts WHERE kind = 'customer')"
_TRANSFER = "'TR-x', debit_account, debit_kind, credit_account, credit_kind, asset_id, units"
_RECORD = "h.seq + 1, h.at_s, 'eve', 'a', 's', '{}', h.hash, h.hash FROM audit_heads AS h"
_EVERYBODY = {
    "policy: changed": "UPDATE policies SET content = '{}'",
    "policy: gone": "DELETE FROM policies",
    "audit: a record changed": "UPDATE audit_records SET actor = 'eve'",
    "audit: a record gone": "DELETE FROM audit_records",
    "audit: all gone": "TRUNCATE audit_records",
    "audit: what was never archived": "INSERT INTO audit_archives SELECT stream, seq, at_s, hash FROM audit_records",
    "audit: a stream gone": "DELETE FROM audit_heads",
    "ledger: an entry changed": "UPDATE entries SET units = 7",
    "ledger: an entry gone": "DELETE FROM entries",
    "ledger: all gone": "TRUNCATE entries",
    "ledger: a transfer of more": "UPDATE transfers SET units = 7",
    "payments: another payee": "UPDATE payments SET creditor = 'eve'",
    "payments: another content": "UPDATE payments SET intent = '{}'",
    "payments: one gone": "DELETE FROM payments",
    "approvals: one exchanged": "UPDATE approvals SET signature = ''",
    "approvals: one gone": "DELETE FROM approvals",
    "people: a teller made a supervisor": "UPDATE operators SET role = 'supervisor'",
    "people: another key": "UPDATE operators SET public_key = ''",
    "people: one gone": "DELETE FROM operators",
    "chains: another treasury": "UPDATE chains SET treasury = 'eve'",
    "chains: one more": "INSERT INTO chains SELECT 9, treasury, native_asset_id, 0, 0, 0, '', 0, '' FROM chains",
    "outbox: events gone": "DELETE FROM outbox",
    "events: all gone": "TRUNCATE outbox",
    "guards: one dropped": "DROP TRIGGER guard_entries_kept ON entries",
    "guards: all switched off": "ALTER TABLE entries DISABLE TRIGGER ALL",
    "guards: asleep": "SET session_replication_role = replica",
    "guards: replaced": "CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "guards: dropped with what they call": "DROP FUNCTION guard_refuse() CASCADE",
    "tables: one before the bank's": "CREATE TEMPORARY TABLE accounts (id TEXT)",
    "tables: one more": "CREATE TABLE public.eve (id TEXT)",
    "tables: one altered": "ALTER TABLE payments DROP COLUMN intent_hash",
    "tables: one dropped": "DROP TABLE audit_records",
    "tables: locked for all": "LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE",
    "schema: another": "CREATE SCHEMA eve",
    "migrations: another revision": "UPDATE alembic_version SET version_num = '0001'",
    "roles: the owner": "SET ROLE postgres",
    "roles: more for oneself": "GRANT tokenpay_engine TO till_7",
    "roles: one of one's own": "CREATE ROLE eve SUPERUSER",
    "server: a file": "COPY entries TO '/dev/null'",
    "server: a program": "COPY entries TO PROGRAM 'cat'",
    "server: its files": "SELECT pg_ls_dir('.')",
}
_TERMINAL = {
    "names: another verdict": "INSERT INTO name_verdicts SELECT 'customer/x', list_name, mark, list_version, method, '[]', '',"
    " 1 FROM name_verdicts LIMIT 1",
    "names: a verdict gone": "DELETE FROM name_verdicts",
    "policy: one of their own": "INSERT INTO policies SELECT version + 1, content, at_s, maker, checker FROM policies",
    "policy: one in force": "UPDATE policy_proposals SET state = 'in_force', decided_by = 'bob', decided_at_s = 1,"
    " decided_signature = signature WHERE state = 'open'",
    "people: a supervisor of their own": "INSERT INTO operators SELECT 'eve', 'Eve', 'supervisor', branch, true, sha256('e'), 0,"
    " 0, NULL FROM operators WHERE id = 'ann'",
    "people: a supervisor dismissed": "UPDATE operators SET active = false WHERE id = 'ann'",
    "people: an admission in force": "UPDATE staff_changes SET state = 'in_force', decided_by = 'bob', decided_at_s = 1,"
    " decided_signature = signature WHERE state = 'open'",
    "audit: a line of the engine's": f"INSERT INTO audit_records SELECT 'engine', {_RECORD} WHERE h.stream = 'engine'",
    "custody: an entry": f"INSERT INTO entries SELECT {_CUSTODY}, 999, min(id), 'debit', 7, 7, 0, 1, 1 FROM transfers",
    "custody: an entry without its block": f"INSERT INTO entries SELECT {_CUSTODY}, 999, min(id), 'debit', 7, 7, 0, NULL, 1"
    " FROM transfers",
    "custody: an entry elsewhere of a block": f"INSERT INTO entries SELECT {_ANY}, 999, min(id), 'debit', 7, 7, 0, 9, 1"
    " FROM transfers",
    "custody: a balance": "UPDATE accounts SET debits_posted = debits_posted + 7, version = version + 1,"
    " available_units = available_units + 7 WHERE kind = 'custody'",
    "custody: what gas cost": "UPDATE accounts SET debits_posted = debits_posted + 7, version = version + 1 WHERE kind = 'gas'",
    "custody: a payout settled": "UPDATE transfers SET state = 'posted', posted_units = units WHERE state = 'pending'"
    " AND credit_kind = 'custody' AND payment_id IS NOT NULL",
    "custody: a transfer posted": f"INSERT INTO transfers SELECT {_TRANSFER}, units, 'posted', payment_id, NULL, clearance_id, 1,"
    " NULL FROM transfers WHERE credit_kind = 'custody' AND state = 'posted' LIMIT 1",
    "deposits: one seen": "INSERT INTO deposits SELECT 'x', chain_id, block_hash, 99, block_number, transaction_hash, address,"
    " sender, asset_id, units, request_id, state, outcome, seen_at_s FROM deposits LIMIT 1",
    "deposits: one judged": "UPDATE deposits SET state = 'final', outcome = 'credited'",
    "deposits: its credit pending": f"INSERT INTO transfers SELECT {_TRANSFER}, 0, 'pending', NULL, deposit_id, NULL, 1, NULL"
    " FROM transfers WHERE deposit_id IS NOT NULL LIMIT 1",
    "chains: halted": "UPDATE chains SET halted = 'eve'",
    "chains: another nonce": "UPDATE chains SET next_nonce = 0",
    "chains: another height": "UPDATE chains SET final_number = 10000",
    "blocks: one of their own": "INSERT INTO blocks SELECT chain_id, 99999, hash, 1 FROM blocks LIMIT 1",
    "blocks: one gone": "DELETE FROM blocks",
    "signed: bytes of their own": "INSERT INTO signed SELECT payment_id, 99, chain_id, nonce, raw, sha256(raw), 1, 1, 1,"
    " clearance_id FROM signed LIMIT 1",
    "signed: gone": "DELETE FROM signed",
    "attempts: accepted": "UPDATE attempts SET outcome = 'accepted'",
    "attempts: one of their own": "INSERT INTO attempts SELECT payment_id, version, 99, 1, outcome, '' FROM attempts LIMIT 1",
    "texts: one erased": "UPDATE audit_texts SET text = NULL, salt = NULL, erased_at_s = 9999999999",
    "customers: a name erased": "UPDATE customers SET name = '(erased)', erased_at_s = 9999999999",
    "erasures: done": "UPDATE erasures SET erased_at_s = 9999999999",
    "cases: what was resolved emptied": "UPDATE cases SET note = '', resolution = '' WHERE resolved_at_s IS NOT NULL",
    "payments: why one was refused": "UPDATE payments SET reasons = '[]' WHERE state = 'refused'",
    "passkeys: a challenge gone": "DELETE FROM passkey_challenges",
    "payments: one assigned": "UPDATE payments SET state = 'assigned' WHERE state = 'cleared'",
    "payments: one final before its chain": "UPDATE payments SET state = 'final' WHERE rail = 'chain' AND state = 'cleared'",
    "payments: a nonce": "UPDATE payments SET nonce = 7 WHERE state = 'held'",
    "payments: of a block": "UPDATE payments SET included_block = 7 WHERE state = 'sent'",
    "payments: asked back at another price": "UPDATE payments SET recalled_by = 'ann', fee_cap_wei = '7' WHERE state = 'sent'",
    "payments: asked back at another time": "UPDATE payments SET recalled_by = 'ann', updated_at_s = 7 WHERE state = 'sent'",
    "payments: asked back and told otherwise": "UPDATE payments SET recalled_by = 'ann', reasons = '[7]' WHERE state = 'sent'",
    "payments: back from its way": "UPDATE payments SET reasons = '[]' WHERE state = 'sent'",
    "keys: the engine's": "INSERT INTO keys VALUES ('engine/x', 'payment', '{}', 'x', 1)",
    "leases: taken": "UPDATE leases SET holder = 'eve', until_s = 9999999999",
    "leases: a new one": "INSERT INTO leases VALUES ('x', 'eve', 9999999999)",
    "assets: a token of their own": "INSERT INTO assets SELECT 'x', kind, symbol, decimals, chain_id, contract, true, '', '', NULL,"
    " NULL, 1 FROM assets LIMIT 1",
    "assets: frozen": "UPDATE assets SET active = false",
    "lists: one emptied": "DELETE FROM listed_addresses",
    "lists: made young": "INSERT INTO screening_lists SELECT 'x', form, 1, 9999999999, source_hash, parties, names,"
    " addresses, '', 1, '', '', '', '', '{}' FROM screening_lists LIMIT 1",
    "lists: a doubt taken back": "UPDATE screening_lists SET doubted_hash = ''",
    "facts: addresses of their own": "INSERT INTO bank VALUES ('deposit_index_floor', '7')",
    "facts: when the engine turned": "UPDATE bank SET value = '9999999999' WHERE name = 'engine_turned_at_s'",
    "roles: the engine": "SET ROLE tokenpay_engine",
}
_ENGINE = {
    "signed: bytes exchanged": "UPDATE signed SET raw = ''",
    "signed: bytes gone": "DELETE FROM signed",
    "deposits: one of more": "UPDATE deposits SET units = 7",
    "roles: the terminal's": "SET ROLE tokenpay_terminal",
}
_AUDITOR = {
    "policy: one of their own": _TERMINAL["policy: one of their own"],
    "secrets: what opens keys": "SELECT sealed FROM credentials",
    "secrets: what opens newcomers' keys": "SELECT sealed FROM waiting_credentials",
    "roles: the engine": "SET ROLE tokenpay_engine",
    "numbers: an event's": "SELECT nextval('outbox_id_seq')",
}


def _first(table: str) -> str:
    return next(column.name for column in metadata.tables[table].columns if column.identity is None)


_WRITES = {
    f"{table}: {what}": statement
    for table, columns in CHANGES.items()
    for what, statement in {
        "a row more": f"INSERT INTO {table} ({_first(table)}) SELECT {_first(table)} FROM {table}",
        "a row gone": f"DELETE FROM {table}",
        **({"a row changed": f"UPDATE {table} SET {columns[0]} = {columns[0]}"} if columns else {}),
    }.items()
}
ATTACKS = {
    TERMINAL: _EVERYBODY | _TERMINAL,
    ENGINE: _EVERYBODY | _ENGINE,
    AUDITOR: _EVERYBODY | _AUDITOR | _WRITES,
}


def refused(places: Places, role: str, statement: str) -> str:
    """Do it as a role and commit; return PostgreSQL's state of the refusal, or that nothing refused."""
    try:
        with places.engines[role].begin() as connection:
            return f"nothing: {connection.exec_driver_sql(statement).rowcount} rows"
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", ""))


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not(places: Places, role: str) -> None:
    world = places.world
    world.paid(15, creditor=OUTSIDE)
    world.turn()
    world.paid(15, creditor=OUTSIDE)  # one is sent, one cleared
    before = rows(world)
    said = {name: refused(places, role, statement) for name, statement in ATTACKS[role].items()}
    assert {name: state for name, state in said.items() if state != FORBIDDEN} == {}
    assert rows(world) == before
    world.prove()
    with world.bank.store.engine.connect() as owner:
        assert owner.exec_driver_sql("SELECT count(*) FROM pg_roles WHERE rolname = 'eve'").scalar() == 0


_SELF = """SELECT count(*) FROM approvals AS a JOIN payments AS p ON p.id = a.payment_id WHERE a.part = 'checker'
  AND (a.operator_id = p.maker
  OR a.operator_id IN (SELECT introduced_by FROM introductions WHERE operator_id = p.maker))"""
_INTRODUCERS = {"anna": "tom", "boris": "ann"}
TAKEN = "23505"


def _made_by_everybody(places: Places) -> dict[str, tuple[str, str]]:
    """Return a held payment of each who may make one: its maker, and who gave them their key where they are a customer.

    The engine and an auditor make none.
    """
    world = places.terminal
    for name in ("ann", "bob", "tom"):
        for each in (places.world, world):
            setattr(each, name, sign_in(world.bank, name))
    places.world.engine = tp.engine_session(places.world.bank)
    places.world.endow(world.boris, 300)
    places.world.endow(world.anna, 500)  # other tests of this bank pay out of what she had
    made = {world.paid(101, by=getattr(world, maker)).id: (maker, "") for maker in ("tom", "ann", "bob")}
    for name, by in _INTRODUCERS.items():
        customer: tp.Customer = getattr(world, name)
        given: dict[str, Any] = {"customer_id": customer.id, "pin": "602915"}
        tp.open_self_service(world.bank, by=getattr(world, by), key=world.key(), **given)
        themselves = tp.open_customer_session(world.bank, terminal="kiosk", **given)
        payment = world.paid(101, by=themselves, debtor=f"customer/{customer.id}", creditor=OUTSIDE)
        made[payment.id] = themselves.operator.id, by
    states = {tp.get_payment(world.bank, payment_id, by=world.tom).state for payment_id in made}
    assert states == {tp.PaymentState.HELD}
    return made


def test_no_sql_of_a_terminal_makes_somebody_their_own_second_person(places: Places) -> None:
    """Every maker's payment at every state, and everybody in the bank as either part of its approvals."""
    world, made = places.terminal, _made_by_everybody(places)
    with world.bank.store.read() as uow:
        rows_of = uow.connection.exec_driver_sql("SELECT id, role, active FROM operators").all()
    roles = {id: tp.Role(role) for id, role, _ in rows_of}
    gone = {id for id, _, active in rows_of if not active}
    assert {roles[maker] for maker, _ in made.values()} == {tp.Role.TELLER, tp.Role.SUPERVISOR, tp.Role.CUSTOMER}
    wrong = []
    tried = 0
    for state in tp.PaymentState:
        with places.world.bank.store.engine.begin() as owner:  # as no rule lets it, and nothing else of it changes
            owner.exec_driver_sql("SET LOCAL session_replication_role = replica")
            owner.execute(_PUT, {"state": state.value, "ids": list(made)})
        for payment_id, operator, part, way in product(made, roles, Part, ("", " ON CONFLICT DO NOTHING")):
            maker, introducer = made[payment_id]
            other = roles[operator] is tp.Role.SUPERVISOR and operator not in (maker, introducer, *gone)
            may = operator == maker if part is Part.MAKER else other
            said = _tried(places.engines[TERMINAL], _consent(payment_id, operator, part) + way)
            tried += 1
            if (said in ("", TAKEN)) is not may or said not in ("", TAKEN, BROKEN):
                wrong.append((state.value, maker, operator, part.value, way, said))
    assert wrong == []
    assert tried == len(tp.PaymentState) * len(made) * len(roles) * 2 * 2
    with places.world.bank.store.engine.begin() as owner:
        owner.exec_driver_sql("SET LOCAL session_replication_role = replica")
        owner.execute(_PUT, {"state": tp.PaymentState.HELD.value, "ids": list(made)})
    for change in ("approvals SET operator_id = 'bob'", "approvals SET part = 'checker'", "payments SET maker = 'tom'"):
        assert refused(places, TERMINAL, f"UPDATE {change}") == FORBIDDEN
    _check_one_that_nobody_signed(places.engines[TERMINAL], next(iter(made)))
    # What a terminal may say, that another supervisor approved, nobody believes without the signature.
    for payment_id, (maker, _) in made.items():
        second = "ann" if maker == "bob" else "bob"
        assert refused(places, TERMINAL, _consent(payment_id, second, Part.CHECKER)) == "nothing: 1 rows"
        for supervisor in (world.ann, world.bob):
            with pytest.raises((tp.IntegrityError, tp.NotPermitted)):
                tp.approve(world.bank, payment_id, by=supervisor)
        assert tp.cancel(world.bank, payment_id, by=world.ann).state is tp.PaymentState.CANCELLED
    with world.bank.store.engine.connect() as connection:
        assert connection.exec_driver_sql(_SELF).scalar() == 0


_PUT = sa.text("UPDATE payments SET state = :state WHERE id IN :ids").bindparams(sa.bindparam("ids", expanding=True))


def _tried(terminal: sa.Engine, statement: str) -> str:
    """Do it and take it back; return PostgreSQL's state of the refusal, or nothing."""
    with terminal.connect() as connection:
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            return str(getattr(error.orig, "sqlstate", ""))
        return ""


def _consent(payment_id: str, operator: str, part: Part) -> str:
    values = f"id, '{operator}', '{part}', intent_hash, 1, intent_hash"
    columns = "payment_id, operator_id, part, intent_hash, at_s, signature"
    return f"INSERT INTO approvals ({columns}) SELECT {values} FROM payments WHERE id = '{payment_id}'"


def _check_one_that_nobody_signed(terminal: sa.Engine, payment_id: str) -> None:
    """A payment that no gate saw, with no maker's consent beside it: its maker is no checker of it either."""
    columns = ", ".join(column.name for column in metadata.tables["payments"].columns)
    copied = columns.replace("id", "'0' || substr(id, 2)", 1).replace("intent_hash", "sha256(intent_hash)", 1)
    copied = copied.replace(", maker", ", 'ann'")
    with terminal.connect() as connection, connection.begin() as everything:
        connection.exec_driver_sql(
            f"INSERT INTO payments ({columns}) SELECT {copied} FROM payments WHERE id = '{payment_id}'"
        )
        for operator in ("ann", "tom", "engine"):
            with pytest.raises(DBAPIError) as caught, connection.begin_nested():
                connection.exec_driver_sql(_consent(f"0{payment_id[1:]}", operator, Part.CHECKER))
            assert getattr(caught.value.orig, "sqlstate", "") == BROKEN
        everything.rollback()


def test_a_policy_is_put_in_force_by_the_engine_and_only_where_two_people_signed(places: Places) -> None:
    world, host = places.terminal, places.host
    for name in ("ann", "bob"):
        setattr(world, name, sign_in(world.bank, name))
    (waiting,) = (it for it in tp.policy_proposals(world.bank, by=world.ann) if it.state is tp.ProposalState.OPEN)
    # The engine may write policies, and none that no approved proposal stands behind.
    statement = _TERMINAL["policy: one of their own"]
    assert refused(places, ENGINE, statement) == BROKEN
    # A terminal may say that somebody approved: the engine looks for the signature.
    with places.engines[TERMINAL].begin() as connection:
        connection.exec_driver_sql(
            "UPDATE policy_proposals SET state = 'approved', decided_by = 'bob', decided_at_s = proposed_at_s,"
            " decided_signature = signature WHERE state = 'open'"
        )
    before = tp.get_policy(world.bank, by=world.ann)
    host.turn()
    assert tp.get_policy_proposal(world.bank, waiting.id, by=world.ann).state is tp.ProposalState.REFUSED
    assert tp.get_policy(world.bank, by=world.ann) == before
    again = tp.propose_policy(world.bank, waiting.policy, by=world.ann, key=world.key())
    assert tp.approve_policy(world.bank, again.id, by=world.bob).state is tp.ProposalState.APPROVED
    assert tp.get_policy(world.bank, by=world.ann) == before
    host.turn()
    assert tp.get_policy_proposal(world.bank, again.id, by=world.ann).state is tp.ProposalState.IN_FORCE
    assert tp.get_policy(world.bank, by=world.ann) == waiting.policy
    following = replace(waiting.policy, version=waiting.policy.version + 1)
    tp.propose_policy(world.bank, following, by=world.ann, key=world.key())  # for whoever comes next


def test_staff_changes_by_the_engine_and_only_where_supervisors_signed(places: Places) -> None:
    world, host = places.terminal, places.host
    for name in ("ann", "bob"):
        setattr(world, name, sign_in(world.bank, name))
    host.engine = tp.engine_session(host.bank)
    (waiting,) = (it for it in tp.staff_changes(world.bank, by=world.ann) if it.state is tp.ProposalState.OPEN)
    # The engine may write operators, and none that no approved change stands behind.
    for attack in ("people: a supervisor of their own", "people: a supervisor dismissed"):
        assert refused(places, ENGINE, _TERMINAL[attack]) == BROKEN
    # A terminal may say that somebody approved, or that somebody dismisses: the engine looks for the signatures.
    forged = (
        "UPDATE staff_changes SET state = 'approved', decided_by = 'bob', decided_at_s = proposed_at_s,"
        " decided_signature = signature WHERE state = 'open'",
        "INSERT INTO staff_changes SELECT 'ST-x', 'dismiss', o.id, o.name, o.role, o.branch, o.public_key, 'bob', 1,"
        " s.signature, 'approved', NULL, NULL, NULL, '' FROM operators AS o, staff_changes AS s"
        " WHERE o.id = 'tom' AND s.state = 'approved'",
    )
    with places.engines[TERMINAL].begin() as connection:
        for statement in forged:
            connection.exec_driver_sql(statement)
    host.turn()
    ended = {it.id: it.state for it in tp.staff_changes(world.bank, by=world.ann)}
    assert (ended[waiting.id], ended["ST-x"]) == (tp.ProposalState.REFUSED, tp.ProposalState.REFUSED)
    person: dict[str, Any] = {"id": "dora", "name": "Dora", "role": tp.Role.SUPERVISOR, "branch": "main"}
    again = tp.propose_admission(world.bank, **person, password="her own secret", by=world.ann, key=world.key())
    assert tp.approve_admission(world.bank, again.id, by=world.bob).state is tp.ProposalState.APPROVED
    assert "dora" not in {it.id for it in tp.list_operators(world.bank, by=world.ann)}
    host.turn()
    dora = tp.open_session(world.bank, operator_id="dora", password="her own secret", terminal="till-2")
    gone = tp.dismiss_operator(world.bank, "dora", reason="drill", by=world.ann, key=world.key())
    assert gone.state is tp.ProposalState.APPROVED
    with pytest.raises(tp.SessionExpired):  # before the engine turned
        tp.list_operators(world.bank, by=dora)
    host.turn()
    with pytest.raises(tp.WrongPassword):
        tp.open_session(world.bank, operator_id="dora", password="her own secret", terminal="till-2")
    person["id"] = "edith"
    tp.propose_admission(world.bank, **person, password="her own secret", by=world.ann, key=world.key())  # for the next


# --- making them --------------------------------------------------------------------------------


def test_sqlite_knows_no_roles(sqlite_url: str) -> None:
    migrate.create_database(sqlite_url)
    with pytest.raises(tp.InvalidInput, match="everything"):
        grant_roles(sqlite_url)


def test_the_command_makes_them_or_shows_how(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(places.world.bank.directory)
    assert main(["bank", "roles", "--show", "--bank", folder]) == 0
    shown = capsys.readouterr().out
    assert "\nGRANT INSERT, UPDATE (state, credited_units) ON requests TO tokenpay_terminal;\n" in shown
    with places.world.bank.store.engine.begin() as owner:  # what is shown is what is run
        owner.exec_driver_sql(shown, execution_options={"no_parameters": True})
    assert main(["bank", "roles", "--json", "--bank", folder]) == 0
    assert json.loads(capsys.readouterr().out)["roles"] == list(ROLES)


def test_a_terminal_makes_no_roles(places: Places) -> None:
    with pytest.raises(tp.NotPermitted):
        grant_roles(places.engines[TERMINAL].url.render_as_string(hide_password=False))


def test_a_migration_keeps_what_was_granted(postgresql_url: str) -> None:
    migrate.create_database(postgresql_url)
    engine = sa.create_engine(postgresql_url)
    query = f"SELECT has_table_privilege('{TERMINAL}', 'leases', 'SELECT')"
    grant_roles(postgresql_url)
    migrate.downgrade(postgresql_url, "0005")
    migrate.upgrade(postgresql_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql(query).scalar() is True
        assert connection.exec_driver_sql(query.replace("SELECT')", "DELETE')")).scalar() is False
    engine.dispose()


def test_what_two_people_agree_to_erase_the_engine_erases(places: Places) -> None:
    world, terminal, host = places.world, places.terminal, places.host
    for name in ("ann", "bob", "tom"):
        for each in (world, terminal):
            setattr(each, name, sign_in(terminal.bank, name))
    gone = long_gone(world)  # which Bob asked for
    agreed = tp.erase_personal_data(terminal.bank, gone.id, by=terminal.ann)
    assert agreed.state is tp.ErasureState.AGREED
    assert tp.get_customer(terminal.bank, gone.id, by=terminal.ann).name == "Gone"
    host.engine = tp.engine_session(host.bank)
    assert tp.run_once(host.bank, by=host.engine).erased.customers == 1
    assert tp.get_customer(terminal.bank, gone.id, by=terminal.ann).name == "(erased)"
    assert tp.get_erasure(terminal.bank, gone.id, by=terminal.ann).state is tp.ErasureState.ERASED
    world.prove()
