"""What nobody foresaw of names: data and rows that cannot be read, people who leave, lists that are silent a while.

Nothing goes past a hit, and what is wrong with one payment keeps nobody else waiting.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import tokenpay as tp
from tests.integration.operations.test_names import (
    HIT,
    PENDING,
    UNAVAILABLE,
    codes,
    enrol,
    load,
    look,
    party_case,
    release,
    to,
)
from tests.integration.operations.test_travel_rule import OWN, signed
from tests.travel_data import TODAY, _firm, _name, travel_data
from tests.world import OUTSIDE, STRANGER, TOKEN, World, address_of, euro, sign_in
from tokenpay.steps.attach_data import MOST_RECORDS
from tokenpay.steps.seal_data import data_key, seal
from tokenpay.testing import FakeScreener

pytestmark = pytest.mark.one_database
S = tp.PaymentState


@pytest.fixture
def screener(world: World) -> FakeScreener:
    fake = FakeScreener()
    world.bank = replace(world.bank, screener=fake)
    return fake


def long_data(world: World, account: str, *, letters: int) -> tp.Ivms101:
    """Data of who sent a deposit, 120 local names of as many Cyrillic letters beside their own."""
    local = [{"primaryIdentifier": "\u0416" * letters, "nameIdentifierType": "LEGL"} for _ in range(120)]
    person = {
        "naturalPerson": {"name": {**_name("Smith"), "localNameIdentifier": local}, "customerIdentification": "1"}
    }
    content = {
        "Originator": {"originatorPersons": [person]},
        "Beneficiary": {"beneficiaryPersons": [{"naturalPerson": {"name": _name("Anna")}}], "accountNumber": [account]},
        "OriginatingVASP": {"originatingVASP": _firm("Second Bank", "DE")},
    }
    return tp.read_ivms101(json.dumps(content, ensure_ascii=False), today=TODAY)


def seen(world: World, whole: int = 5) -> tuple[tp.PaymentRequest, tp.Deposit]:
    request = world.request(whole)
    world.deposit(request, whole, sender=STRANGER)
    world.mine()
    world.turn()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.ann)
    return request, deposit


def attach(world: World, subject: str, document: tp.Ivms101) -> tp.TravelRecord:
    return tp.attach_travel_rule(world.bank, subject, document, by=world.tom, key=world.key())


# --- data that does not open


@pytest.mark.parametrize(("letters", "taken"), [(60, True), (100, False)])
def test_data_is_measured_as_it_is_kept(world: World, screener: FakeScreener, letters: int, taken: bool) -> None:
    load(world, ("7", "Osric Vane"))
    look(world)
    _, deposit = seen(world)
    document = long_data(world, world.anna.id, letters=letters)
    if taken:
        attach(world, deposit.id, document)
        told = tp.get_travel_rule(world.bank, deposit.id, by=world.ann)
        assert told.document == document
    else:
        with pytest.raises(tp.InvalidTravelRule, match="longer than 65536 characters"):
            attach(world, deposit.id, document)
    world.to_finality()
    assert world.units(world.anna) == 1_005 * 10**6


def test_data_that_would_be_read_back_as_another_is_refused(world: World) -> None:
    _, deposit = seen(world)
    document = long_data(world, world.anna.id, letters=1)
    with pytest.raises(tp.InvalidTravelRule, match="read back"):
        attach(world, deposit.id, replace(document, spelled=frozenset({"nothing.that.is"})))


UNOPENED = {
    "not sealed": None,
    "no text": b"\xff\xfe",
    "no JSON": b"{",
    "no document": b"[]",
}


@pytest.mark.parametrize("kept", UNOPENED)
def test_data_that_does_not_open_holds_what_it_is_about_and_nobody_else(
    world: World, screener: FakeScreener, kept: str
) -> None:
    """A terminal's role may write such a row, and anybody may seal to the public key."""
    load(world, ("7", "Osric Vane"))
    bad, others = world.paid(20, creditor=OUTSIDE), world.paid(1)
    world.sql(
        "INSERT INTO travel_rules (id, subject, seq, way, institution, country, digest, salt, sealed, attached_by,"
        " attached_at_s, keep_until_s) VALUES ('TR-x', :subject, 1, 'out', 'x', 'DE', :some, :some, :some, 'tom',"
        " :now_s, :later_s)",
        subject=bad.id,
        some=b"junk",
        now_s=world.clock.now_s(),
        later_s=world.clock.now_s() + 10**9,
    )
    with world.bank.store.read() as uow:
        key, bound_to = data_key(uow), uow.travel_rules.get("TR-x").bound_to
    content = UNOPENED[kept]
    if content is not None:
        world.sql("UPDATE travel_rules SET sealed = :sealed", sealed=seal(content, to=key, bound_to=bound_to))
    seen(world)
    world.to_finality()
    assert (world.now(others).state, world.units(world.anna)) == (S.FINAL, 1_004 * 10**6)
    assert (world.now(bad).state, codes(world.now(bad))) == (S.HELD, UNAVAILABLE)
    assert world.cases() == [("screening_unavailable", "travel_rule/TR-x")]
    attach(world, bad.id, travel_data(world.anna.id))  # what can be compared takes its place
    look(world)
    assert world.now(bad).state is S.CLEARED


