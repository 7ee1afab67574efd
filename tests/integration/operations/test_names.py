"""Names at the gate: who is compared and when, what a hit holds, and how two people let it go, once and for all."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.travel_data import travel_data
from tests.world import LISTED, OUTSIDE, START, TOKEN, World, address_of, euro, sign_in
from tokenpay.compliance.name_verdict import Uncompared
from tokenpay.parties.operator import Operator
from tokenpay.steps.shown import reasons_shown
from tokenpay.store.outbox_store import START as START_OF_FEED
from tokenpay.testing import FakeScreener

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SENDER = tp.Address(b"\xee" * 20)
S, V = tp.PaymentState, tp.Verdict
HIT, PENDING, UNAVAILABLE = ["screening.possible_match"], ["screening.pending"], ["screening.unavailable"]


class Away:
    """A signer that does not answer where it is to sign payments."""

    def __init__(self, signer: tp.Signer) -> None:
        self._signer = signer

    def __getattr__(self, name: str) -> Any:
        if name == "sign_transactions":
            raise tp.SignerUnavailable("away")
        return getattr(self._signer, name)


@pytest.fixture
def screener(world: World) -> FakeScreener:
    fake = FakeScreener()
    world.bank = replace(world.bank, screener=fake)
    return fake


def table(*rows: tuple[str, str]) -> bytes:
    """Return a list of (entry, names divided by `|`)."""
    return "\n".join(["id,kind,names,addresses,programs", *(f"{id},person,{names},," for id, names in rows)]).encode()


def load(world: World, *rows: tuple[str, str], name: str = "names", by: tp.Session | None = None) -> tp.LoadedList:
    return tp.load_list(
        world.bank,
        name=name,
        form=tp.ListForm.OWN,
        files=[table(*rows)],
        dated_s=world.clock.now_s(),
        by=by or world.ann,
    )


def reload(world: World, *rows: tuple[str, str]) -> None:
    """Put other entries in the place of the list's, however many it loses."""
    world.clock.advance(1)
    if load(world, *rows).doubts:
        load(world, *rows, by=world.bob)


def codes(payment: tp.Payment) -> list[str]:
    return [reason.code for reason in payment.reasons]


def enrol(world: World, name: str) -> tp.Customer:
    return tp.enrol_customer(world.bank, name=name, by=world.tom, key=world.key())


def to(customer: tp.Customer) -> str:
    return f"customer/{customer.id}"


def look(world: World) -> tp.ScreenedNames:
    world.clock.advance(10)
    return tp.screen_names(world.bank, by=world.engine)


def party_case(world: World, subject: str) -> tp.Case:
    (found,) = (
        case
        for case in tp.list_cases(world.bank, by=world.ann)
        if case.kind is tp.CaseKind.POSSIBLE_MATCH and case.about == subject
    )
    return found


def release(world: World, case: tp.Case, entry: str = "7") -> tp.NameRelease:
    asked = tp.release_hit(
        world.bank, case.id, list_name="names", entry_id=entry, reason="born in another year", by=world.ann
    )
    return tp.confirm_release(world.bank, asked.id, by=world.bob)


# --- who is asked, and when


def test_where_no_list_has_names_nobody_is_asked_and_nothing_is_made_ready(
    world: World, screener: FakeScreener
) -> None:
    assert world.paid(1).state is S.FINAL
    assert look(world) == tp.ScreenedNames()
    assert (screener.taken, screener.asked) == ([], [])
    world.bank = replace(world.bank, screener=None)
    assert world.paid(1).state is S.FINAL


