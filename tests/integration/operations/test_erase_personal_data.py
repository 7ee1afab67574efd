"""Personal data beside the audit: kept while it must be, erased by two people, and every other way of going found."""

# ruff: noqa: S608 - each attack is made of constants

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.armed import arm, confirm
from tests.travel_data import travel_data
from tests.world import OUTSIDE, TOKEN, Template, World, address_of, euro, opened, sign_in
from tokenpay.compliance.travel_rule import TravelRule
from tokenpay.operations.erase_outdated import erase_outdated
from tokenpay.testing import FakeScreener

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KEPT_S = TravelRule().kept_s
WHY, FREE = "called Anna Vogt at home", "a reason of its own"
CLARA = "Clara Vogt"


def later(world: World, by_s: int = KEPT_S) -> None:
    """Let time pass, on the chain too, and everybody sign in anew."""
    world.clock.advance(by_s)
    world.chain.mine(timestamp_s=world.clock.now_s())
    for id in ("ann", "bob", "tom"):
        setattr(world, id, sign_in(world.bank, id))
    world.engine = tp.engine_session(world.bank)


def _clara(world: World) -> None:
    """Leave a customer with something of everything that can be erased, who is closed."""
    made = tp.enrol_customer(world.bank, name=CLARA, by=world.tom, key=world.key())
    world.endow(made, 10)
    world.decree(travel_rule=tp.TravelRule(units={TOKEN.id: euro(5).units}))
    tp.refuse(world.bank, world.paid(150, creditor=f"customer/{made.id}").id, reason=WHY, by=world.ann)
    out = world.paid(10, debtor=f"customer/{made.id}", creditor=OUTSIDE)
    tp.attach_travel_rule(world.bank, out.id, travel_data(made.id), by=world.tom, key=world.key())
    world.to_finality()
    assert world.now(out).state is tp.PaymentState.FINAL
    for verb in (tp.freeze_customer, tp.unfreeze_customer):
        verb(world.bank, made.id, reason=WHY, by=world.ann)
    case = tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject=made.id, note=WHY, by=world.ann)
    tp.resolve_case(world.bank, case.id, resolution=WHY, by=world.ann)
    tp.close_customer(world.bank, made.id, reason=WHY, by=world.ann)