def test_a_fault_that_nobody_foresaw_ends_its_step_and_not_the_engine(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "secret")

    held = world.paid(200)
    world.next_day()
    monkeypatch.setattr("tokenpay.engine.screen_names", broken)
    monkeypatch.setattr("tokenpay.engine.settle", broken)
    turn = tp.run_once(world.bank, by=world.engine)
    said = "a step of the engine broke, and nobody foresaw how: UnicodeDecodeError"
    assert (str(turn.error), str(turn.chains[0].error)) == (said, said)
    assert turn.chains[0].watched is not None
    assert world.now(held).state is S.EXPIRED


def test_a_held_payment_that_cannot_be_judged_keeps_nobody_behind_it(world: World, screener: FakeScreener) -> None:
    load(world, ("7", "Osric Vane"))
    bad, good = world.paid(1), world.paid(2)
    world.sql(
        "INSERT INTO approvals (payment_id, operator_id, part, intent_hash, at_s, signature)"
        " SELECT payment_id, 'bob', 'checker', intent_hash, at_s, :junk FROM approvals WHERE payment_id = :payment",
        junk=b"\0",
        payment=bad.id,
    )
    for _ in range(3):
        look(world)
    assert (world.now(bad).state, world.now(good).state) == (S.HELD, S.FINAL)
    assert world.cases() == [("payment_stuck", bad.id)]


# --- data in the place of other data, and on the payment where there is no deposit


def told(world: World, request: tp.PaymentRequest, family: str) -> tp.Ivms101:
    return travel_data("1", account=address_of(request).caip10(TOKEN.chain_id or 0), family=family)


def test_other_data_does_not_undo_a_hit_of_a_payment(world: World, screener: FakeScreener) -> None:
    world.decree(travel_rule=tp.TravelRule())
    load(world, ("7", "Smith"))
    look(world)
    payment = world.paid(20, creditor=OUTSIDE)
    first = attach(world, payment.id, travel_data(world.anna.id))
    payee = replace(travel_data(world.anna.id).beneficiary, persons=(travel_data("1").originator.persons[0],))
    other = replace(travel_data(world.anna.id), beneficiary=payee)
    attach(world, payment.id, other)  # before the first was compared
    for _ in range(2):
        look(world)
        assert codes(world.now(payment)) == HIT
        attach(world, payment.id, other)
    release(world, party_case(world, f"travel_rule/{first.id}"))
    look(world)
    assert world.now(payment).state is S.CLEARED


@pytest.mark.parametrize("when", ["before it is final", "once it is blocked"])
def test_other_data_does_not_undo_a_hit_of_a_deposit(world: World, screener: FakeScreener, when: str) -> None:
    load(world, ("7", "Osric Vane"))
    look(world)
    request, deposit = seen(world)
    attach(world, deposit.id, told(world, request, "Osric Vane"))
    look(world)
    if when == "once it is blocked":
        world.to_finality()
    attach(world, deposit.id, told(world, request, "Olaf Vine"))
    world.to_finality()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.ann)
    assert deposit.outcome is tp.DepositOutcome.BLOCKED
    case = party_case(world, deposit.id)
    out = world.paid(5, debtor=f"blocked/{case.id}", creditor=to(world.anna), by=world.ann)
    look(world)
    assert codes(tp.approve(world.bank, out.id, by=world.bob)) == HIT
    release(world, case)
    look(world)
    assert world.now(out).state is S.FINAL
    world.prove()


