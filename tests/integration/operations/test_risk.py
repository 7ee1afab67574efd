"""What a customer's movements hold: by typology, in batches too, without an answer, and never told to a customer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import tokenpay as tp
from tests.travel_data import travel_data
from tests.world import OUTSIDE, TOKEN, World, euro
from tokenpay.compliance.decision import Decision
from tokenpay.compliance.risk.activity import REMEMBERED
from tokenpay.steps.clear import clear
from tokenpay.testing import FakeScorer

GRAVE = tp.Finding(typology="own_rule", score=900, rules=("own",), explanation="three of four signs")


@pytest.fixture
def world(world: World) -> World:
    world.decree(risk=tp.RiskLines())
    return world


def codes(payment: tp.Payment) -> list[str]:
    return [reason.code for reason in payment.reasons]


def test_structuring_waits_for_a_second_person_whom_no_score_replaces(world: World) -> None:
    assert [world.paid(90).state, world.paid(95).state] == [tp.PaymentState.FINAL] * 2
    third = world.paid(99)
    assert (third.state, codes(third)) == (tp.PaymentState.HELD, ["risk.structuring"])
    assert "3 payments in 3 days" in third.reasons[0].message
    assert world.paid(20).state is tp.PaymentState.FINAL
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, third.id, by=world.tom)
    assert "3 payments in 3 days" in world.case(tp.CaseKind.RISK).note
    assert tp.approve(world.bank, third.id, by=world.bob).state is tp.PaymentState.FINAL
    world.prove()


def test_a_batch_is_scored_order_by_order(world: World) -> None:
    orders = [
        tp.PaymentOrder(debtor=f"customer/{world.anna.id}", creditor=f"customer/{world.boris.id}", amount=euro(whole))
        for whole in (90, 10, 91, 92, 10)
    ]
    made = tp.pay_batch(world.bank, orders=orders, by=world.tom, key="batch")
    held = [isinstance(payment, tp.Payment) and codes(payment) == ["risk.structuring"] for payment in made]
    assert held == [False, False, False, True, False]


@pytest.mark.one_database
def test_what_is_gathered_and_sent_on_is_a_case(world: World) -> None:
    mule = tp.enrol_customer(world.bank, name="Mule", by=world.tom, key="mule")
    for number in range(5):
        payer = tp.enrol_customer(world.bank, name=f"Payer {number}", by=world.tom, key=f"payer {number}")
        world.paid(40, creditor=f"customer/{payer.id}")
        world.paid(40, debtor=f"customer/{payer.id}", creditor=f"customer/{mule.id}")
    assert world.paid(90, debtor=f"customer/{mule.id}", creditor=OUTSIDE).state is tp.PaymentState.CLEARED
    for whole in (80, 20):  # a second one, while the case is open
        last = world.paid(whole, debtor=f"customer/{mule.id}", creditor=OUTSIDE)
        assert codes(last)[0] == "risk.fan_in_exit"
    case = world.case(tp.CaseKind.RISK)
    assert case.subject == f"customer/{mule.id}"
    assert "from 5 payers in 7 days" in case.note
    assert tp.approve(world.bank, last.id, by=world.bob).state is tp.PaymentState.CLEARED
    assert world.case(tp.CaseKind.RISK).is_open


def _breaks(world: World, scorer: FakeScorer) -> None:
    scorer.breaks = ZeroDivisionError("a model divides by nothing")
    world.bank = replace(world.bank, scorers=(scorer,))


def _answers_nonsense(world: World, scorer: FakeScorer) -> None:
    class Nonsense(FakeScorer):
        def assess(self, *asked: Any) -> Any:
            return None

    world.bank = replace(world.bank, scorers=(scorer, Nonsense()))


def _is_missing(world: World, scorer: FakeScorer) -> None:
    world.bank = replace(world.bank, scorers=())


def _forced(**values: Any) -> tp.Finding:
    """A finding past its constructor, as a scorer of the bank's own might make it."""
    made = replace(GRAVE)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


FORCED: dict[str, Any] = {
    "not a number": (_forced(score=float("nan")),),
    "negative": (_forced(score=-5),),
    "a text": (_forced(score="900"),),
    "none": None,
    "something else": (object(),),
    "the name of silence": (_forced(typology="unavailable"),),
}


@pytest.mark.parametrize("findings", FORCED.values(), ids=FORCED)
@pytest.mark.one_database
def test_a_finding_that_is_none_is_no_answer(world: World, findings: Any) -> None:
    class Forced(FakeScorer):
        def assess(self, intent: tp.Intent, activity: tp.Activity, now_s: int) -> tp.Assessment:
            return tp.Assessment(findings=findings)

    world.bank = replace(world.bank, scorers=(Forced(),))
    held = world.paid(20)
    assert (held.state, [reason.code for reason in held.reasons]) == (tp.PaymentState.HELD, ["risk.unavailable"])


class _Habit(FakeScorer):
    name = "habit"