@pytest.fixture
def world(database_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[World]:
    with opened(template_of(database_url, _clara), tmp_path, database_url) as found:
        yield found


def clara(world: World) -> tp.Customer:
    (found,) = tp.find_customers(world.bank, CLARA, by=world.tom)
    return found


def erased(world: World, customer: tp.Customer) -> tp.Erasure:
    tp.erase_personal_data(world.bank, customer.id, by=world.ann)
    return tp.erase_personal_data(world.bank, customer.id, by=world.bob)


def everything(world: World) -> str:
    """All that stands in any table, in words."""
    with world.bank.store.read() as uow:
        tables = sa.inspect(uow.connection).get_table_names()
        rows = [uow.connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in tables]
    return str(rows)


def whole(world: World, **beside: Any) -> bool:
    try:
        tp.verify_audit(world.bank, by=world.ann, **beside)
    except tp.IntegrityError:
        return False
    return True


def test_what_names_a_person_goes_and_the_proof_of_the_ledger_stays(world: World) -> None:
    customer = clara(world)
    heads = outside(world)
    assert all(word in everything(world) for word in (CLARA, CLARA.lower(), WHY))
    later(world)
    asked = tp.erase_personal_data(world.bank, customer.id, by=world.ann)
    assert (asked.state.value, asked.asked_by) == ("asked", "ann")
    done = tp.erase_personal_data(world.bank, customer.id, by=world.bob)
    assert (done.state.value, done.agreed_by, done.erased_at_s) == ("erased", "bob", world.clock.now_s())
    assert not any(word in everything(world) for word in (CLARA, CLARA.lower(), WHY))
    after = tp.get_customer(world.bank, customer.id, by=world.tom)
    assert (after.name, after.status.value, after.erased_at_s) == ("(erased)", "closed", world.clock.now_s())
    with world.bank.store.read() as uow:
        assert all(text.erased_at_s for text in uow.audit_texts.of(customer.id))
        assert uow.travel_rules.outdated(now_s=world.clock.now_s()) == []
    assert whole(world)
    assert whole(world, heads=heads)
    world.prove()
    for by in (world.ann, world.bob):  # again
        assert tp.erase_personal_data(world.bank, customer.id, by=by) == done
    assert tp.get_erasure(world.bank, customer.id, by=world.tom) == done


def test_a_case_about_whom_a_document_names_keeps_it_and_goes_with_it(world: World) -> None:
    customer = clara(world)
    with world.bank.store.unit_of_work() as uow:
        (data,) = uow.travel_rules.standing_of(uow.erasures.subjects(customer.id))
        kind, note = tp.CaseKind.POSSIBLE_MATCH, "may be her cousin"
        uow.cases.add(tp.Case(id="CS-data", kind=kind, subject=f"travel_rule/{data.id}", note=note, opened_at_s=1))
    later(world)
    with pytest.raises(tp.WrongState, match="case") as refused:
        tp.erase_personal_data(world.bank, customer.id, by=world.ann)
    assert refused.value.fields["case"] == "CS-data"
    for by in (world.ann, world.bob):
        tp.resolve_case(world.bank, "CS-data", resolution=note, by=by)
    erased(world, customer)
    assert note not in everything(world)


def test_data_on_blocked_money_stays_while_the_money_does(world: World) -> None:
    world.bank = replace(world.bank, screener=FakeScreener())
    world.decree(list_max_age_s=2 * KEPT_S)
    world.clock.advance(1)
    row = b"id,kind,names,addresses,programs\n7,person,Barnes,,\n"
    at_s = world.clock.now_s()
    tp.load_list(world.bank, name="names", form=tp.ListForm.OWN, files=[row], dated_s=at_s, by=world.ann)
    tp.screen_names(world.bank, by=world.engine)
    request = world.request(5)
    world.deposit(request, 5)
    world.mine()
    world.turn()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.ann)
    data = travel_data("1", account=address_of(request).caip10(TOKEN.chain_id or 0))
    record = tp.attach_travel_rule(world.bank, deposit.id, data, by=world.tom, key=world.key())
    world.to_finality()
    (case,) = (each for each in tp.list_cases(world.bank, by=world.ann) if each.about == deposit.id)
    later(world)
    assert record.id not in {each.id for each in tp.erase_travel_rule(world.bank, by=world.ann)}
    assert erase_outdated(world.bank, by=world.engine).documents == 0
    out = world.paid(5, debtor=f"blocked/{case.id}", by=world.ann)
    tp.approve(world.bank, out.id, by=world.bob)
    assert world.now(out).state is tp.PaymentState.HELD
    tp.release_hit(world.bank, case.id, list_name="names", entry_id="7", reason="another", by=world.ann)
    (hit,) = tp.case_hits(world.bank, case.id, by=world.ann)
    assert hit.asked is not None
    tp.confirm_release(world.bank, hit.asked.id, by=world.bob)
    tp.screen_names(world.bank, by=world.engine)
    assert world.now(out).state is tp.PaymentState.FINAL
    for by in (world.ann, world.bob):
        tp.resolve_case(world.bank, case.id, resolution="paid out", by=by)
    assert [each.id for each in tp.erase_travel_rule(world.bank, by=world.ann)] == [record.id]
    assert whole(world)


def outside(world: World) -> list[tp.HeadStep]:
    tp.sign_heads(world.bank, by=world.engine, at_once=True)
    with world.bank.store.read() as uow:
        return uow.signed_heads.all()


def _nothing(world: World, customer: tp.Customer) -> None:
    later(world)


def _too_soon(world: World, customer: tp.Customer) -> None:
    later(world, KEPT_S - 10)


def _case(world: World, customer: tp.Customer) -> None:
    tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject=f"customer/{customer.id}", note="n", by=world.ann)
    later(world)


def _typed_since(world: World, customer: tp.Customer) -> None:
    later(world, KEPT_S - 10)
    case = tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject=customer.id, note="n", by=world.ann)
    tp.resolve_case(world.bank, case.id, resolution="r", by=world.ann)
    later(world, 20)


def _longer(world: World, customer: tp.Customer) -> None:
    world.decree(travel_rule=tp.TravelRule(kept_s=KEPT_S + 5_000))
    later(world)


