"""At the edge of the database: bad input is that on both of them, and a row that is none is a broken proof."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tokenpay as tp
from tests.world import CHAIN_ID, TOKEN, Template, World, opened
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.store import migrate
from tokenpay.store.guards import drop_guards
from tokenpay.store.unit_of_work import UnitOfWork

BIG = 10**30
BAD: dict[str, Callable[[World], object]] = {
    "NUL in a note": lambda w: tp.open_case(w.bank, kind=tp.CaseKind.OTHER, subject="s", note="a\0b", by=w.ann),
    "NUL in a subject": lambda w: tp.open_case(w.bank, kind=tp.CaseKind.OTHER, subject="a\0b", note="n", by=w.ann),
    "half a character": lambda w: tp.open_case(w.bank, kind=tp.CaseKind.OTHER, subject="s", note="\ud800", by=w.ann),
    "NUL in a name": lambda w: tp.enrol_customer(w.bank, name="a\0b", by=w.tom, key="k"),
    "NUL in a list's name": lambda w: tp.load_list(
        w.bank, name="a\0b", form=tp.ListForm.OWN, files=[b""], dated_s=1, by=w.ann
    ),
    "NUL in a payment's id": lambda w: tp.get_payment(w.bank, "a\0b", by=w.ann),
    "NUL in a customer's id": lambda w: tp.balances(w.bank, "a\0b", by=w.ann),
    "NUL in a key": lambda w: tp.payment_of_key(w.bank, "a\0b", by=w.ann),
    "NUL in a search": lambda w: tp.find_customers(w.bank, "a\0b", by=w.ann),
    "a search of percents": lambda w: tp.find_customers(w.bank, "%" * 100_000, by=w.ann),
    "a customer limit too large": lambda w: tp.find_customers(w.bank, "a", by=w.ann, limit=BIG),
    "a customer limit of less than none": lambda w: tp.find_customers(w.bank, "a", by=w.ann, limit=-1),
    "a payment limit too large": lambda w: tp.find_payments(w.bank, by=w.ann, limit=BIG),
    "a payment limit of less than none": lambda w: tp.find_payments(w.bank, by=w.ann, limit=-1),
    "an event limit too large": lambda w: tp.read_events(w.bank, by=w.ann, limit=BIG),
    "an event limit of less than none": lambda w: tp.read_events(w.bank, by=w.ann, limit=-1),
    "a limit of true": lambda w: tp.read_events(w.bank, by=w.ann, limit=True),
    "a cursor too large": lambda w: tp.read_events(w.bank, by=w.ann, after=f"{BIG}.1"),
    "a cursor a little too large": lambda w: tp.read_events(w.bank, by=w.ann, after=f"0.{2**63}"),
    "a cursor in other digits": lambda w: tp.read_events(w.bank, by=w.ann, after="٣.٣"),
    "a line too large": lambda w: statement(w, after_seq=BIG),
    "a line a little too large": lambda w: statement(w, after_seq=2**31),
    "a line of less than none": lambda w: statement(w, after_seq=-1),
    "a statement limit too large": lambda w: statement(w, limit=BIG),
    "blocks of less than none": lambda w: tp.watch(w.bank, chain_id=CHAIN_ID, by=w.engine, max_blocks=-1),
    "no payments to send": lambda w: tp.submit(w.bank, chain_id=CHAIN_ID, by=w.engine, limit=0),
    "a sweep limit of less than none": lambda w: tp.sweep(w.bank, asset_id=TOKEN.id, by=w.engine, limit=-1),
    "a statement limit of less than none": lambda w: statement(w, limit=-1),
    "a date too large": lambda w: tp.load_list(
        w.bank, name="n", form=tp.ListForm.OWN, files=[b""], dated_s=-BIG, by=w.ann
    ),
}


def statement(world: World, **changes: Any) -> tp.Statement:
    return tp.statement(world.bank, customer_id=world.anna.id, asset_id=TOKEN.id, by=world.ann, **changes)


def outcome(verb: Callable[..., object], *given: object) -> object:
    """The kind of error that a verb ends in; what it returns where it does not."""
    try:
        return verb(*given)
    except Exception as error:
        return type(error)


def test_bad_input_is_never_called_anything_else(world: World) -> None:
    assert {name: said for name, verb in BAD.items() if (said := outcome(verb, world)) is not InvalidInput} == {}
    assert statement(world, after_seq=2**31 - 1, limit=10**9).lines == ()
    assert statement(world, after_seq=2**31 - 1, newest=True).lines == ()
    assert tp.read_events(world.bank, by=world.ann, after=f"{2**63 - 1}.{2**63 - 1}", limit=10**9) == []


PAID: dict[str, Callable[[World, Any], object]] = {
    "pay": lambda w, a: w.pay(amount=a),
    "preview": lambda w, a: tp.preview_payment(w.bank, **parties(w), amount=a, by=w.tom),
    "batch": lambda w, a: tp.pay_batch(w.bank, orders=[tp.PaymentOrder(**parties(w), amount=a)], by=w.tom, key="k"),
    "request": lambda w, a: tp.issue_request(w.bank, payee=w.anna.id, asset=TOKEN, amount=a, by=w.tom, key="k"),
    "refund": lambda w, a: tp.refund(w.bank, of=w.paid().id, to=f"customer/{w.anna.id}", amount=a, by=w.tom, key="k"),
    "quote": lambda w, a: tp.quote_exchange(
        w.bank, customer_id=w.anna.id, direction=tp.Direction.CASH_IN, amount=a, against=TOKEN, by=w.tom
    ),
    "cash": lambda w, a: tp.allocate_cash(
        w.bank, drawer="1", amount=a, direction=tp.CashDirection.TO_DRAWER, by=w.tom, key="k"
    ),
}


NUMBERS = (12.5, "12.50", 1250, True)


def parties(world: World) -> dict[str, Any]:
    return {"debtor": f"customer/{world.anna.id}", "creditor": f"customer/{world.boris.id}"}


def test_a_number_is_no_amount(world: World) -> None:
    given = {(name, value): outcome(verb, world, value) for name, verb in PAID.items() for value in NUMBERS}
    assert given == dict.fromkeys(given, tp.InvalidAmount)


@pytest.fixture
def edited(sqlite_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[World]:
    """A world on SQLite, which keeps any kind of value in any column, with a payment out and its rules asleep."""
    with opened(template_of(sqlite_url), tmp_path, sqlite_url) as world:
        with world.bank.store.engine.begin() as connection:
            drop_guards(connection)
        yield world


def sent(world: World) -> tp.Payment:
    payment = world.paid(creditor=tp.Address(b"\xbb" * 20).caip10(31_337))
    world.turn()
    return payment


READ: dict[str, Callable[[World, tp.Payment], object]] = {
    "payments": lambda w, p: tp.get_payment(w.bank, p.id, by=w.ann),
    "accounts": lambda w, p: tp.balances(w.bank, w.anna.id, by=w.ann),
    "entries": lambda w, p: statement(w),
    "transfers": lambda w, p: _read(w, lambda uow: uow.ledger.transfers(payment_id=p.id)),
    "customers": lambda w, p: tp.get_customer(w.bank, w.anna.id, by=w.ann),
    "assets": lambda w, p: tp.list_assets(w.bank),
    "operators": lambda w, p: tp.list_cases(w.bank, by=w.ann),
    "sessions": lambda w, p: tp.list_cases(w.bank, by=w.ann),
    "requests": lambda w, p: tp.get_request(w.bank, _request(w), by=w.ann),
    "deposits": lambda w, p: tp.request_deposits(w.bank, _request(w), by=w.ann),
    "outbox": lambda w, p: tp.read_events(w.bank, by=w.ann),
    "policies": lambda w, p: w.pay(),
    "limit_counters": lambda w, p: w.pay(),
    "cases": lambda w, p: tp.get_case(w.bank, _case(w), by=w.ann),
    "chains": lambda w, p: _read(w, lambda uow: uow.chains.all()),
    "audit_records": lambda w, p: tp.verify_audit(w.bank, by=w.ann),
    "audit_heads": lambda w, p: tp.verify_audit(w.bank, by=w.ann),
    "screening_lists": lambda w, p: w.pay(creditor=str(p.intent.creditor)),
    "approvals": lambda w, p: _read(w, lambda uow: uow.approvals.of(p.id)),
    "clearances": lambda w, p: _read(w, lambda uow: uow.clearances.of(p.id)),
    "attempts": lambda w, p: _read(w, lambda uow: uow.attempts.all_of([p.id])),
    "signed": lambda w, p: _read(w, lambda uow: uow.attempts.signed(p.id)),
    "bank": lambda w, p: tp.get_request(w.bank, _request(w), by=w.ann),
    "keys": lambda w, p: w.pay(1, key="used"),
}
WRONG: list[tuple[str, str, Any]] = [
    ("payments", "intent", "{"),
    ("payments", "intent", "{}"),
    ("payments", "intent", "null"),
    ("payments", "intent", "[" * 200_000),
    ("payments", "reasons", "{"),
    ("payments", "reasons", "[1]"),
    ("payments", "reasons", '[{"x": 1}]'),
    ("payments", "state", "lost"),
    ("payments", "updated_at_s", "soon"),
    ("payments", "updated_at_s", 1.5),
    ("payments", "intent_hash", "text"),
    ("payments", "fee_cap_wei", "letters"),
    ("accounts", "credits_posted", "letters"),
    ("accounts", "credits_posted", "-" + "0" * 77),
    ("accounts", "credits_posted", b"\xff"),
    ("accounts", "version", "x"),
    ("entries", "units", "letters"),
    ("entries", "at_s", "soon"),
    ("transfers", "state", "lost"),
    ("transfers", "units", "letters"),
    ("customers", "status", "gone"),
    ("customers", "name", b"\xff"),
    ("customers", "enrolled_at_s", "soon"),
    ("assets", "decimals", "many"),
    ("assets", "decimals", -1),
    ("assets", "kind", "gold"),
    ("assets", "contract", "0x12"),
    ("assets", "symbol", ""),
    ("assets", "active", "maybe"),
    ("operators", "role", "king"),
    ("operators", "branch", ""),
    ("operators", "active", "maybe"),
    ("operators", "public_key", "text"),
    ("requests", "terms", "none"),
    ("requests", "units", "letters"),
    ("requests", "deposit_address", "0x12"),
    ("requests", "expires_at_s", "soon"),
    ("deposits", "sender", "nobody"),
    ("deposits", "state", "lost"),
    ("deposits", "log_index", "first"),
    ("outbox", "at_s", "soon"),
    ("policies", "content", "{}"),
    ("policies", "content", "null"),
    ("limit_counters", "used_units", "letters"),
    ("cases", "kind", "lost"),
    ("chains", "treasury", "0x12"),
    ("chains", "next_nonce", "next"),
    ("audit_records", "hash", "text"),
    ("audit_records", "details", b"\xff"),
    ("audit_heads", "seq", "last"),
    ("screening_lists", "dated_s", "today"),
    ("approvals", "part", "third"),
    ("approvals", "signature", "text"),
    ("clearances", "screenings", "[{}]"),
    ("attempts", "outcome", "lost"),
    ("attempts", "seq", "first"),
    ("signed", "raw", "text"),
    ("keys", "content", "["),
    ("bank", "value", "xpub"),
]


def _request(world: World) -> str:
    with world.bank.store.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT request_id FROM deposits").scalar())


def _case(world: World) -> str:
    with world.bank.store.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT id FROM cases").scalar())


def _read(world: World, look: Callable[[UnitOfWork], object]) -> object:
    with world.bank.store.read() as uow:
        return look(uow)


def test_a_row_that_is_none_is_a_broken_proof(edited: World) -> None:
    world = edited
    payment = sent(world)
    world.paid(1, key="used")
    tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject="s", note="n", by=world.ann)
    said = {}
    for table, column, value in WRONG:
        with world.bank.store.engine.connect() as connection:
            kept = connection.exec_driver_sql(f"SELECT rowid, {column} FROM {table}").all()  # noqa: S608
        assert kept, table
        _edit(world, f"UPDATE OR IGNORE {table} SET {column} = ?", [(value,)])  # noqa: S608
        said[table, column, value] = outcome(READ[table], world, payment)
        back = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608
        _edit(world, back, [(was, id) for id, was in kept])
    assert {name: kind for name, kind in said.items() if kind is not IntegrityError} == {}
    for verb in READ.values():
        verb(world, payment)


@pytest.mark.parametrize("floor", ["x", "9" * 20, str(2**31), "-1.5"])
def test_a_floor_of_deposit_addresses_that_is_none(edited: World, floor: str) -> None:
    with edited.bank.store.unit_of_work() as uow:
        uow.facts.set("deposit_index_floor", floor)
    with pytest.raises(IntegrityError):
        edited.request()


@pytest.mark.parametrize("edit", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_tables_of_nobody_knows_which_revision_are_left_alone(edited: World, edit: str) -> None:
    with edited.bank.store.engine.begin() as connection:
        connection.exec_driver_sql(edit)
    for verb in (migrate.revision, migrate.upgrade):
        with pytest.raises(IntegrityError):
            verb(edited.bank.settings.database)


def _edit(world: World, statement: str, rows: list[tuple[Any, ...]]) -> None:
    with world.bank.store.engine.connect() as connection:
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("PRAGMA ignore_check_constraints = ON")
        driver.executemany(statement, rows)
        driver.execute("PRAGMA ignore_check_constraints = OFF")
        driver.execute("PRAGMA foreign_keys = ON")


@pytest.mark.parametrize("said", ["0000", "zzzz", "", "head"])
def test_a_revision_that_never_was_is_not_upgraded(said: str, world: World) -> None:
    world.sql("UPDATE alembic_version SET version_num = :said", said=said)
    url = str(world.bank.settings.database)
    with pytest.raises(IntegrityError):
        migrate.upgrade(url)
    world.sql("UPDATE alembic_version SET version_num = :said", said=migrate.HEAD)
    migrate.upgrade(url)