def _habit_is_missing(world: World, scorer: FakeScorer) -> None:
    world.decree(risk=tp.RiskLines(habit=True))
    world.bank = replace(world.bank, scorers=(scorer,))


def _habit_breaks(world: World, scorer: FakeScorer) -> None:
    world.decree(risk=tp.RiskLines(habit=True))
    habit = _Habit()
    habit.breaks = ModuleNotFoundError("No module named 'river'")
    world.bank = replace(world.bank, scorers=(scorer, habit))


@pytest.mark.parametrize("creditor", ["book", "chain"])
@pytest.mark.parametrize("trouble", [_breaks, _answers_nonsense, _is_missing, _habit_is_missing, _habit_breaks])
@pytest.mark.one_database
def test_without_an_answer_no_payment_leaves(
    world: World, trouble: Callable[[World, FakeScorer], None], creditor: str
) -> None:
    whole = world.bank
    trouble(world, FakeScorer())
    before = world.units(world.anna)
    payment = world.paid(20, creditor=OUTSIDE if creditor == "chain" else None)
    assert (payment.state, codes(payment)) == (tp.PaymentState.HELD, ["risk.unavailable"])
    assert "gave no answer" in payment.reasons[0].message
    approved = tp.approve(world.bank, payment.id, by=world.bob)  # two people are no scorer
    assert (approved.state, codes(approved)) == (tp.PaymentState.HELD, ["risk.unavailable"])
    world.to_finality()
    assert world.units(world.anna) == before
    world.decree(risk=None)
    world.bank = whole
    goes = tp.approve(world.bank, payment.id, by=world.bob)
    assert goes.state is (tp.PaymentState.CLEARED if creditor == "chain" else tp.PaymentState.FINAL)


@pytest.mark.one_database
@pytest.mark.parametrize("consent", ["that nothing asked for", "while the scorer was silent"])
def test_a_grave_score_that_nobody_saw_when_they_consented_is_a_case(world: World, consent: str) -> None:
    rules, scorer = world.bank.scorers, FakeScorer(GRAVE)
    world.decree(travel_rule=tp.TravelRule())
    if consent == "while the scorer was silent":
        _breaks(world, FakeScorer())
    held = world.paid(20, creditor=OUTSIDE)
    tp.approve(world.bank, held.id, by=world.bob)
    world.bank = replace(world.bank, scorers=(*rules, scorer))
    data = travel_data(world.anna.id)
    tp.attach_travel_rule(world.bank, held.id, data, by=world.tom, key=world.key())
    assert world.now(held).state is tp.PaymentState.CLEARED
    assert held.id in world.case(tp.CaseKind.RISK).note


@pytest.mark.one_database
def test_a_grave_score_that_was_seen_is_one_case(world: World) -> None:
    world.bank = replace(world.bank, scorers=(*world.bank.scorers, FakeScorer(GRAVE)))
    held = world.paid(20)
    case = world.case(tp.CaseKind.RISK)
    tp.resolve_case(world.bank, case.id, resolution="asked them", by=world.ann)
    assert tp.approve(world.bank, held.id, by=world.bob).state is tp.PaymentState.FINAL
    assert world.cases() == []


@pytest.mark.one_database
def test_what_was_cleared_is_not_scored_again(world: World) -> None:
    cleared = world.paid(20, creditor=OUTSIDE)
    _breaks(world, FakeScorer())
    world.to_finality()
    assert world.now(cleared).state is tp.PaymentState.FINAL


@pytest.mark.one_database
def test_a_banks_own_scorer_stands_beside_the_rules(world: World) -> None:
    world.bank = replace(world.bank, scorers=(*world.bank.scorers, FakeScorer(GRAVE)))
    held = world.paid(20)
    assert codes(held) == ["risk.own_rule"]
    assert "three of four signs" in world.case(tp.CaseKind.RISK).note


def test_no_score_that_has_fallen_since_lets_go_what_was_held(world: World) -> None:
    rules = world.bank.scorers
    world.bank = replace(world.bank, scorers=(*rules, FakeScorer(GRAVE)))
    held = world.paid(20)
    world.bank = replace(world.bank, scorers=rules)
    with world.bank.store.unit_of_work() as uow:
        given = uow.approvals.of(held.id)
        gate = clear(uow, world.bank, held.intent, approvals=given, counted=True, held_for=held.reasons)
    assert isinstance(gate, Decision)
    assert (gate.answer, gate.reasons) == (tp.Answer.HOLD, held.reasons)


def test_a_habit_is_asked_where_the_policy_asks_and_the_gravest_of_both_binds(world: World) -> None:
    said = tp.Finding(typology="out_of_habit", score=850, rules=("amount",), explanation="the amount 100 %")
    habit = _Habit(said)
    world.bank = replace(world.bank, scorers=(*world.bank.scorers[:1], habit))
    for whole in (90, 95):
        assert world.paid(whole).state is tp.PaymentState.FINAL
    assert habit.asked == []
    world.decree(risk=tp.RiskLines(habit=True))
    held = world.paid(99)
    assert set(codes(held)) == {"risk.structuring", "risk.out_of_habit"}
    assert [reason.message[:14] for reason in held.reasons] == ["3 payments in ", "the amount 100"]
    assert world.case(tp.CaseKind.RISK).note.endswith("risk.out_of_habit: the amount 100 %")
    world.decree(risk=None)
    assert codes(world.paid(98)) == ["risk.structuring"]