REFUSED: dict[str, tuple[Callable[[World, tp.Customer], None], str]] = {
    "the time of keeping is not over": (_too_soon, "still to be kept"),
    "a case is open": (_case, "case"),
    "something was typed since": (_typed_since, "still to be kept"),
    "the policy keeps for longer": (_longer, "still to be kept"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_keeps_it(world: World, name: str) -> None:
    customer = clara(world)
    before, said = REFUSED[name]
    before(world, customer)
    with pytest.raises(tp.WrongState, match=said):
        tp.erase_personal_data(world.bank, customer.id, by=world.ann)
    assert CLARA in everything(world)


def test_who_is_a_customer_still_is_not_erased(world: World) -> None:
    world.paid(200)
    later(world)
    with pytest.raises(tp.WrongState, match="not closed"):
        tp.erase_personal_data(world.bank, world.anna.id, by=world.ann)
    with pytest.raises(tp.NotFound):
        tp.erase_personal_data(world.bank, "C0", by=world.ann)
    with pytest.raises(tp.NotFound):
        tp.get_erasure(world.bank, world.anna.id, by=world.ann)


def test_it_takes_two_people_and_supervisors(world: World) -> None:
    customer = clara(world)
    later(world)
    with pytest.raises(tp.NotPermitted):
        tp.erase_personal_data(world.bank, customer.id, by=world.tom)
    for _ in range(2):
        asked = tp.get_erasure if _ else tp.erase_personal_data
        assert asked(world.bank, customer.id, by=world.ann).state.value == "asked"
    with pytest.raises(tp.NotPermitted, match="two people"):
        tp.erase_personal_data(world.bank, customer.id, by=world.ann)
    assert CLARA in everything(world)


def test_what_opens_between_the_two_keeps_it(world: World) -> None:
    customer = clara(world)
    later(world)
    tp.erase_personal_data(world.bank, customer.id, by=world.ann)
    tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject=customer.id, note="n", by=world.ann)
    with pytest.raises(tp.WrongState):
        tp.erase_personal_data(world.bank, customer.id, by=world.bob)
    assert CLARA in everything(world)


# --- what is read, and what leaves


def test_reading_shows_a_text_where_it_stands_and_when_it_went(world: World) -> None:
    customer = clara(world)
    (line,) = [told for told in read(world) if told.record.action == "customer.closed"]
    assert [(text.name, text.text) for text in line.texts] == [("reason", WHY)]
    assert WHY not in line.record.details
    later(world)
    erased(world, customer)
    (line,) = [told for told in read(world) if told.record.action == "customer.closed"]
    assert [(text.text, text.erased_at_s) for text in line.texts] == [(None, world.clock.now_s())]


def read(world: World) -> list[tp.ToldRecord]:
    return tp.read_audit(world.bank, stream="main", limit=1_000, by=world.ann)


@pytest.mark.parametrize(("after_seq", "limit"), [(-1, 5), (0, 0), (0, 1_001)])
def test_reading_has_bounds(world: World, after_seq: int, limit: int) -> None:
    with pytest.raises(tp.InvalidInput):
        tp.read_audit(world.bank, stream="main", after_seq=after_seq, limit=limit, by=world.ann)


def test_no_event_carries_what_was_typed(world: World) -> None:
    clara(world)
    tp.stop_payments(world.bank, reason=FREE, by=world.ann)
    events = tp.read_events(world.bank, by=world.ann, limit=1_000)
    assert not any(word in str(events) for word in (WHY, FREE, CLARA))


def test_texts_are_exported_apart_and_proved_with_their_records(world: World, tmp_path: Path) -> None:
    clara(world)
    key = world.bank.required_signer().head_key()
    outside(world)
    records, texts = tmp_path / "records", tmp_path / "texts"
    made = tp.export_audit(world.bank, records, stream="main", texts=texts, by=world.ann)
    assert made.texts >= 4
    assert WHY not in records.read_text()
    assert WHY in texts.read_text()
    assert tp.verify_audit_export(records, key=key, texts=texts) == made
    assert tp.verify_audit_export(records, key=key).texts == 0
    for changed in (texts.read_text().replace("home", "work"), texts.read_text().replace('"seq":', '"seq":1', 1)):
        texts.write_text(changed)
        with pytest.raises(tp.IntegrityError):
            tp.verify_audit_export(records, key=key, texts=texts)
    for other in ("", "{}\n", records.read_text()):
        texts.write_text(other)
        with pytest.raises(tp.InvalidInput):
            tp.verify_audit_export(records, key=key, texts=texts)


# --- by rule


def test_what_is_about_nobody_goes_by_rule_and_so_do_spent_challenges(world: World) -> None:
    tp.stop_payments(world.bank, reason=FREE, by=world.ann)
    assert erase_outdated(world.bank, by=world.engine).texts == 0
    later(world)
    with pytest.raises(tp.NotPermitted):
        erase_outdated(world.bank, by=world.ann)
    assert FREE in everything(world)
    world.turn()
    assert FREE not in everything(world)
    assert whole(world)
    tp.stop_payments(world.bank, reason=FREE, by=world.ann)  # nothing happens: they are stopped
    assert erase_outdated(world.bank, by=world.engine).texts == 0


def test_the_engine_does_it_once_a_day(world: World) -> None:
    tp.stop_payments(world.bank, reason=FREE, by=world.ann)
    later(world, KEPT_S - 100)
    assert tp.run_once(world.bank, by=world.engine).erased.documents == 0
    world.clock.advance(200)
    assert tp.run_once(world.bank, by=world.engine).erased == tp.Outdated()
    later(world, 86_400)
    done = tp.run_once(world.bank, by=world.engine).erased
    assert (done.texts, done.documents) == (1, 1)


def test_spent_challenges_go_and_what_proves_a_consent_stays(world: World) -> None:
    arm(world)
    confirmed, waits, ended = world.paid(200), world.paid(200), world.paid(200)
    confirm(world, confirmed, world.tom)
    for payment in (waits, ended):
        tp.ask_passkey(world.bank, payment.id, by=world.tom)
    tp.cancel(world.bank, ended.id, by=world.tom)
    world.turn()
    assert asked_of(world) == {confirmed.id, waits.id, ended.id, None}  # None: for the keys of the staff
    later(world, 87_000)
    world.turn()
    assert asked_of(world) == {confirmed.id} | ({waits.id} if world.now(waits).state is tp.PaymentState.HELD else set())


def test_a_clock_that_ran_ahead_erases_nothing(world: World) -> None:
    tp.stop_payments(world.bank, reason=FREE, by=world.ann)
    world.clock.advance(KEPT_S)
    world.engine = tp.engine_session(world.bank)
    assert tp.run_once(world.bank, by=world.engine).erased == tp.Outdated()
    assert FREE in everything(world)


def test_what_is_typed_about_who_was_erased_goes_by_rule(world: World) -> None:
    customer = clara(world)
    later(world)
    erased(world, customer)
    tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject=customer.id, note="n", by=world.ann)
    later(world)
    assert tp.run_once(world.bank, by=world.engine).erased.texts == 1
    assert whole(world)