def test_who_sent_money_that_no_log_tells_of_is_compared(world: World, screener: FakeScreener) -> None:
    world.decree(travel_rule=tp.TravelRule())
    load(world, ("7", "Osric Vane"))
    look(world)
    request = world.request(5)
    world.deposit(request, 5)
    world.to_finality()
    world.deposit(request, 5, logged=False)
    world.to_finality()
    tp.recognise_holding(world.bank, asset_id=TOKEN.id, address=address_of(request), by=world.ann)
    case = world.case(tp.CaseKind.UNMATCHED_DEPOSIT)
    back = tp.refund(world.bank, of=case.id, to=to(world.anna), amount=euro(5), by=world.ann, key=world.key())
    assert isinstance(back, tp.Payment)
    record = attach(world, back.id, travel_data("1", account=world.anna.id, family="Osric Vane"))
    tp.approve(world.bank, back.id, by=world.bob)
    look(world)
    assert codes(world.now(back)) == HIT
    release(world, party_case(world, f"travel_rule/{record.id}"))
    look(world)
    assert world.now(back).state is S.FINAL
    world.prove()


# --- who released a hit and left


def supervisor(world: World, session: str, *, active: bool = True) -> None:
    """Make somebody a supervisor, or dismiss them, as the owner of the database does."""
    world.sql("UPDATE operators SET role = 'supervisor', active = :active WHERE id = :id", active=active, id=session)
    if active:
        setattr(world, session, sign_in(world.bank, session))


@pytest.mark.parametrize("moment", ["after both signed", "before the second signed", "a second who never signed"])
def test_a_hit_whose_release_stands_no_more_has_a_case_and_is_released_anew(
    world: World, screener: FakeScreener, moment: str
) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    case = party_case(world, to(who))

    def ask(by: tp.Session) -> tp.NameRelease:
        return tp.release_hit(world.bank, case.id, list_name="names", entry_id="7", reason="born later", by=by)

    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="402857", by=world.tom, key=world.key())
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="402857", terminal="kiosk")
    asked = ask(world.ann)
    if moment == "after both signed":
        tp.confirm_release(world.bank, asked.id, by=world.bob)
        assert world.paid(1, creditor=to(who)).state is S.FINAL
    if moment == "a second who never signed":
        world.sql(
            "UPDATE name_releases"
            " SET confirmed_by = 'bob', confirmed_at_s = asked_at_s, confirmed_signature = signature"
        )
    supervisor(world, "tom")
    if moment != "a second who never signed":
        supervisor(world, "ann", active=False)
    with pytest.raises(tp.NotPermitted, match="release the hit anew"):
        tp.confirm_release(world.bank, asked.id, by=world.bob)
    held = world.paid(1, creditor=to(who), by=anna)  # nobody who works there made it, and all of them may release it
    assert codes(world.now(held)) == HIT
    ((kind, about),) = [(each.kind, each.about) for each in tp.list_cases(world.bank, by=world.bob) if each.is_open]
    assert (kind, about) == (tp.CaseKind.POSSIBLE_MATCH, to(who))
    (hit,) = tp.case_hits(world.bank, case.id, by=world.bob)
    assert (hit.asked, hit.released) == (None, False)
    anew = ask(world.tom)
    assert anew.id != asked.id
    assert ask(world.bob) == anew
    tp.confirm_release(world.bank, anew.id, by=world.bob)
    look(world)
    assert world.now(held).state is S.FINAL
    assert not any(each.is_open for each in tp.list_cases(world.bank, by=world.bob))


def test_a_hit_whose_case_was_resolved_without_a_release_has_a_case_again(world: World, screener: FakeScreener) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    case = party_case(world, to(who))
    for by in (world.ann, world.bob):
        tp.resolve_case(world.bank, case.id, resolution="it is him", by=by)
    assert world.cases() == []
    held = world.paid(1, creditor=to(who))
    assert world.paid(2, creditor=to(who)).state is S.HELD
    assert world.cases() == [("possible_match", f"{to(who)}#2")]
    release(world, world.case(tp.CaseKind.POSSIBLE_MATCH))
    look(world)
    assert world.now(held).state is S.FINAL


# --- what waits, and what ends the wait