@pytest.mark.one_database
def test_what_is_held_teaches_no_habit(world: World) -> None:
    pytest.importorskip("river")
    world.decree(risk=tp.RiskLines(habit=True))
    for whole in (3, 4, 5, 4, 3, 6, 4, 5, 3, 4, 5, 3, 4, 6):
        world.paid(whole)
        world.next_day()
    tries = []
    for _ in range(4):
        tries.append(world.paid(60, creditor=OUTSIDE))
        world.next_day()
    assert [codes(held) for held in tries] == [["risk.out_of_habit"]] * 4
    assert world.paid(5).state is tp.PaymentState.FINAL


@pytest.mark.one_database
def test_a_customer_is_never_told(world: World) -> None:
    world.bank = replace(world.bank, scorers=(FakeScorer(GRAVE),))
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="835104", by=world.tom, key="pin")
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="835104", terminal="kiosk")
    held = world.paid(20, by=anna)
    assert codes(held) == ["counter.ask"]
    assert codes(world.now(held)) == ["risk.own_rule"]
    preview = tp.preview_payment(
        world.bank, debtor=f"customer/{world.anna.id}", creditor=OUTSIDE, amount=euro(5), by=anna, ask_chain=False
    )
    assert [reason.code for reason in preview.decision.reasons] == ["counter.ask"]
    assert preview.decision.grave == ()
    world.bank = replace(world.bank, scorers=())
    assert codes(world.paid(20, by=anna)) == ["counter.ask"]


@pytest.mark.one_database
def test_a_preview_says_what_would_be_held(world: World) -> None:
    world.bank = replace(world.bank, scorers=(FakeScorer(GRAVE),))
    preview = tp.preview_payment(
        world.bank, debtor=f"customer/{world.anna.id}", creditor=OUTSIDE, amount=euro(5), by=world.tom
    )
    assert [reason.code for reason in preview.decision.reasons] == ["risk.own_rule"]
    assert world.cases() == []


def test_what_a_scorer_is_told_is_what_the_books_say(world: World) -> None:
    scorer = FakeScorer()
    world.bank = replace(world.bank, scorers=(scorer,))
    world.paid(500)  # waits for a second person
    world.clock.advance(1)
    gone = world.paid(400)
    tp.refuse(world.bank, gone.id, reason="no", by=world.bob)
    world.paid(7, creditor=OUTSIDE)
    world.clock.advance(1)
    world.paid(8)
    world.paid(2, debtor=f"customer/{world.boris.id}", creditor=f"customer/{world.anna.id}")
    world.paid(1)
    _, seen, now_s = scorer.asked[-1]
    moved = [(move.units, move.counterparty, move.settled, move.asset_id) for move in seen.outgoing]
    boris = f"customer/{world.boris.id}"
    assert moved == [
        (500 * 10**6, boris, False, TOKEN.id),
        (7 * 10**6, OUTSIDE, False, TOKEN.id),
        (8 * 10**6, boris, True, TOKEN.id),
    ]
    deposit, back = seen.incoming
    assert (deposit.units, deposit.counterparty[:13]) == (1_000 * 10**6, f"eip155:{TOKEN.chain_id}:"[:13])
    assert (back.units, back.counterparty) == (2 * 10**6, boris)
    assert (seen.alone_units, seen.available_units) == (100 * 10**6, (1_000 - 500 - 7 - 8 + 2) * 10**6)
    assert (seen.enrolled_at_s, now_s) == (world.anna.enrolled_at_s, world.clock.now_s())


@pytest.mark.one_database
def test_a_batch_tells_each_order_what_one_after_the_other_would(world: World) -> None:
    scorer = FakeScorer()
    world.bank = replace(world.bank, scorers=(scorer,))
    names = (f"customer/{world.anna.id}", f"customer/{world.boris.id}")
    pairs = [
        (names[number % 2 and number > 4], names[not (number % 2 and number > 4)]) for number in range(REMEMBERED + 9)
    ]
    orders = [tp.PaymentOrder(debtor=debtor, creditor=creditor, amount=euro(1)) for debtor, creditor in pairs]
    tp.pay_batch(world.bank, orders=orders, by=world.tom, key="batch")
    batch, scorer.asked = scorer.asked, []
    for debtor, creditor in dict.fromkeys(pairs):
        world.paid(1, debtor=debtor, creditor=creditor)
        _, read, _ = scorer.asked.pop()
        at = max(number for number, pair in enumerate(pairs) if pair[0] == debtor)
        kept = batch[at][1]
        own = tp.Movement(world.clock.now_s(), 10**6, TOKEN.id, creditor)
        assert read.outgoing == (*kept.outgoing, own)[-REMEMBERED:]