def test_a_name_is_compared_once_a_list_and_everybody_again_when_one_changes(
    world: World, screener: FakeScreener
) -> None:
    load(world, ("7", "Osric Vane"))
    held = world.paid(20)
    assert (held.state, codes(held)) == (S.HELD, PENDING)
    done = look(world)
    assert (done.compared, done.cases, done.payments, done.more) == (2, (), (held.id,), False)
    assert world.now(held).state is S.FINAL
    asked = len(screener.asked)
    for _ in range(3):
        assert look(world) == tp.ScreenedNames()
        assert world.paid(1).state is S.FINAL
    assert (len(screener.asked), screener.taken) == (asked, ["names/1"])
    cora = enrol(world, "Cora")
    assert look(world).compared == 1
    assert screener.asked[asked:] == [("names/1", "Cora")]
    load(world, ("8", "Ulla Brandt"), name="other")  # the first list is not asked again
    assert codes(world.paid(1, creditor=to(cora))) == PENDING
    assert look(world).compared == 3
    assert {label for label, _ in screener.asked[asked + 1 :]} == {"other/1"}
    screener.says = "fake 2"  # compared otherwise than before: what stands holds until it is replaced
    assert world.paid(1).state is S.FINAL
    assert look(world).compared == 3
    assert screener.taken == ["names/1", "other/1"]
    world.prove()


MOMENTS: dict[str, tuple[str, Callable[[World, tp.Customer], tp.Payment]]] = {
    "who is paid": ("Osric Vane", lambda world, who: world.paid(1, creditor=to(who))),
    "who pays": ("Vane, Osric", lambda world, who: world.paid(1, debtor=to(who))),
    "who pays out": ("OSRIC VANE", lambda world, who: world.paid(1, debtor=to(who), creditor=OUTSIDE)),
    "no letters": ("☃ 42", lambda world, who: world.paid(1, creditor=to(who))),
}