def test_data_whose_comparison_failed_is_compared_again_after_an_hour(world: World, screener: FakeScreener) -> None:
    world.decree(travel_rule=tp.TravelRule())
    load(world, ("7", "Osric Vane"))
    look(world)
    payment = world.paid(20, creditor=OUTSIDE)
    attach(world, payment.id, travel_data(world.anna.id))
    screener.breaks = RuntimeError("broken")
    look(world)
    screener.breaks = None
    asked = len(screener.asked)
    for _ in range(3):
        look(world)
    assert (codes(world.now(payment)), len(screener.asked)) == (UNAVAILABLE, asked)
    world.clock.advance(3_600)
    look(world)
    assert world.now(payment).state is S.CLEARED


@pytest.mark.parametrize("creditor", ["in the books", "an address"])
def test_what_was_held_while_a_list_was_silent_goes_on_once_it_speaks(
    world: World, screener: FakeScreener, creditor: str
) -> None:
    load(world, *(("7", "Osric Vane"), ("8", "Ulla Brandt")))
    look(world)
    world.clock.advance(1)
    load(world, ("7", "Osric Vane"))  # it lost too much for one person
    held = world.paid(1, creditor=to(world.boris) if creditor == "in the books" else OUTSIDE)
    large = world.paid(200)
    assert (codes(held), codes(large)) == (UNAVAILABLE, [*UNAVAILABLE, "approval.second_person"])
    look(world)
    assert codes(world.now(held)) == UNAVAILABLE
    load(world, ("7", "Osric Vane"), by=world.bob)
    for _ in range(2):
        look(world)
    if creditor == "an address":  # a list was silent about it: a person looks
        assert (world.now(held).state, codes(world.now(held))) == (S.HELD, UNAVAILABLE)
        assert tp.approve(world.bank, held.id, by=world.bob).state is S.CLEARED
    else:
        assert world.now(held).state is S.FINAL
    assert (world.now(large).state, codes(world.now(large))) == (S.HELD, ["approval.second_person"])
    assert tp.approve(world.bank, large.id, by=world.bob).state is S.FINAL


def resume(world: World) -> None:
    for by in (world.ann, world.bob):
        tp.resume_payments(world.bank, by=by)


CLOSED = tp.Hours()
PAUSES: dict[str, tuple[Callable[[World], object], Callable[[World], object]]] = {
    "stopped": (lambda world: tp.stop_payments(world.bank, reason="a drill", by=world.ann), resume),
    "closed": (lambda world: world.decree(hours=CLOSED), lambda world: world.decree(hours=tp.Hours.always())),
}


@pytest.mark.parametrize("pause", PAUSES)
def test_what_waits_for_a_name_outlives_a_pause_of_the_bank(world: World, screener: FakeScreener, pause: str) -> None:
    load(world, ("7", "Osric Vane"))
    held = world.paid(1)
    begins, ends = PAUSES[pause]
    begins(world)
    look(world)
    assert (world.now(held).state, codes(world.now(held))) == (S.HELD, PENDING)
    ends(world)
    look(world)
    assert world.now(held).state is S.FINAL


# --- what one person alone adds or says, and what comes late


class Learning(FakeScreener):
    """Takes for a name of its own what a list of three entries or more has, as the shipped one learns from a list."""

    def compare(self, known: tp.ScreeningList, name: str) -> tuple[Any, ...]:
        return super().compare(known, name) if len(self._lists[known.name][1]) < 3 else ()


def test_what_one_person_adds_to_a_list_lets_no_hit_go(world: World) -> None:
    world.bank = replace(world.bank, screener=Learning())
    who = enrol(world, "Osric Vane")
    rows = [("7", "Osric Vane")]
    load(world, *rows)
    held = world.paid(1, creditor=to(who))
    look(world)
    assert codes(world.now(held)) == HIT
    world.clock.advance(1)
    rows += [("8", "Ulla Vane"), ("9", "Karl Vane")]
    assert load(world, *rows).doubts == ()
    for _ in range(2):
        look(world)
    assert (world.now(held).state, codes(world.now(held))) == (S.HELD, HIT)
    release(world, party_case(world, to(who)))
    look(world)
    assert world.now(held).state is S.FINAL
    world.clock.advance(1)
    rows[0] = ("7", "Osric Vane|O. Vane")  # an entry that changed is a hit of its own
    assert load(world, *rows).doubts == ()
    again = world.paid(1, creditor=to(who))
    look(world)
    assert codes(world.now(again)) == HIT
    world.clock.advance(1)
    rows[0] = ("7", "O. Vane")
    for by in (world.ann, world.bob):
        load(world, *rows, by=by)
    look(world)
    assert world.now(again).state is S.FINAL  # two people took the name off


