"""approve, refuse, cancel, refund and reverse: the second person, and ways back."""

import pytest

import tokenpay as tp
from tests.world import OUTSIDE, START, STRANGER, World, euro
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.payment import PaymentState as S

pytestmark = pytest.mark.one_database

ENDED_UNPAID = (S.REFUSED, S.CANCELLED, S.EXPIRED)


def held(world: World, **changes: object) -> tp.Payment:
    payment = world.paid(200, **changes)  # type: ignore[arg-type]
    assert payment.state is S.HELD
    return payment


def codes(result: tp.Payment | tp.Refusal) -> list[str]:
    return [reason.code for reason in result.reasons]


def ended(world: World, how: str, payment: tp.Payment) -> None:
    """Bring a held payment to one of its ends."""
    if how == "approved":
        tp.approve(world.bank, payment.id, by=world.ann)
    elif how == "refused":
        tp.refuse(world.bank, payment.id, reason="no", by=world.ann)
    elif how == "cancelled":
        tp.cancel(world.bank, payment.id, by=world.tom)
    else:
        world.next_day()
        tp.expire(world.bank, by=world.engine)


# --- approve


def test_approving_pays_in_the_books_at_once_and_again_changes_nothing(world: World) -> None:
    payment = held(world)
    approved = tp.approve(world.bank, payment.id, by=world.ann)
    assert (approved.state, approved.reasons) == (S.FINAL, ())
    assert tp.approve(world.bank, payment.id, by=world.ann) == approved
    assert (world.units(world.anna), world.units(world.boris)) == (euro(START - 200).units, euro(200).units)
    world.prove()


def test_a_maker_does_not_approve_their_own_payment_even_as_supervisor(world: World) -> None:
    payment = held(world, by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, payment.id, by=world.ann)
    tried = [e for e in tp.read_events(world.bank, by=world.ann, limit=1_000) if e.kind == "payment.approval_refused"]
    assert [(event.subject, event.content) for event in tried] == [
        (payment.id, {"why": "nobody approves a payment that they made"})
    ]
    assert world.now(payment).state is S.HELD
    assert tp.approve(world.bank, payment.id, by=world.bob).state is S.FINAL


def test_a_teller_approves_and_refuses_nothing(world: World) -> None:
    payment = held(world, by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, payment.id, by=world.tom)
    with pytest.raises(tp.NotPermitted):
        tp.refuse(world.bank, payment.id, reason="no", by=world.tom)
    with pytest.raises(tp.NotFound):
        tp.approve(world.bank, "no-such-payment", by=world.ann)


@pytest.mark.parametrize("how", ["refused", "cancelled", "expired"])
def test_what_ended_unpaid_is_not_approved(world: World, how: str) -> None:
    payment = held(world)
    ended(world, how, payment)
    with pytest.raises(tp.WrongState):
        tp.approve(world.bank, payment.id, by=world.ann)
    assert world.now(payment).state.value == how
    assert world.available(world.anna) == euro(START).units
    world.prove()


GATE_AGAIN = {
    "stop": (lambda w: tp.stop_payments(w.bank, reason="drill", by=w.ann), "emergency.stop"),
    "hours": (lambda w: w.decree(hours=tp.Hours()), "hours.closed"),
    "payer frozen": (lambda w: tp.freeze_customer(w.bank, w.anna.id, reason="x", by=w.ann), "customer.frozen"),
    "limit lowered": (lambda w: w.limit(payment_units=1), "limit.payment"),
    "too late": (lambda w: w.next_day(), "intent.expired"),
}


@pytest.mark.parametrize("why", GATE_AGAIN)
def test_the_gate_is_asked_again_when_somebody_approves(world: World, why: str) -> None:
    change, code = GATE_AGAIN[why]
    payment = held(world)
    change(world)
    refused = tp.approve(world.bank, payment.id, by=world.bob)
    assert (refused.state, codes(refused)) == (S.REFUSED, [code])
    assert world.available(world.anna) == euro(START).units
    world.prove()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE approvals SET signature = :bytes WHERE payment_id = :id",
        "UPDATE approvals SET at_s = 1 WHERE payment_id = :id",
        "UPDATE approvals SET operator_id = 'bob' WHERE payment_id = :id",
    ],
)
def test_an_approval_that_was_edited_stops_the_payment(world: World, edit: str) -> None:
    payment = held(world)
    values = {"bytes": bytes(64)} if ":bytes" in edit else {}
    world.sql(edit, id=payment.id, **values)
    with pytest.raises(tp.IntegrityError):
        tp.approve(world.bank, payment.id, by=world.ann)
    assert world.units(world.boris) == 0


# --- refuse and cancel


def test_a_refusal_gives_the_funds_back_and_says_why(world: World) -> None:
    payment = held(world)
    refused = tp.refuse(world.bank, payment.id, reason="unknown payee", by=world.ann)
    assert (refused.state, codes(refused)) == (S.REFUSED, ["approval.second_person", "approval.refused"])
    assert refused.reasons[-1].message == "unknown payee"
    assert tp.refuse(world.bank, payment.id, reason="again", by=world.bob) == refused
    assert world.available(world.anna) == euro(START).units
    world.prove()