def test_names_that_take_long_are_left_to_the_next_turn(
    world: World, screener: FakeScreener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tokenpay.operations.screen_names._AT_ONCE_S", 0)
    enrol(world, "Cora")
    load(world, ("7", "Cora"))
    turns = [look(world) for _ in range(4)]
    assert [(turn.compared, turn.more, len(turn.cases)) for turn in turns] == [
        (1, True, 0), (1, True, 0), (1, False, 1), (0, False, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_customer_who_hits_is_held_with_a_case_and_who_is_not_compared_waits(
    world: World, screener: FakeScreener, moment: str
) -> None:
    name, pays = MOMENTS[moment]
    who = enrol(world, name)
    world.paid(50, creditor=to(who))
    load(world, ("7", "Somebody Else|Osric Vane"))
    first = pays(world, who)
    assert (first.state, codes(first)) == (S.HELD, PENDING)
    look(world)
    expected = UNAVAILABLE if moment == "no letters" else HIT
    second = pays(world, who)
    assert (codes(world.now(first)), codes(second)) == (expected, expected)
    assert world.paid(1).state is S.FINAL  # everybody else pays as ever
    kind = tp.CaseKind.SCREENING_UNAVAILABLE if moment == "no letters" else tp.CaseKind.POSSIBLE_MATCH
    assert world.cases() == [(kind.value, to(who))]
    case = world.case(kind)
    hits = tp.case_hits(world.bank, case.id, by=world.ann)
    if moment == "no letters":
        assert hits == []
        return
    assert "names: 7, Osric Vane, 1.000" in case.note
    assert (hits[0].hit.entry_id, hits[0].hit.score, hits[0].hit.why[0]) == ("7", 1_000, "osric = osric: same")
    assert tp.approve(world.bank, first.id, by=world.bob).state is S.HELD  # a checker of the payment lets no hit go
    look(world)
    assert (codes(world.now(first)), len(world.cases())) == (HIT, 1)


def test_a_cleared_payment_waits_just_before_it_is_signed_when_a_list_has_changed(
    world: World, screener: FakeScreener
) -> None:
    cleared = world.paid(20, creditor=OUTSIDE)
    assert cleared.state is S.CLEARED
    load(world, ("7", "Anna"))
    tp.submit(world.bank, chain_id=TOKEN.chain_id or 0, by=world.engine)  # before anybody was compared
    assert world.now(cleared).state is S.CLEARED
    look(world)
    world.to_finality()
    assert world.now(cleared).state is S.CLEARED
    release(world, party_case(world, to(world.anna)))
    world.to_finality()
    assert world.now(cleared).state is S.FINAL
    world.prove()


# --- deposits


@pytest.mark.parametrize("payee", ["Osric Vane", "Cora"])
def test_a_deposit_is_credited_only_to_who_is_clear(world: World, screener: FakeScreener, payee: str) -> None:
    who = enrol(world, payee)
    request = world.request(5, payee=who)
    world.deposit(request, 5)
    load(world, ("7", "Osric Vane"))
    world.mine(4)
    tp.watch(world.bank, chain_id=TOKEN.chain_id or 0, by=world.engine)
    with pytest.raises(tp.Unavailable, match="names are compared"):
        tp.settle(world.bank, chain_id=TOKEN.chain_id or 0, by=world.engine)
    world.to_finality()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.ann)
    if payee == "Cora":
        assert (deposit.outcome, world.units(who)) == (tp.DepositOutcome.CREDITED, euro(5).units)
        return
    assert (deposit.outcome, world.units(who)) == (tp.DepositOutcome.BLOCKED, 0)
    case = party_case(world, deposit.id)
    out = world.paid(5, debtor=f"blocked/{case.id}", creditor=to(who), by=world.ann)
    assert set(codes(out)) == {*HIT, "approval.second_person"}
    assert codes(tp.approve(world.bank, out.id, by=world.bob)) == HIT
    (hit,) = tp.case_hits(world.bank, case.id, by=world.ann)
    assert (hit.party, hit.released) == (to(who), False)
    release(world, case)  # a deposit's case, too, is where its parties' hits are released
    look(world)
    assert (world.now(out).state, world.units(who)) == (S.FINAL, euro(5).units)
    world.prove()


@pytest.mark.parametrize("silent", [False, True], ids=["listed since", "listed while the list was silent"])
def test_money_blocked_for_a_name_is_not_paid_out_past_its_sender(
    world: World, screener: FakeScreener, silent: bool
) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    request = world.request(5, payee=who)
    world.deposit(request, 5, sender=SENDER)
    doubted: dict[str, Any] = {"name": "ofac", "form": tp.ListForm.OWN, "files": [SENDER.text.encode()]}
    if silent:  # its only address was another one: a second person has to say so
        world.clock.advance(1)
        assert tp.load_list(world.bank, **doubted, dated_s=world.clock.now_s(), by=world.ann).doubts
    world.to_finality()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.ann)
    assert deposit.outcome is tp.DepositOutcome.BLOCKED
    if not silent:
        world.clock.advance(1)
        doubted["files"] = [f"{LISTED.text}\n{SENDER.text}".encode()]
    tp.load_list(world.bank, **doubted, dated_s=world.clock.now_s(), by=world.bob)
    case = party_case(world, deposit.id)
    release(world, case)
    assert "screening.match" in world.refused(5, debtor=f"blocked/{case.id}", creditor=to(who), by=world.ann)
    assert world.units(who) == 0


def test_nothing_waits_behind_the_nonce_of_a_payment_whose_name_hits(world: World, screener: FakeScreener) -> None:
    first = world.paid(20, creditor=OUTSIDE)
    there, world.bank = world.bank, replace(world.bank, signer=Away(world.bank.required_signer()))
    world.turn()
    assert world.now(first).state is S.ASSIGNED
    world.bank = there
    load(world, ("7", "Anna"))
    look(world)
    world.to_finality()
    assert (world.now(first).state, codes(world.now(first))) == (S.FAILED, HIT)
    world.prove()


# --- whom data of the Travel Rule names


def test_who_is_named_outside_is_compared_and_forgotten_with_the_data(world: World, screener: FakeScreener) -> None:
    world.decree(travel_rule=tp.TravelRule())
    load(world, ("7", "Smith"), ("8", "Barnes"), ("9", "First Token Bank"))
    look(world)
    payment = world.paid(20, creditor=OUTSIDE)
    record = tp.attach_travel_rule(world.bank, payment.id, travel_data(world.anna.id), by=world.tom, key=world.key())
    assert codes(world.now(payment)) == PENDING
    look(world)
    assert codes(world.now(payment)) == HIT  # the bank is ours; Barnes has Anna's number there, and another name
    case = party_case(world, f"travel_rule/{record.id}")
    assert [hit.hit.entry_id for hit in tp.case_hits(world.bank, case.id, by=world.ann)] == ["7", "8"]
    for entry in ("7", "8"):
        release(world, case, entry)
    look(world)
    assert world.now(payment).state is S.CLEARED
    changed = travel_data(world.anna.id, family="Vane")
    tp.attach_travel_rule(world.bank, payment.id, changed, by=world.tom, key=world.key())
    look(world)
    tp.submit(world.bank, chain_id=TOKEN.chain_id or 0, by=world.engine)
    assert world.now(payment).state is S.CLEARED  # other data, another hit: it waits again
    world.clock.advance(6 * 366 * 86_400)
    for id in ("ann", "bob", "engine"):
        setattr(world, id, tp.engine_session(world.bank) if id == "engine" else sign_in(world.bank, id))
    assert len(tp.erase_travel_rule(world.bank, by=world.ann)) == 1  # a case about the other data is open
    (case,) = tp.list_cases(world.bank, by=world.ann)
    tp.cancel(world.bank, payment.id, by=world.bob)
    for by in (world.ann, world.bob):
        tp.resolve_case(world.bank, case.id, resolution="it was not paid", by=by)
    assert len(tp.erase_travel_rule(world.bank, by=world.ann)) == 1
    with world.bank.store.engine.connect() as connection:
        left = connection.execute(sa.text("SELECT count(*) FROM name_verdicts WHERE party LIKE 'travel_rule/%'"))
        assert left.scalar_one() == 0


def test_who_sent_a_deposit_is_compared_where_that_is_told(world: World, screener: FakeScreener) -> None:
    load(world, ("7", "Barnes"))
    request = world.request(5)
    world.deposit(request, 5)
    look(world)
    world.mine()
    world.turn()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.ann)
    data = travel_data("1", account=address_of(request).caip10(TOKEN.chain_id or 0))
    record = tp.attach_travel_rule(world.bank, deposit.id, data, by=world.tom, key=world.key())
    world.to_finality()
    assert world.units(world.anna) == START * 10**6
    assert ("possible_match", f"travel_rule/{record.id}") in world.cases()
    assert ("possible_match", deposit.id) in world.cases()
    release(world, party_case(world, deposit.id))
    world.prove()


