"""What the database itself refuses, whoever writes to it: exact columns, bounds, clearances, two people."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from tests.integration.store_samples import (
    ANNAS,
    BERTS,
    CUSTODY,
    FUNDING,
    NOW_S,
    add_cleared,
    consent,
    found,
    founded,
    fund,
    session,
    transfer,
    uetr,
)
from tests.unguarded import unguarded
from tests.unit.payments.samples import TOKEN, intent
from tokenpay.compliance.approval import Part
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.policy_proposal import PolicyProposal, ProposalState
from tokenpay.errors import Conflict, IntegrityError, InvalidAmount, InvalidInput
from tokenpay.money.amount import MAX_UNITS
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.store.tables import limit_counters
from tokenpay.store.unit_of_work import Store

DAY = {"scope": "customer/C1", "asset_id": TOKEN.id, "day": "2026-09-28"}


def on_sqlite(store: Store) -> bool:
    return store.engine.dialect.name == "sqlite"


def written(store: Store, number: int) -> str:
    """Return the literal of an exact column: padded text on SQLite, a number on PostgreSQL."""
    return f"'{number:078}'" if on_sqlite(store) else str(number)


def write(store: Store, statement: str, **values: Any) -> None:
    """Write as somebody would who has the database and not the library, and has taken its guards down."""
    with store.unit_of_work() as work, unguarded(work.connection):
        work.connection.execute(text(statement), values)


# --- exact numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("units", [0, 1, 2**53 + 1, 2**63, 2**64 - 1, MAX_UNITS, 10**78 - 1])
def test_a_number_comes_back_exactly(store: Store, units: int) -> None:
    with store.unit_of_work() as work:
        work.connection.execute(limit_counters.insert(), {**DAY, "used_units": units})
    with store.read() as work:
        found_units = work.connection.execute(select(limit_counters.c.used_units)).scalar_one()
    assert (found_units, type(found_units)) == (units, int)


def test_numbers_compare_and_sort_by_their_size(store: Store) -> None:
    sizes = [0, 9, 10, 2**63, 2**64, 10**77, 10**78 - 1]
    with store.unit_of_work() as work:
        for number, units in enumerate(reversed(sizes)):
            work.connection.execute(limit_counters.insert(), {**DAY, "scope": str(number), "used_units": units})
        column = limit_counters.c.used_units
        assert work.connection.execute(select(column).order_by(column)).scalars().all() == sizes
        assert work.connection.execute(select(column).where(column > 10).order_by(column)).scalars().all() == sizes[3:]


@pytest.mark.parametrize("units", [-1, 10**78, -(10**78), 1.0, "1", True])
def test_what_is_no_exact_number_is_refused_before_it_is_sent(store: Store, units: Any) -> None:
    with pytest.raises(InvalidAmount, match="0 to 78 digits"), store.unit_of_work() as work:
        work.connection.execute(limit_counters.insert(), {**DAY, "used_units": units})
    with store.read() as work:
        assert work.connection.execute(select(limit_counters)).all() == []


SQLITE_LITERALS = ["-1", "1", "'1'", "''", f"'-{1:077}'", f"'{1:077} '", f"'{1:079}'", "1e77", f"'{'x' * 78}'"]
POSTGRESQL_LITERALS = ["-1", "-0.6", "'NaN'", "'-Infinity'", "'Infinity'", f"1{'0' * 78}"]


@pytest.mark.parametrize("literal", SQLITE_LITERALS)
def test_sqlite_refuses_any_other_text(sqlite_url: str, literal: str) -> None:
    with founded(sqlite_url) as store, pytest.raises(Conflict) as caught, store.unit_of_work() as work:
        insert_raw(work.connection, literal)
    assert caught.value.fields["rule"] == "ck_limit_counters_used_units_whole"


@pytest.mark.parametrize("literal", POSTGRESQL_LITERALS)
def test_postgresql_refuses_any_other_number(postgresql_url: str, literal: str) -> None:
    # One too large is refused by the type, not by the constraint.
    with founded(postgresql_url) as store, pytest.raises((Conflict, InvalidInput)), store.unit_of_work() as work:
        insert_raw(work.connection, literal)


def insert_raw(connection: Connection, literal: str) -> None:
    connection.execute(text(f"INSERT INTO limit_counters VALUES ('s', 'a', 'd', {literal})"))  # noqa: S608


def test_a_row_that_was_tampered_with_is_not_read_as_money(postgresql_url: str) -> None:
    with founded(postgresql_url) as store:
        with store.unit_of_work() as work:
            work.connection.execute(
                text("ALTER TABLE limit_counters DROP CONSTRAINT ck_limit_counters_used_units_whole")
            )
            insert_raw(work.connection, "-5")
        with pytest.raises(IntegrityError, match="no whole number"), store.read() as work:
            work.connection.execute(select(limit_counters)).all()


# --- the ledger's bounds ----------------------------------------------------------------------


def test_what_is_available_never_falls_below_zero(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, 100)
    with pytest.raises(Conflict) as caught:
        write(store, f"UPDATE accounts SET available_units = {written(store, -1)}")  # noqa: S608
    assert caught.value.fields["rule"] == "ck_accounts_available_units_whole"


@pytest.mark.parametrize(("kind", "available"), [("customer", "NULL"), ("custody", "NULL"), ("funding", "0")])
def test_an_account_is_bounded_exactly_where_the_chart_says(store: Store, kind: str, available: str) -> None:
    zero = written(store, 0)
    numbers = ", ".join([zero] * 4 + [zero if available == "0" else available])
    with pytest.raises(Conflict) as caught:
        write(store, f"INSERT INTO accounts VALUES ('x', '{kind}', 'o', '{TOKEN.id}', {numbers}, 0)")  # noqa: S608
    assert caught.value.fields["rule"] == "ck_accounts_available_where_bounded"


TRANSFER = """INSERT INTO transfers (id, debit_account, debit_kind, credit_account, credit_kind, asset_id, units,
posted_units, state, payment_id, clearance_id, created_at_s)
VALUES ('T', :debit, :debit_kind, :credit, :credit_kind, :asset, {one}, {one}, :state, :payment, :clearance, 1)"""


def insert_transfer(store: Store, **changes: Any) -> None:
    with store.unit_of_work() as work:
        work.ledger.lock([ANNAS, BERTS, CUSTODY, FUNDING])
        add_cleared(work, 1)
        add_cleared(work, 2)
    values = {
        "debit": ANNAS.id,
        "debit_kind": "customer",
        "credit": BERTS.id,
        "credit_kind": "customer",
        "asset": TOKEN.id,
        "state": "posted",
        "payment": uetr(1),
        "clearance": f"CL-{uetr(1)}",
    }
    write(store, TRANSFER.format(one=written(store, 1)), **(values | changes))


FROM_CUSTODY = {"debit": FUNDING.id, "debit_kind": "funding", "credit": CUSTODY.id, "credit_kind": "custody"}
INTO_CUSTODY = {"debit": CUSTODY.id, "debit_kind": "custody"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        FROM_CUSTODY,
        {"state": "pending", "clearance": None},
        {"state": "voided", "clearance": None, "payment": None},
        {**INTO_CUSTODY, "clearance": None, "payment": None},
    ],
)
def test_a_transfer_that_may_stand(store: Store, changes: dict[str, Any]) -> None:
    insert_transfer(store, **changes)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"clearance": None}, "ck_transfers_cleared"),
        ({"clearance": None, "payment": None}, "ck_transfers_cleared"),
        ({"payment": None}, "ck_transfers_cleared"),
        ({**FROM_CUSTODY, "clearance": None}, "ck_transfers_cleared"),
        ({"credit": ANNAS.id}, "ck_transfers_two_accounts"),
        ({"state": "lost"}, "ck_transfers_state_known"),
        ({"clearance": "CL-none"}, "fk_transfers_clearance_id_payment_id"),
        ({"clearance": f"CL-{uetr(2)}"}, "fk_transfers_clearance_id_payment_id"),
        ({"debit_kind": "funding"}, "fk_transfers_debit_account_debit_kind_asset_id"),
        ({"credit_kind": "fees"}, "fk_transfers_credit_account_credit_kind_asset_id"),
        ({"asset": "iso4217:EUR"}, "fk_transfers_"),
    ],
)
def test_a_transfer_that_may_not(store: Store, changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(Conflict) as caught:
        insert_transfer(store, **changes)
    # SQLite does not say which foreign key failed.
    assert str(caught.value.fields["rule"]).startswith(rule) or (rule.startswith("fk_") and on_sqlite(store))


def test_a_pending_transfer_is_not_posted_by_hand_without_its_clearance(store: Store) -> None:
    insert_transfer(store, state="pending", clearance=None)
    with pytest.raises(Conflict) as caught:
        write(store, "UPDATE transfers SET state = 'posted'")
    assert caught.value.fields["rule"] == "ck_transfers_cleared"


# --- two people -------------------------------------------------------------------------------


def test_one_person_gives_one_consent_to_one_payment(store: Store) -> None:
    with store.unit_of_work() as work:
        add_cleared(work)
    content = intent(uetr=uetr(1))
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.approvals.add(uetr(1), consent("mia", content, Part.CHECKER))
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.approvals.add(uetr(1), consent("moe", content, Part.MAKER))
    with store.unit_of_work() as work:
        work.approvals.add(uetr(1), consent("moe", content, Part.CHECKER))
    with store.read() as work:
        assert [(a.operator_id, a.part) for a in work.approvals.of(uetr(1))] == [
            ("mia", Part.MAKER),
            ("moe", Part.CHECKER),
        ]


@pytest.mark.parametrize(
    "row",
    [
        {"operator_id": "mia", "part": "checker"},
        {"operator_id": "moe", "part": "maker"},
        {"operator_id": "moe", "part": "witness"},
        {"operator_id": "nobody", "part": "checker"},
        {"operator_id": "moe", "part": "checker", "intent_hash": b"\x00" * 32},
    ],
)
def test_raw_rows_of_approvals_keep_the_same_rules(store: Store, row: dict[str, Any]) -> None:
    with store.unit_of_work() as work:
        add_cleared(work)
    values = {"payment_id": uetr(1), "intent_hash": intent(uetr=uetr(1)).hash(), "signature": b"", **row}
    statement = """INSERT INTO approvals (payment_id, operator_id, part, intent_hash, at_s, signature)
        VALUES (:payment_id, :operator_id, :part, :intent_hash, 1, :signature)"""
    with pytest.raises(Conflict):
        write(store, statement, **values)


def test_a_policy_is_made_by_two_people(store: Store) -> None:
    with pytest.raises(Conflict) as caught, store.unit_of_work() as work, unguarded(work.connection):
        work.policies.add(Policy(version=2), at_s=NOW_S, maker="mia", checker="mia")
    assert caught.value.fields["rule"] == "ck_policies_two_people"
    with pytest.raises(Conflict) as caught, store.unit_of_work() as work:
        work.policies.add(Policy(version=2), at_s=NOW_S, maker="mia", checker="moe")
    assert caught.value.fields["rule"] == "guard_policies_by_two_people"


@pytest.mark.parametrize(
    ("decided_by", "state", "rule"),
    [
        ("mia", ProposalState.APPROVED, "ck_policy_proposals_two_people"),
        ("mia", ProposalState.REFUSED, "ck_policy_proposals_two_people"),
        ("moe", ProposalState.WITHDRAWN, "ck_policy_proposals_two_people"),
        ("moe", ProposalState.IN_FORCE, "guard_policy_proposals_"),
    ],
)
def test_a_proposal_is_decided_by_another(store: Store, decided_by: str, state: ProposalState, rule: str) -> None:
    proposal = PolicyProposal.made("PP-1", Policy(version=2), by=session("mia"), at_s=NOW_S)
    with store.unit_of_work() as work:
        work.policies.propose(proposal)
    decided = replace(proposal.approved(by=session(decided_by), at_s=NOW_S), state=state)
    if state in (ProposalState.REFUSED, ProposalState.WITHDRAWN):
        decided = replace(decided, decided_signature=b"")
    with pytest.raises(Conflict) as caught, store.unit_of_work() as work:
        work.policies.decide(decided)
    assert str(caught.value.fields["rule"]).startswith(rule)


def test_one_proposal_waits(store: Store) -> None:
    with store.unit_of_work() as work:
        work.policies.propose(PolicyProposal.made("PP-1", Policy(version=2), by=session("mia"), at_s=NOW_S))
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.policies.propose(PolicyProposal.made("PP-2", Policy(version=2), by=session("moe"), at_s=NOW_S))
    with pytest.raises(Conflict) as caught, store.unit_of_work() as work:
        work.policies.propose(PolicyProposal.made("PP-3", Policy(version=3), by=session("moe"), at_s=NOW_S))
    assert caught.value.fields["rule"] == "guard_policy_proposals_follows"


def test_a_clearance_is_of_the_content_that_was_paid(store: Store) -> None:
    payment = Payment(intent=intent(uetr=uetr(1)), state=PaymentState.HELD, updated_at_s=NOW_S)
    with store.unit_of_work() as work:
        work.payments.add(payment, branch="main")
    statement = "INSERT INTO clearances VALUES ('CL', :payment, :hash, 1, '[]', 1)"
    with pytest.raises(Conflict):
        write(store, statement, payment=uetr(1), hash=intent(uetr=uetr(2)).hash())


# --- what a refusal says ----------------------------------------------------------------------


def test_a_refusal_quotes_nobody(store: Store) -> None:
    with pytest.raises(Conflict) as caught, store.unit_of_work() as work:
        found(work)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "Anna" not in str(caught.value.fields)


def test_a_refused_unit_of_work_leaves_nothing(store: Store) -> None:
    with pytest.raises(Conflict):
        pay_uncleared(store)
    with store.read() as work:
        assert work.ledger.accounts() == []


def pay_uncleared(store: Store) -> None:
    with store.unit_of_work() as work:
        fund(work, ANNAS, 100)
        work.ledger.lock([BERTS])
        work.ledger.post(transfer("uncleared", ANNAS, BERTS, 1), at_s=NOW_S)