def test_only_what_is_held_is_refused(world: World) -> None:
    for payment in (world.paid(20), world.paid(20, creditor=OUTSIDE)):
        with pytest.raises(tp.WrongState):
            tp.refuse(world.bank, payment.id, reason="no", by=world.ann)


def test_held_and_cleared_payments_are_cancelled_by_their_maker_or_a_supervisor(world: World) -> None:
    by_maker, cleared, by_other = held(world), world.paid(20, creditor=OUTSIDE), held(world, by=world.bob)
    with pytest.raises(tp.NotPermitted):
        tp.cancel(world.bank, by_other.id, by=world.tom)
    for payment, session in ((by_maker, world.tom), (cleared, world.ann), (by_other, world.ann)):
        cancelled = tp.cancel(world.bank, payment.id, by=session)
        assert cancelled.state is S.CANCELLED
        assert tp.cancel(world.bank, payment.id, by=session) == cancelled
    assert world.available(world.anna) == euro(START).units
    world.to_finality()
    assert world.now(cleared).state is S.CANCELLED
    world.prove()


def test_what_has_left_or_is_final_is_not_cancelled(world: World) -> None:
    book, out = world.paid(20), world.paid(20, creditor=OUTSIDE)
    world.turn()
    for payment in (book, out):
        with pytest.raises(tp.WrongState):
            tp.cancel(world.bank, payment.id, by=world.tom)
    world.to_finality()
    assert world.now(out).state is S.FINAL


# --- refund


def test_refunds_of_a_book_payment_together_are_no_more_than_it(world: World) -> None:
    payment = world.paid(50)
    back = f"customer/{world.anna.id}"
    first = tp.refund(world.bank, of=payment.id, to=back, amount=euro(30), by=world.tom, key="r1")
    assert isinstance(first, tp.Payment)
    assert (first.state, first.intent.related, first.intent.purpose) == (S.FINAL, payment.id, tp.Purpose.REFUND)
    assert tp.refund(world.bank, of=payment.id, to=back, amount=euro(30), by=world.tom, key="r1") == first
    over = tp.refund(world.bank, of=payment.id, to=back, amount=euro("20.01"), by=world.tom, key="r2")
    assert isinstance(over, tp.Refusal)
    assert codes(over) == ["refund.exceeds", "funds.insufficient"]
    rest = tp.refund(world.bank, of=payment.id, to=back, amount=euro(20), by=world.tom, key="r2")
    assert isinstance(rest, tp.Payment)
    assert (world.units(world.anna), world.units(world.boris)) == (euro(START).units, 0)
    world.prove()


def test_a_book_payment_is_refunded_to_who_paid_it_and_only_when_final(world: World) -> None:
    payment, waiting, out = world.paid(50), held(world), world.paid(20, creditor=OUTSIDE)
    table = [
        (payment.id, OUTSIDE, tp.InvalidInput),
        (payment.id, f"customer/{world.boris.id}", tp.InvalidInput),
        (waiting.id, f"customer/{world.anna.id}", tp.WrongState),
        (out.id, f"customer/{world.anna.id}", tp.WrongState),
        ("no-such-payment", OUTSIDE, tp.NotFound),
        ("CS-0000000000000000", OUTSIDE, tp.NotFound),
    ]
    for of, to, error in table:
        with pytest.raises(error):
            tp.refund(world.bank, of=of, to=to, amount=euro(1), by=world.ann, key=world.key())


def test_an_overpayment_is_refunded_from_its_case_to_a_stated_address(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 80)
    world.to_finality()
    case = world.case(tp.CaseKind.OVERPAYMENT)
    assert world.account(AccountKind.SUSPENSE, case.id).posted_units == euro(30).units
    refund = {"of": case.id, "to": OUTSIDE, "key": "back"}
    with pytest.raises(tp.NotPermitted):
        tp.refund(world.bank, amount=euro(30), by=world.tom, **refund)
    with pytest.raises(tp.WrongState):
        tp.resolve_case(world.bank, case.id, resolution="done", by=world.ann)
    paid = tp.refund(world.bank, amount=euro(30), by=world.ann, **refund)
    assert isinstance(paid, tp.Payment)
    assert paid.state is S.CLEARED
    too_much = tp.refund(world.bank, of=case.id, to=OUTSIDE, amount=euro(1), by=world.ann, key="more")
    assert codes(too_much) == ["funds.insufficient"]
    with pytest.raises(tp.WrongState):
        tp.resolve_case(world.bank, case.id, resolution="done", by=world.ann)
    world.to_finality()
    assert world.holding(STRANGER) == euro(30).units
    resolved = tp.resolve_case(world.bank, case.id, resolution="refunded", by=world.ann)
    assert not resolved.is_open
    assert tp.resolve_case(world.bank, case.id, resolution="again", by=world.bob) == resolved
    with pytest.raises(tp.WrongState):
        tp.refund(world.bank, of=case.id, to=OUTSIDE, amount=euro(1), by=world.ann, key="more")
    world.prove()