# --- two people


def test_a_hit_is_released_by_two_and_that_hit_alone(world: World, screener: FakeScreener) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"), ("8", "Vane Osric"))
    look(world)
    held = world.paid(1, creditor=to(who))
    case = party_case(world, to(who))

    def ask(entry: str, by: tp.Session = world.ann, **changes: str) -> tp.NameRelease:
        given: dict[str, Any] = {"list_name": "names", "reason": "born in another year", **changes}
        return tp.release_hit(world.bank, case.id, entry_id=entry, by=by, **given)

    with pytest.raises(tp.NotPermitted):
        ask("7", by=world.tom)
    for list_name, entry in (("names", "9"), ("ofac", "7")):
        with pytest.raises(tp.NotFound):
            ask(entry, list_name=list_name)
    for reason in ("", "\x1b[31m", "r" * 141):
        with pytest.raises(tp.InvalidInput):
            ask("7", reason=reason)
    asked = ask("7")
    assert ask("7", by=world.bob) == asked  # to ask as well is not to confirm
    with pytest.raises(tp.NotPermitted, match="two people"):
        tp.confirm_release(world.bank, asked.id, by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.confirm_release(world.bank, asked.id, by=world.tom)
    with pytest.raises(tp.NotFound):
        tp.confirm_release(world.bank, "NR-none", by=world.bob)
    look(world)
    assert codes(world.now(held)) == HIT
    confirmed = tp.confirm_release(world.bank, asked.id, by=world.bob)
    assert tp.confirm_release(world.bank, asked.id, by=world.bob) == confirmed
    look(world)
    assert codes(world.now(held)) == HIT  # the other entry still stands
    assert [each.released for each in tp.case_hits(world.bank, case.id, by=world.ann)] == [True, False]
    assert tp.get_case(world.bank, case.id, by=world.ann).is_open
    release(world, case, "8")
    assert tp.get_case(world.bank, case.id, by=world.ann).resolution == "released by ann and bob"
    look(world)
    assert world.now(held).state is S.FINAL
    assert world.paid(1, creditor=to(who)).state is S.FINAL
    told = {event.kind for event in tp.read_events(world.bank, by=world.ann, limit=10_000)}
    assert {"hit.release_asked", "hit.released", "payment.screened"} <= told


@pytest.mark.one_database
def test_who_made_what_a_hit_holds_neither_releases_it_nor_closes_its_case(
    world: World, screener: FakeScreener
) -> None:
    world.sql("UPDATE operators SET role = 'supervisor' WHERE id = 'tom'")
    tom, given = sign_in(world.bank, "tom"), {"list_name": "names", "entry_id": "7", "reason": "born in another year"}
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    case = party_case(world, to(who))
    before = tp.release_hit(world.bank, case.id, **given, by=world.ann)
    held = world.paid(1, creditor=to(who), by=world.ann)
    with pytest.raises(tp.NotPermitted, match="made"):
        tp.resolve_case(world.bank, case.id, resolution="x", by=world.ann)
    with pytest.raises(tp.NotPermitted, match="made"):
        tp.release_hit(world.bank, case.id, **given, by=world.ann)
    with pytest.raises(tp.NotPermitted, match="anew"):  # she asked before she made it
        tp.confirm_release(world.bank, before.id, by=world.bob)
    asked = tp.release_hit(world.bank, case.id, **given, by=world.bob)
    assert asked.id != before.id
    with pytest.raises(tp.NotPermitted, match="made"):
        tp.confirm_release(world.bank, asked.id, by=world.ann)
    tp.cancel(world.bank, held.id, by=world.ann)
    later = world.paid(1, creditor=to(who), by=tom)
    with pytest.raises(tp.NotPermitted, match="made"):
        tp.confirm_release(world.bank, asked.id, by=tom)
    assert tp.confirm_release(world.bank, asked.id, by=world.ann).confirmed_by == "ann"  # what she made is cancelled
    look(world)
    assert world.now(later).state is S.FINAL
    assert tp.get_case(world.bank, case.id, by=world.bob).resolved_by == "ann"


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ("the same list again", False),
        ("another entry beside it", False),
        ("the entry has another name", True),
        ("the entry has an address", True),
        ("another entry of the same name", True),
        ("another name of the customer", True),
    ],
)
def test_a_release_is_remembered_for_these_names_and_this_entry(
    world: World, screener: FakeScreener, change: str, holds: bool
) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    release(world, party_case(world, to(who)))
    rows = {
        "another entry beside it": [("7", "Osric Vane"), ("8", "Ulla Brandt")],
        "the entry has another name": [("7", "Osric Vane|Otto Vane")],
        "the entry has an address": [("7", f"Osric Vane,{'0x' + 'ab' * 20}")],
        "another entry of the same name": [("7", "Osric Vane"), ("8", "Osric Vane")],
    }.get(change, [("7", "Osric Vane")])
    content = table(*rows).replace(b"0x" + b"ab" * 20 + b",,", b"0x" + b"ab" * 20 + b",")
    world.clock.advance(1)
    given = {"name": "names", "form": tp.ListForm.OWN, "files": [content], "dated_s": world.clock.now_s()}
    tp.load_list(world.bank, by=world.ann, **given)  # type: ignore[arg-type]
    if change == "another name of the customer":
        world.sql("UPDATE customers SET name = 'Vane Osric' WHERE id = :id", id=who.id)
    held = world.paid(1, creditor=to(who))
    assert codes(held) == PENDING
    look(world)
    assert (codes(world.now(held)) == HIT) is holds
    assert (world.now(held).state is S.FINAL) is not holds
    assert [case[1] for case in world.cases()] == ([f"{to(who)}#2"] if holds else [])


