"""Looking up: requests, the rules, the people, and what stands under a case."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

import tokenpay as tp
from tests.world import LISTED, PASSWORDS, POLICY, TOKEN, World, euro
from tokenpay.requests.request_state import RequestState as R
from tokenpay.store.unit_of_work import UnitOfWork


def test_requests_are_found_by_customer_and_state_newest_first(world: World) -> None:
    before = {issued.request.id for issued in tp.find_requests(world.bank, by=world.tom)}
    first = world.request(1)
    world.clock.advance(1)
    second = world.request(2, payee=world.boris)
    world.clock.advance(1)
    third = world.request(3)
    tp.cancel_request(world.bank, first.id, by=world.tom)

    def found(**wanted: object) -> list[tp.PaymentRequest]:
        issued = tp.find_requests(world.bank, by=world.tom, **wanted)  # type: ignore[arg-type]
        return [it.request for it in issued if it.request.id not in before]

    assert found() == [third, second, first]
    assert found(customer_id=world.anna.id) == [third, first]
    assert found(states=[R.OPEN]) == [third, second]
    assert found(customer_id=world.anna.id, states=[R.CANCELLED]) == [first]
    assert found(limit=1) == [third]
    with pytest.raises(tp.NotFound):
        found(customer_id="C0")


def test_a_request_with_somebody_elses_address_is_not_listed(world: World) -> None:
    request, other = world.request(1), world.request(2)
    world.sql("UPDATE requests SET deposit_address = :to WHERE id = :id", to=LISTED.text, id=request.id)
    listed = [issued.request.id for issued in tp.find_requests(world.bank, by=world.tom)]
    assert (request.id in listed, other.id in listed) == (False, True)
    with pytest.raises(tp.IntegrityError):
        tp.get_request(world.bank, request.id, by=world.tom)


def test_the_rules_and_the_people_can_be_read(world: World) -> None:
    assert tp.get_policy(world.bank, by=world.tom) == POLICY
    world.limit(alone_units=7)
    assert tp.get_policy(world.bank, by=world.tom).version == 2
    assert tp.get_policy(world.bank, by=world.tom, version=1) == POLICY
    with pytest.raises(tp.NotFound):
        tp.get_policy(world.bank, by=world.tom, version=3)
    people = tp.list_operators(world.bank, by=world.tom)
    assert [operator.id for operator in people] == sorted([*PASSWORDS, "engine"])
    assert people[0] == world.ann.operator
    (listed,) = tp.find_lists(world.bank, by=world.tom)
    assert (listed.name, listed.parties) == ("ofac", 1)


def test_reading_asks_for_a_session(world: World) -> None:
    tp.close_session(world.bank, by=world.tom)
    for read in (tp.find_requests, tp.get_policy, tp.list_operators, tp.find_lists):
        with pytest.raises(tp.SessionExpired):
            read(world.bank, by=world.tom)
    for read_case in (tp.get_case, tp.case_balances):
        with pytest.raises(tp.SessionExpired):
            read_case(world.bank, "CS-0", by=world.tom)
        with pytest.raises(tp.NotFound):
            read_case(world.bank, "CS-0", by=world.ann)


def test_cases_are_listed_about_something_and_the_newest(world: World) -> None:
    opened: list[tp.Case] = []
    for subject in ("a", "b", "a", "c"):
        if opened and subject == "a":
            tp.resolve_case(world.bank, opened[0].id, resolution="done", by=world.ann)
        opened.append(tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject=subject, note="look", by=world.ann))
        world.clock.advance(1)

    def listed(**wanted: Any) -> list[str]:
        return [case.subject for case in tp.list_cases(world.bank, by=world.ann, **wanted)]

    assert listed(about=["a"]) == ["a#2"]
    assert listed(about=["a", "c"], open_only=False) == ["a", "a#2", "c"]
    assert listed(about=[]) == []
    assert listed(newest=2) == ["a#2", "c"]
    assert listed(newest=4, open_only=False)[:2] == ["a", "b"]
    with pytest.raises(tp.InvalidInput):
        listed(newest=0)


LATE: dict[str, Callable[[UnitOfWork], object]] = {
    "newest cases": lambda uow: uow.cases.all(open_only=False, newest=10),
    "cases of a day": lambda uow: uow.cases.opened(0, 86_400),
    "posted in late blocks": lambda uow: uow.ledger.posted_beyond(10**6, asset_ids=[TOKEN.id]),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL plans otherwise for so few rows
@pytest.mark.parametrize("what", LATE)
def test_what_is_late_is_found_without_a_look_at_all_before_it(world: World, what: str) -> None:
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        if text.startswith("SELECT"):
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()
            plans.append("\n".join(row[-1] for row in plan))

    with world.bank.store.read() as uow:
        event.listen(uow.connection, "before_cursor_execute", explain)
        LATE[what](uow)
    (plan,) = plans
    assert "ix_cases_opened" in plan or "ix_entries_block" in plan, plan
    assert "TEMP B-TREE" not in plan, plan


@pytest.mark.parametrize("listed", [False, True])
def test_a_case_shows_its_money_until_it_is_gone(world: World, listed: bool) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50 if listed else 70, **({"sender": LISTED} if listed else {}))
    world.to_finality()
    case = world.case(tp.CaseKind.SCREENING_MATCH if listed else tp.CaseKind.OVERPAYMENT)
    standing = euro(50 if listed else 20)
    seen = tp.get_case(world.bank, case.id, by=world.tom)  # a teller is told of a match that somebody looks, no more
    told = replace(case, kind=tp.CaseKind.OTHER, note="") if listed else case
    assert [seen, *tp.list_cases(world.bank, by=world.tom)] == [told, told]
    assert tp.case_balances(world.bank, case.id, by=world.tom) == [standing]
    with pytest.raises(tp.WrongState, match=f"under the case: {standing}"):
        tp.resolve_case(world.bank, case.id, resolution="x", by=world.ann)
    if not listed:
        to = f"customer/{world.boris.id}"
        tp.refund(world.bank, of=case.id, to=to, amount=standing, by=world.ann, key="back")
        assert tp.case_balances(world.bank, case.id, by=world.tom) == []
        assert not tp.resolve_case(world.bank, case.id, resolution="refunded", by=world.ann).is_open


def test_a_teller_reports_on_nothing(world: World) -> None:
    reports: list[Callable[..., object]] = [tp.volumes, tp.large_transfers, tp.suspicious_cases]
    for report in reports:
        with pytest.raises(tp.NotPermitted):
            report(world.bank, since_s=0, until_s=1, by=world.tom)


def test_volumes_add_up_what_became_final_by_day(world: World) -> None:
    start_s = world.clock.now_s()

    def told(*, until_s: int | None = None) -> list[tuple[str, str, int, str]]:
        until_s = world.clock.now_s() + 1 if until_s is None else until_s
        found = tp.volumes(world.bank, since_s=start_s, until_s=until_s, by=world.ann)
        return [(it.branch, it.purpose, it.count, str(it.amount)) for it in found]

    before = told()
    world.paid(20)
    world.paid("5.25")
    held = world.paid(200)
    assert held.state is tp.PaymentState.HELD
    assert told() == sorted([*before, ("main", "payment", 2, "25.25 DEUR")])
    world.next_day()
    world.paid(1)
    assert told()[-1] == ("main", "payment", 1, "1.00 DEUR")
    days = [it.day for it in tp.volumes(world.bank, since_s=start_s, until_s=world.clock.now_s() + 1, by=world.ann)]
    assert days == sorted(days)
    assert len(set(days)) > 1
    assert told(until_s=start_s) == []
    for since_s, until_s in ((-1, 5), (5, 4), (0, 401 * 86_400)):
        with pytest.raises(tp.InvalidInput):
            tp.volumes(world.bank, since_s=since_s, until_s=until_s, by=world.ann)


def test_health_says_who_stopped_and_what_waits(world: World) -> None:
    well = tp.bank_health(world.bank, by=world.tom)
    (chain,) = well.chains
    assert (well.stopped_by, well.resume_asked_by, chain.name, chain.halted, chain.payments) == ("", "", "fake", "", 0)
    assert chain.head_number >= chain.final_number > 0
    assert [head.stream for head in well.streams] == ["engine", "main"]
    payee = tp.Address(b"\x77" * 20).caip10(chain.chain_id)
    assert world.paid(1, creditor=payee).state is tp.PaymentState.CLEARED
    tp.stop_payments(world.bank, reason="odd", by=world.ann)
    assert tp.resume_payments(world.bank, by=world.bob) is False
    ill = tp.bank_health(world.bank, by=world.tom)
    assert (ill.stopped_by, ill.resume_asked_by, ill.chains[0].payments) == ("ann", "bob", 1)