def test_data_that_comes_when_its_transfer_is_over_is_compared_all_the_same(
    world: World, screener: FakeScreener
) -> None:
    load(world, ("7", "Osric Vane"), ("8", "Second Bank"))
    look(world)
    request, deposit = seen(world)
    world.to_finality()
    paid = world.paid(20, creditor=OUTSIDE)
    world.to_finality()
    assert world.now(paid).state is S.FINAL
    came = attach(world, deposit.id, told(world, request, "Osric Vane"))
    left = attach(world, paid.id, travel_data(world.anna.id))
    look(world)
    for record in (came, left):
        release(world, party_case(world, f"travel_rule/{record.id}"), entry="7" if record is came else "8")
    assert look(world) == tp.ScreenedNames()
    assert world.cases() == []


def test_whom_data_names_on_our_side_by_another_name_is_compared(world: World, screener: FakeScreener) -> None:
    load(world, ("7", "Smith"))
    look(world)
    request, deposit = seen(world)
    attach(world, deposit.id, told(world, request, "Barnes"))  # it says that Smith is paid here, not Anna
    world.to_finality()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.ann)
    assert deposit.outcome is tp.DepositOutcome.BLOCKED


# --- what comes while the gate lets nothing go, and what somebody makes very many of


def _attached(world: World, payment: tp.Payment) -> None:
    attach(world, payment.id, travel_data(world.anna.id))


def _proved(world: World, payment: tp.Payment) -> None:
    asked = tp.begin_wallet_proof(world.bank, customer_id=world.anna.id, wallet=OWN, by=world.tom)
    tp.prove_wallet(world.bank, asked.id, signed(asked), by=world.tom)


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("brings", [_attached, _proved])
def test_what_is_brought_during_a_pause_of_the_bank_counts_after_it(
    world: World, pause: str, brings: Callable[[World, tp.Payment], None]
) -> None:
    world.decree(travel_rule=tp.TravelRule())
    held = world.paid(20, creditor=OUTSIDE if brings is _attached else OWN)
    begins, ends = PAUSES[pause]
    begins(world)
    brings(world, held)
    look(world)
    assert (world.now(held).state, codes(world.now(held))) == (S.HELD, ["travel_rule.data_missing"])
    ends(world)
    look(world)
    assert world.now(held).state is S.CLEARED


def test_a_turn_looks_at_some_of_what_is_held_and_the_next_at_those_behind(
    world: World, screener: FakeScreener, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(world, *((str(n), f"Vane {letter}") for n, letter in enumerate("abcde")))
    payees = [enrol(world, f"Vane {letter}") for letter in "abcde"]
    look(world)
    held = []
    for payee in payees:
        world.clock.advance(1)
        held.append(world.paid(1, creditor=to(payee)))
    monkeypatch.setattr("tokenpay.steps.ask_gate_again._AT_ONCE", {"screening.": 2})
    look(world)  # past the first two
    for n in (0, 3, 4):
        release(world, party_case(world, to(payees[n])), entry=str(n))
    turns = [look(world).payments for _ in range(4)]
    assert turns == [(held[3].id,), (held[4].id,), (held[0].id,), ()]
    assert [world.now(payment).state for payment in held] == [S.FINAL, S.HELD, S.HELD, S.FINAL, S.FINAL]


@pytest.mark.parametrize("place", ["nowhere", "-1 x", "\u0661 x", "9" * 40, " "])
def test_a_place_that_is_none_begins_anew(world: World, screener: FakeScreener, place: str) -> None:
    load(world, ("n", "Vane a"))
    payee = enrol(world, "Vane a")
    look(world)
    held = world.paid(1, creditor=to(payee))
    look(world)
    release(world, party_case(world, to(payee)), entry="n")
    with world.bank.store.unit_of_work() as uow:
        uow.facts.set("asked_again/screening.", place)
    assert look(world).payments == (held.id,)


def test_a_transfer_has_so_much_data_and_no_more(world: World) -> None:
    payment = world.paid(20, creditor=OUTSIDE)
    data = travel_data(world.anna.id)
    for _ in range(MOST_RECORDS):
        attach(world, payment.id, data)
    with pytest.raises(tp.InvalidInput, match="20 times"):
        attach(world, payment.id, data)