FORGED = {
    "another's signature": "UPDATE name_releases SET signature = confirmed_signature",
    "one person twice": "UPDATE name_releases SET confirmed_signature = signature",
    "of another entry": "UPDATE name_releases SET entry_id = '8', content = :content",
    "of other names": "UPDATE name_releases SET mark = :mark",
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_release_that_two_people_did_not_sign_lets_nothing_go(
    world: World, screener: FakeScreener, forged: str
) -> None:
    who, other = enrol(world, "Osric Vane"), enrol(world, "Vane Osric")
    load(world, ("7", "Osric Vane"), ("8", "Ulla Brandt"))
    look(world)
    release(world, party_case(world, to(who)))
    held = world.paid(1, creditor=to(other))  # one party's release is not another's, whatever they are called
    assert codes(held) == HIT
    (hit,) = tp.case_hits(world.bank, party_case(world, to(other)).id, by=world.ann)
    with world.bank.store.read() as uow:
        mark = uow.connection.execute(
            sa.text("SELECT mark FROM name_verdicts WHERE party = :party AND hits <> '[]'"), {"party": to(other)}
        ).scalar_one()
    given = {"content": hit.hit.content, "mark": mark}
    world.sql(FORGED[forged], **{name: value for name, value in given.items() if f":{name}" in FORGED[forged]})
    assert codes(world.paid(1, creditor=to(who))) == HIT


# --- no answer is never clear


def test_whatever_breaks_holds_and_says_why(
    world: World, screener: FakeScreener, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(world, ("7", "Osric Vane"))
    screener.breaks = RuntimeError("Osric Vane, C0000000001")
    held = world.paid(1)
    look(world)
    assert (codes(world.now(held)), world.now(held).reasons[0].message) == (
        UNAVAILABLE,
        "comparing a name of this payment failed",
    )
    assert {kind for kind, _ in world.cases()} == {"screening_unavailable"}
    assert not any("Osric" in case.note for case in tp.list_cases(world.bank, by=world.ann))
    screener.breaks = None
    world.clock.advance(3_600)
    look(world)
    assert world.now(held).state is S.FINAL

    def broken(*_: object) -> None:
        raise MemoryError

    world.clock.advance(1)
    load(world, ("7", "Osric Vane"), ("8", "Ulla Brandt"))
    monkeypatch.setattr(screener, "take", broken)
    held = world.paid(1)
    with pytest.raises(tp.Unavailable, match="made ready"):
        look(world)
    assert codes(world.now(held)) == UNAVAILABLE
    assert codes(world.paid(1)) == UNAVAILABLE
    cycle = tp.run_once(world.bank, by=world.engine)  # the engine says so, and goes on with all else
    assert cycle.error is not None
    assert cycle.error.message.startswith("the names of a screening list")
    assert cycle.chains[0].error is None
    monkeypatch.undo()
    look(world)
    look(world)
    assert world.now(held).state is S.FINAL


def test_without_the_extra_payments_wait_and_the_engine_says_the_remedy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(world, ("7", "Osric Vane"))
    held = world.paid(1)
    monkeypatch.setitem(sys.modules, "tokenpay.adapters.screening.name_matcher", None)
    with pytest.raises(tp.MissingExtra, match=r"tokenpay\[names\]"):
        look(world)
    assert codes(world.now(held)) == UNAVAILABLE
    assert 'the extra "names" is missing' in world.now(held).reasons[0].message
    monkeypatch.undo()
    world.bank = replace(world.bank, screener=FakeScreener())
    look(world)
    look(world)
    assert world.now(held).state is S.FINAL


SILENT = {
    "stale": lambda world: world.decree(list_max_age_s=0) or world.clock.advance(5),
    "doubted": lambda world: world.clock.advance(1) or load(world, ("7", "Osric Vane")),
    "missing": lambda world: world.decree(lists=(tp.ListRule(name="names"), tp.ListRule(name="un"))),
}


@pytest.mark.parametrize("why", SILENT)
def test_a_list_of_names_that_can_say_nothing_holds_payments_in_the_books_too(
    world: World, screener: FakeScreener, why: str
) -> None:
    load(world, *((str(n), f"Osric Vane {'x' * n}") for n in range(1, 9)))
    look(world)
    assert world.paid(1).state is S.FINAL
    SILENT[why](world)
    assert codes(world.paid(1)) == UNAVAILABLE


def test_a_list_without_names_holds_nothing_in_the_books_whatever_it_says(world: World) -> None:
    world.decree(list_max_age_s=0)
    world.clock.advance(5)
    assert world.paid(1).state is S.FINAL


# --- who is told


def test_a_customer_is_told_nothing_of_a_hit_and_who_works_there_is(world: World, screener: FakeScreener) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    preview = tp.preview_payment(
        world.bank, debtor=to(world.anna), creditor=to(who), amount=euro(1), by=world.tom, ask_chain=False
    )
    assert [reason.code for reason in preview.decision.reasons] == HIT
    assert world.cases() == [("possible_match", to(who))]
    customer = Operator(
        id=f"{world.anna.id.lower()}.1",
        name="Anna",
        role=tp.Role.CUSTOMER,
        branch="main",
        public_key=b"\1" * 32,
        customer_id=world.anna.id,
    )
    assert [reason.code for reason in reasons_shown(customer, preview.decision.reasons)] == ["counter.ask"]


def test_the_counter_reads_nothing_of_a_hit_in_the_feed_or_the_audit(world: World, screener: FakeScreener) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    world.paid(1, creditor=to(who))
    release(world, party_case(world, to(who)))
    told = {by.operator.id: tp.read_events(world.bank, by=by, limit=1_000) for by in (world.tom, world.ann)}
    assert [event.kind for event in told["tom"]] == [event.kind for event in told["ann"]]
    seen = {event.kind: (event.subject, event.content) for event in told["tom"] if event.kind.startswith("hit.")}
    assert seen == {"hit.release_asked": ("", {}), "hit.released": ("", {})}
    opened = [event for event in told["tom"] if event.kind == "case.opened"]
    assert [(event.subject != "", event.content) for event in opened] == [(True, {})]
    assert any(event.subject == to(who) for event in told["ann"] if event.kind == "hit.released")
    waited = tp.wait_for_events(world.bank, after=START_OF_FEED, by=world.tom, timeout_s=0, limit=1_000)
    assert waited == told["tom"]
    with pytest.raises(tp.NotPermitted):
        tp.read_audit(world.bank, stream="main", by=world.tom)


def test_a_customer_who_asks_about_a_name_is_recorded(world: World, screener: FakeScreener) -> None:
    who = enrol(world, "Osric Vane")
    load(world, ("7", "Osric Vane"))
    look(world)
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="739104", by=world.tom, key=world.key())
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="739104", terminal="kiosk")
    asked: dict[str, Any] = {"debtor": to(world.anna), "amount": euro(1), "by": anna}
    assert tp.preview_payment(world.bank, creditor=to(who), **asked).decision.reasons[0].code == "counter.ask"
    told = [tp.read_events(world.bank, by=by, limit=1_000)[-1] for by in (world.ann, world.tom)]
    assert [(event.kind, event.subject) for event in told] == [("payment.previewed", party_case(world, to(who)).id)] * 2
    assert [bool(event.content) for event in told] == [True, False]