def test_suspense_money_is_paid_out_to_its_customer_by_a_supervisor(world: World) -> None:
    request = world.request(50, payee=world.boris)
    tp.cancel_request(world.bank, request.id, by=world.tom)
    world.deposit(request, 50)
    world.to_finality()
    case = world.case(tp.CaseKind.LATE_PAYMENT)
    world.paid(50, debtor=f"suspense/{case.id}", by=world.ann)
    assert world.units(world.boris) == euro(50).units
    world.prove()


def test_blocked_money_leaves_only_with_two_people(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50, sender=tp.Address(b"\xdd" * 20))
    world.to_finality()
    case = world.case(tp.CaseKind.SCREENING_MATCH)
    assert world.account(AccountKind.BLOCKED, case.id).posted_units == euro(50).units
    payment = world.paid(50, debtor=f"blocked/{case.id}", by=world.ann)
    assert (payment.state, codes(payment)) == (S.HELD, ["approval.second_person"])
    assert tp.approve(world.bank, payment.id, by=world.bob).state is S.FINAL
    world.prove()


def test_money_of_one_case_is_not_paid_out_by_another(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 80)
    world.to_finality()
    other = tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject="nothing", note="", by=world.ann)
    assert world.refused(30, debtor=f"suspense/{other.id}", by=world.ann) == [
        "funds.insufficient",
        "approval.second_person",  # of money that nobody knows the sender of
    ]
    with pytest.raises(tp.NotFound):
        world.pay(30, debtor="suspense/CS-0000000000000000", by=world.ann)


# --- reverse


def test_a_reversal_takes_from_a_frozen_payee_and_no_other_payment_does(world: World) -> None:
    payment = world.paid(50)
    tp.freeze_customer(world.bank, world.boris.id, reason="a fraud", by=world.ann)
    waiting = tp.reverse(world.bank, payment.id, by=world.ann, key="v")
    assert isinstance(waiting, tp.Payment)
    assert tp.approve(world.bank, waiting.id, by=world.bob).state is S.FINAL
    assert world.refused(1) == ["customer.frozen"]
    world.prove()


def test_a_reversal_is_whole_once_and_needs_a_second_person(world: World) -> None:
    payment = world.paid(50)
    with pytest.raises(tp.NotPermitted):
        tp.reverse(world.bank, payment.id, by=world.tom, key="v")
    waiting = tp.reverse(world.bank, payment.id, by=world.ann, key="v")
    assert isinstance(waiting, tp.Payment)
    assert (waiting.state, codes(waiting)) == (S.HELD, ["approval.second_person"])
    second = tp.reverse(world.bank, payment.id, by=world.ann, key="v2")
    assert "reversal.exists" in codes(second)
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, waiting.id, by=world.ann)
    assert tp.approve(world.bank, waiting.id, by=world.bob).state is S.FINAL
    assert (world.units(world.anna), world.units(world.boris)) == (euro(START).units, 0)
    with pytest.raises(tp.WrongState):
        tp.reverse(world.bank, waiting.id, by=world.ann, key="v3")
    back = tp.refund(world.bank, of=payment.id, to=f"customer/{world.anna.id}", amount=euro(1), by=world.tom, key="r")
    assert isinstance(back, tp.Refusal)
    assert "refund.exceeds" in codes(back)
    world.prove()


def test_a_reversal_that_was_refused_may_be_asked_for_again(world: World) -> None:
    payment = world.paid(50)
    first = tp.reverse(world.bank, payment.id, by=world.ann, key="v")
    assert isinstance(first, tp.Payment)
    tp.refuse(world.bank, first.id, reason="no", by=world.bob)
    again = tp.reverse(world.bank, payment.id, by=world.ann, key="v2")
    assert isinstance(again, tp.Payment)
    assert again.state is S.HELD


def test_money_that_is_gone_cannot_be_reversed(world: World) -> None:
    payment = world.paid(50)
    world.paid(50, debtor=f"customer/{world.boris.id}", creditor=f"customer/{world.anna.id}")
    refusal = tp.reverse(world.bank, payment.id, by=world.ann, key="v")
    assert isinstance(refusal, tp.Refusal)
    assert codes(refusal) == ["funds.insufficient", "approval.second_person"]
    with pytest.raises(tp.WrongState):
        tp.reverse(world.bank, world.paid(20, creditor=OUTSIDE).id, by=world.ann, key="v2")


def test_refunding_and_reversing_ask_for_the_session_first(world: World) -> None:
    payment = world.paid(50)
    tp.close_session(world.bank, by=world.ann)
    for of in (payment.id, "no-such-payment"):
        with pytest.raises(tp.SessionExpired):
            tp.refund(world.bank, of=of, to=OUTSIDE, amount=euro(1), by=world.ann, key="r")
        with pytest.raises(tp.SessionExpired):
            tp.reverse(world.bank, of, by=world.ann, key="v")