def asked_of(world: World) -> set[str | None]:
    with world.bank.store.read() as uow:
        return set(uow.connection.execute(sa.text("SELECT payment_id FROM passkey_challenges")).scalars())


# --- who owns the database

_TEXT = "SELECT hash FROM audit_texts WHERE text IS NOT NULL ORDER BY seq"
_GONE = "UPDATE audit_texts SET text = NULL, salt = NULL, erased_at_s = at_s"
TAMPERED = {
    "a text edited": f"UPDATE audit_texts SET text = text || '.' WHERE hash = ({_TEXT} LIMIT 1)",
    "a salt exchanged": f"UPDATE audit_texts SET salt = zeroblob(32) WHERE hash = ({_TEXT} LIMIT 1)",
    "two texts exchanged, each with its salt": "UPDATE audit_texts SET (text, salt) = (SELECT o.text, o.salt FROM"
    f" audit_texts AS o WHERE o.text <> audit_texts.text LIMIT 1) WHERE hash = ({_TEXT} LIMIT 1)",
    "a text moved to another record": f"UPDATE audit_texts SET seq = seq - 1 WHERE hash = ({_TEXT} LIMIT 1)",
    "a text under another name": f"UPDATE audit_texts SET name = 'x' WHERE hash = ({_TEXT} LIMIT 1)",
    "a text gone with its row": f"DELETE FROM audit_texts WHERE hash = ({_TEXT} LIMIT 1)",
    "all texts gone": "DELETE FROM audit_texts",
    "a text erased that no record tells of": f"{_GONE} WHERE hash = ({_TEXT} LIMIT 1)",
    "a text of no record": "INSERT INTO audit_texts SELECT 'x', stream, seq, 'x', NULL, 1, salt, text, NULL"
    " FROM audit_texts WHERE text IS NOT NULL LIMIT 1",
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_text_is_found(world: World, name: str) -> None:
    tp.freeze_customer(world.bank, world.boris.id, reason=WHY, by=world.ann)
    tp.stop_payments(world.bank, reason=FREE, by=world.ann)
    assert whole(world)
    world.sql(TAMPERED[name])
    assert not whole(world)


def test_an_erased_text_that_stands_again_is_found(world: World) -> None:
    customer = clara(world)
    with world.bank.store.read() as uow:
        kept = uow.audit_texts.of(customer.id)[0]
    later(world)
    erased(world, customer)
    assert whole(world)
    again = "UPDATE audit_texts SET text = :words, salt = :salt, erased_at_s = NULL WHERE hash = :hash"
    world.sql(again, words=kept.text, salt=kept.salt, hash=kept.hash)
    assert not whole(world)


def test_texts_of_archived_records_stay_and_are_met_with_the_archive(world: World, tmp_path: Path) -> None:
    customer = clara(world)
    later(world)
    erased(world, customer)
    tp.stop_payments(world.bank, reason=FREE, by=world.ann)
    outside(world)
    world.clock.advance(60)
    world.request(3)
    now_s = world.clock.now_s()
    tp.archive_audit(world.bank, tmp_path / "a", stream="main", before_s=now_s, by=world.ann)
    archives = [tmp_path / "a"]
    assert whole(world)
    assert whole(world, archives=archives)
    world.sql(f"{_GONE} WHERE text = :words", words=FREE)
    assert whole(world)  # the record of it may stand in the archive
    assert not whole(world, archives=archives)