def test_the_shipped_screener_finds_a_name_otherwise_written(world: World, tmp_path: Path) -> None:
    pytest.importorskip("rigour")
    who = enrol(world, "Osrick J. Vane")
    load(world, ("7", "VANE Osric"))
    held = world.paid(1, creditor=to(who))
    look(world)
    assert codes(world.now(held)) == HIT
    assert enrol(world, "12 34").id
    look(world)
    assert ("screening_unavailable") in {kind for kind, _ in world.cases()}
    assert Uncompared.PENDING not in {case.note for case in tp.list_cases(world.bank, by=world.ann)}


def test_names_on_a_list_that_nobody_can_be_compared_with_are_counted(world: World, screener: FakeScreener) -> None:
    def told() -> dict[str, int]:
        return dict(tp.bank_health(world.bank, by=world.tom).unread_names)

    load(world, ("7", "Vane Osric|7734|☃"), ("8", "--"))
    assert told() == {}  # nobody has looked yet
    tp.screen_names(world.bank, by=world.engine)
    assert told() == {"names": 3}
    reload(world, ("7", "Vane Osric|☃"))
    assert told() == {}  # another version was not looked at either
    tp.screen_names(world.bank, by=world.engine)
    assert told() == {"names": 1}
    reload(world, ("7", "Vane Osric"))
    tp.screen_names(world.bank, by=world.engine)
    assert told() == {}
