"""pay: every result in its order of precedence, and what each leaves behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import tokenpay as tp
from tests.world import CHAIN_ID, CONTRACT, LISTED, OUTSIDE, TOKEN, World, address_of, euro, forge
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.payment import PaymentState as S


def key_reused_field(world: World, **changes: object) -> str | int:
    with pytest.raises(tp.KeyReused) as caught:
        world.pay(**changes)  # type: ignore[arg-type]
    return caught.value.fields["field"]


# --- yes


def test_a_book_payment_is_final_at_once(world: World) -> None:
    payment = world.paid(20, remittance_information="rent May")
    assert (payment.state, payment.reasons, payment.nonce) == (S.FINAL, (), None)
    assert (world.units(world.anna), world.units(world.boris)) == (euro(980).units, euro(20).units)
    assert world.now(payment) == payment
    assert payment.intent.remittance_information == "rent May"
    world.prove()


def test_a_payment_to_an_address_is_cleared_and_its_funds_are_reserved(world: World) -> None:
    payment = world.paid(80, creditor=OUTSIDE)
    assert (payment.state, payment.nonce) == (S.CLEARED, None)
    assert (world.units(world.anna), world.available(world.anna)) == (euro(1_000).units, euro(920).units)
    assert world.account(AccountKind.CUSTODY, world.treasury.text).available_units == euro(920).units
    world.prove()


def test_all_that_is_available_may_be_paid_and_not_one_unit_more(world: World) -> None:
    world.paid(50)
    there = {"debtor": f"customer/{world.boris.id}", "creditor": f"customer/{world.anna.id}"}
    assert world.refused("50.000001", **there) == ["funds.insufficient"]
    assert world.paid(50, **there).state is S.FINAL
    assert world.refused("0.000001", **there) == ["funds.insufficient"]


# --- the key


def test_the_same_key_and_content_is_the_same_payment_at_every_later_state(world: World) -> None:
    again: dict[str, Any] = {"whole": 200, "creditor": OUTSIDE, "key": "once"}
    first = world.paid(**again)
    assert first.state is S.HELD
    seen = [world.paid(**again).state]
    tp.approve(world.bank, first.id, by=world.ann)
    seen.append(world.paid(**again).state)
    for _ in range(5):
        world.turn()
        seen.append(world.paid(**again).state)
        world.mine()
    assert seen == [S.HELD, S.CLEARED, S.SENT, S.INCLUDED, S.INCLUDED, S.FINAL, S.FINAL]
    assert world.paid(**again).id == first.id
    assert len(tp.find_payments(world.bank, by=world.tom, states=[S.FINAL])) == 2  # the sweep and this one
    assert world.available(world.anna) == euro(800).units
    world.prove()


@pytest.mark.parametrize("end", ["cancel", "refuse", "expire"])
def test_the_key_of_a_payment_that_ended_unpaid_still_stands_for_it(world: World, end: str) -> None:
    held = world.paid(200, key="once")
    if end == "cancel":
        tp.cancel(world.bank, held.id, by=world.tom)
    elif end == "refuse":
        tp.refuse(world.bank, held.id, reason="no", by=world.ann)
    else:
        world.next_day()
        tp.expire(world.bank, by=world.engine)
    again = world.paid(200, key="once")
    assert again.id == held.id
    assert again.state in (S.CANCELLED, S.REFUSED, S.EXPIRED)
    assert world.available(world.anna) == euro(1_000).units


def test_the_same_key_with_other_content_names_the_field(world: World) -> None:
    world.paid(20, key="once")
    other: dict[str, dict[str, Any]] = {
        "units": {"whole": 21},
        "creditor": {"creditor": OUTSIDE},
        "debtor": {"debtor": "customer/C0000000000"},
        "maker": {"by": world.ann},
        "remittance_information": {"remittance_information": "other"},
        "request_id": {"request_id": "0" * 26},
    }
    for field, changes in other.items():
        assert key_reused_field(world, **{"whole": 20, "key": "once", **changes}) == field
    with pytest.raises(tp.KeyReused) as caught:
        tp.enrol_customer(world.bank, name="Eva", by=world.tom, key="once")
    assert caught.value.fields["field"] == "verb"
    assert world.units(world.anna) == euro(980).units


def test_a_refusal_binds_no_key_and_leaves_only_an_audit_record(world: World) -> None:
    before = tp.reconcile(world.bank, by=world.ann).records
    payments = tp.find_payments(world.bank, by=world.tom)
    assert world.refused(1_001, key="once") == ["funds.insufficient", "approval.second_person"]
    assert tp.payment_of_key(world.bank, "once", by=world.tom) is None
    assert tp.find_payments(world.bank, by=world.tom) == payments
    assert tp.reconcile(world.bank, by=world.ann).records == before + 1
    happened: list[Any] = tp.read_events(world.bank, by=world.ann, limit=999)
    (told,) = [it for it in happened if it.kind == "payment.refused"]
    assert told.content.keys() == {"intent", "purpose", "reasons"}
    assert (told.content["purpose"], told.content["reasons"]) == (
        "payment", ["funds.insufficient", "approval.second_person"],
    )  # fmt: skip
    assert world.paid(30, key="once").state is S.FINAL  # other content even


def test_a_hold_binds_the_key(world: World) -> None:
    held = world.paid(200, key="once")
    assert tp.payment_of_key(world.bank, "once", by=world.tom) == held
    assert key_reused_field(world, whole=201, key="once") == "units"


# --- no, with every reason

REFUSALS: dict[str, tuple[Callable[[World], object], dict[str, Any], list[str]]] = {
    "insufficient funds": (lambda w: None, {"whole": 1_001}, ["funds.insufficient", "approval.second_person"]),
    "limit of one payment": (lambda w: w.limit(payment_units=10**6), {"whole": 2}, ["limit.payment"]),
    "limit of the customer's day": (lambda w: w.limit(customer_day_units=10**6), {"whole": 2}, ["limit.customer_day"]),
    "limit of the operator's day": (lambda w: w.limit(operator_day_units=10**6), {"whole": 2}, ["limit.operator_day"]),
    "no limit set": (
        lambda w: w.decree(limits={}),
        {},
        ["limit.payment", "limit.customer_day", "limit.operator_day", "approval.second_person"],
    ),
    "hours": (lambda w: w.decree(hours=tp.Hours()), {}, ["hours.closed"]),
    "emergency stop": (lambda w: tp.stop_payments(w.bank, reason="drill", by=w.ann), {}, ["emergency.stop"]),
    "frozen payer": (lambda w: tp.freeze_customer(w.bank, w.anna.id, reason="x", by=w.ann), {}, ["customer.frozen"]),
    "frozen payee": (lambda w: tp.freeze_customer(w.bank, w.boris.id, reason="x", by=w.ann), {}, ["customer.frozen"]),
    "closed payee": (lambda w: tp.close_customer(w.bank, w.boris.id, reason="x", by=w.ann), {}, ["customer.closed"]),
    "frozen asset": (lambda w: freeze_token(w), {}, ["asset.frozen"]),
    "the treasury itself": (lambda w: None, {"creditor": "treasury"}, ["creditor.treasury"]),
    "the token's contract": (lambda w: None, {"creditor": CONTRACT.caip10(CHAIN_ID)}, ["creditor.contract"]),
    "listed address": (lambda w: None, {"creditor": LISTED.caip10(CHAIN_ID)}, ["screening.match"]),
    "several": (
        lambda w: stop_at_night(w),
        {"whole": 6_000},
        ["funds.insufficient", "emergency.stop", "hours.closed", "limit.payment", "approval.second_person"],
    ),
}


def stop_at_night(world: World) -> None:
    world.decree(hours=tp.Hours())
    tp.stop_payments(world.bank, reason="drill", by=world.ann)


def freeze_token(world: World) -> None:
    world.chain.add_token(CONTRACT, code=b"other code")
    tp.check_asset(world.bank, TOKEN.id, by=world.ann)


@pytest.mark.parametrize("why", REFUSALS)
def test_a_refusal_gives_every_reason_and_moves_nothing(world: World, why: str) -> None:
    prepare, changes, codes = REFUSALS[why]
    prepare(world)
    if changes.get("creditor") == "treasury":
        changes = {**changes, "creditor": world.treasury.caip10(CHAIN_ID)}
    assert world.refused(**changes) == codes
    assert world.available(world.anna) == world.units(world.anna) == euro(1_000).units
    world.prove()


def test_day_limits_count_what_is_held_and_give_back_what_ended_unpaid(world: World) -> None:
    world.limit(customer_day_units=euro(250).units)
    held = world.paid(200)
    assert world.refused(60) == ["limit.customer_day"]
    tp.cancel(world.bank, held.id, by=world.tom)
    world.paid(60)
    assert world.refused(200) == ["limit.customer_day", "approval.second_person"]
    world.next_day()
    assert world.paid(90).state is S.FINAL


@pytest.mark.one_database
def test_the_treasury_names_the_sweep_that_would_help(world: World) -> None:
    world.endow(world.boris, 300)
    world.endow(world.boris, 200)
    refusal = world.pay(1_001, debtor=f"customer/{world.boris.id}", creditor=OUTSIDE)
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons][:2] == ["funds.insufficient", "treasury.short"]
    assert "a sweep of 2 deposit addresses brings 500.00 DEUR" in refusal.reasons[1].message


def test_a_match_opens_a_case(world: World) -> None:
    refusal = world.pay(20, creditor=LISTED.caip10(CHAIN_ID))
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["screening.match"]
    again = world.pay(21, creditor=LISTED.caip10(CHAIN_ID))
    assert isinstance(again, tp.Refusal)
    assert world.cases() == [("screening_match", LISTED.caip10(CHAIN_ID))]  # one case for all that is tried


def test_an_address_of_our_own_request_is_not_paid_over_the_chain(world: World) -> None:
    ours = address_of(world.request(50, payee=world.boris)).caip10(CHAIN_ID)
    assert world.refused(50, creditor=ours) == ["creditor.request"]


# --- not yet


def test_an_amount_above_what_one_person_may_pay_waits_for_another(world: World) -> None:
    assert world.paid(100).state is S.FINAL
    held = world.paid("100.000001")
    assert (held.state, [reason.code for reason in held.reasons]) == (S.HELD, ["approval.second_person"])
    assert world.available(world.anna) == euro("799.999999").units
    assert world.units(world.boris) == euro(100).units
    world.prove()


@pytest.mark.parametrize("list_is", ["missing", "too old", "from the future"])
@pytest.mark.one_database
def test_without_a_usable_list_a_payment_to_an_address_is_held_until_one_is_loaded_and_a_person_looks(
    world: World, list_is: str
) -> None:
    if list_is == "missing":
        for table in ("listed_addresses", "listed_parties", "screening_lists"):
            world.sql(f"DELETE FROM {table}")  # noqa: S608
    elif list_is == "too old":
        world.decree(list_max_age_s=1)
    else:
        world.sql("UPDATE screening_lists SET dated_s = dated_s + 1000000")
    assert world.paid(20).state is S.FINAL  # nobody to screen in our own books
    held = world.paid(20, creditor=OUTSIDE)
    assert (held.state, [reason.code for reason in held.reasons]) == (S.HELD, ["screening.unavailable"])
    waiting = tp.approve(world.bank, held.id, by=world.ann)
    assert (waiting.state, [reason.code for reason in waiting.reasons]) == (S.HELD, ["screening.unavailable"])
    world.decree(list_max_age_s=30 * 86_400)
    if list_is == "from the future":
        world.sql("UPDATE screening_lists SET dated_s = dated_s - 2000000")
    tp.load_list(
        world.bank,
        name="ofac",
        form=tp.ListForm.OWN,
        files=[LISTED.text.encode()],
        dated_s=world.clock.now_s(),
        by=world.ann,
    )
    world.to_finality()
    assert world.now(held).state is S.HELD  # nothing lets itself go
    assert tp.approve(world.bank, held.id, by=world.ann).state is S.CLEARED
    world.to_finality()
    assert world.now(held).state is S.FINAL
    world.prove()


def test_a_second_supervisor_may_release_what_the_first_could_not(world: World) -> None:
    """The first one's consent stands; the second one's call takes the payment through the gate again."""
    world.decree(list_max_age_s=1)
    held = world.paid(20, creditor=OUTSIDE)
    tp.approve(world.bank, held.id, by=world.ann)
    world.decree(list_max_age_s=30 * 86_400)
    assert tp.approve(world.bank, held.id, by=world.bob).state is S.CLEARED


# --- requests


def test_a_book_payment_takes_the_request_it_answers(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.paid(20, request_id=request.id)
    assert tp.get_request(world.bank, request.id, by=world.tom).state is tp.RequestState.PART_PAID
    world.paid(30, request_id=request.id)
    issued = tp.get_request(world.bank, request.id, by=world.tom)
    assert (issued.state, issued.credited_units) == (tp.RequestState.PAID, euro(50).units)


@pytest.mark.one_database
def test_a_request_refuses_what_it_does_not_ask_for(world: World) -> None:
    request = world.request(50, payee=world.boris)
    exact = world.request(50, payee=world.boris, terms=tp.Terms.EXACT)
    own = world.request(50, payee=world.anna)
    assert world.refused(51, request_id=request.id) == ["request.amount"]
    assert world.refused(49, request_id=exact.id) == ["request.amount"]
    assert world.refused(50, request_id=own.id) == ["request.other"]
    assert world.refused(300, request_id=request.id) == ["request.amount", "approval.second_person"]
    world.paid(50, request_id=request.id)
    assert world.refused(50, request_id=request.id) == ["request.closed"]
    tp.cancel_request(world.bank, exact.id, by=world.tom)
    assert world.refused(50, request_id=exact.id) == ["request.closed"]
    late = world.request(50, payee=world.boris, expires_in_s=60)
    world.clock.advance(60)
    assert world.refused(50, request_id=late.id) == ["request.closed"]  # though nothing marked it expired yet
    with pytest.raises(tp.NotFound):
        world.pay(50, request_id="0" * 26)


def test_two_held_payments_for_one_request_are_not_both_paid(world: World) -> None:
    request = world.request(200, payee=world.boris)
    first, second = (world.paid(200, request_id=request.id) for _ in range(2))
    assert tp.approve(world.bank, first.id, by=world.ann).state is S.FINAL
    refused = tp.approve(world.bank, second.id, by=world.ann)
    assert (refused.state, [reason.code for reason in refused.reasons]) == (S.REFUSED, ["request.closed"])
    assert world.available(world.anna) == euro(800).units
    world.prove()


# --- raised


@pytest.mark.one_database
def test_input_that_is_not_a_payment_raises(world: World) -> None:
    anna = f"customer/{world.anna.id}"
    payments = tp.find_payments(world.bank, by=world.tom)
    wrong_decimals = replace(TOKEN, decimals=2)
    unknown = tp.Asset.token(CHAIN_ID, tp.Address(b"\x77" * 20), symbol="DEUR", decimals=6)
    table = {
        "an address pays": ({"debtor": OUTSIDE}, tp.InvalidInput),
        "to suspense": ({"creditor": "suspense/CS-1"}, tp.InvalidInput),
        "to oneself": ({"creditor": anna}, tp.InvalidInput),
        "nothing": ({"amount": euro(0)}, tp.InvalidInput),
        "another chain": ({"creditor": tp.Address(b"\xbb" * 20).caip10(1)}, tp.InvalidInput),
        "no party": ({"creditor": "boris"}, tp.InvalidInput),
        "unknown customer": ({"creditor": "customer/C0"}, tp.NotFound),
        "unknown asset": ({"amount": tp.Amount.of(1, unknown)}, tp.NotFound),
        "other decimals": ({"amount": tp.Amount.of(1, wrong_decimals)}, tp.AssetMismatch),
        "no key": ({"key": ""}, tp.InvalidInput),
        "long key": ({"key": "k" * 129}, tp.InvalidInput),
        "long text": ({"remittance_information": "x" * 141}, tp.InvalidInput),
        "line break": ({"remittance_information": "a\nb"}, tp.InvalidInput),
    }
    for name, (changes, error) in table.items():
        with pytest.raises(error):
            print(name, world.pay(**changes))  # type: ignore[arg-type]
    assert tp.find_payments(world.bank, by=world.tom) == payments
    assert world.available(world.anna) == euro(1_000).units
    world.to_finality()


# --- who asks


def test_precedence_session_then_key_then_refusal(world: World) -> None:
    paid = world.paid(20, key="once")
    tp.stop_payments(world.bank, reason="drill", by=world.ann)
    assert world.paid(20, key="once").id == paid.id  # the answer of a payment made before the stop
    assert key_reused_field(world, whole=21, key="once") == "units"
    tp.close_session(world.bank, by=world.tom)
    with pytest.raises(tp.SessionExpired):
        world.pay(21, key="once")


def test_a_role_that_may_not_pay(world: World) -> None:
    with pytest.raises(tp.NotPermitted):
        world.pay(20, by=world.engine)
    with pytest.raises(tp.NotPermitted):
        world.pay(20, debtor="suspense/CS-1")  # a teller does not pay out of a case


@pytest.mark.parametrize("session", ["expired", "closed", "unknown", "borrowed", "inactive", "of the future"])
def test_a_session_that_is_no_longer_or_not_yet_good(world: World, session: str) -> None:
    by = world.tom
    if session == "expired":
        world.clock.advance(12 * 3600)
    elif session == "closed":
        tp.close_session(world.bank, by=by)
    elif session == "unknown":
        by = forge(by, id="0" * 32)
    elif session == "borrowed":
        by = forge(by, operator=world.ann.operator)
    elif session == "inactive":
        world.sql("UPDATE operators SET active = :no WHERE id = 'tom'", no=False)
    else:
        late = tp.open_session(world.bank, operator_id="tom", password="tom-secret", terminal="t")
        world.clock.at_s -= 1
        by = late
    with pytest.raises((tp.SessionExpired, tp.NotPermitted)):
        world.pay(20, by=by)
    assert world.units(world.anna) == euro(1_000).units


def test_a_session_of_another_bank_is_unknown(world: World) -> None:
    """The same people, the same keys, but no such row."""
    world.sql("DELETE FROM sessions WHERE operator_id = 'tom'")
    with pytest.raises(tp.SessionExpired):
        world.pay(20)


def test_a_clock_that_went_far_back_halts_and_nothing_is_written(world: World) -> None:
    world.clock.advance(1_000)
    world.paid(20)
    before = tp.read_events(world.bank, by=world.tom, limit=1000)
    world.clock.advance(-300)
    world.paid(20)  # clocks may differ a little
    world.clock.advance(-301)
    with pytest.raises(tp.Halted):
        world.pay(20, key="once")
    assert tp.payment_of_key(world.bank, "once", by=world.tom) is None
    assert len(tp.read_events(world.bank, by=world.tom, limit=1000)) == len(before) + 1
    assert world.units(world.boris) == euro(40).units
    world.prove()


def test_what_is_recorded_of_a_payment_says_what_was_agreed_to_and_what_it_cost(world: World) -> None:
    booked, sent = world.paid(20), world.paid(20, creditor=OUTSIDE)
    world.to_finality()
    (receipt,) = world.chain.receipts([world.now(sent).transaction_hash or b""])
    assert receipt is not None
    told: dict[str, dict[str, object]] = {booked.id: {}, sent.id: {}}
    for event in tp.read_events(world.bank, by=world.ann, limit=1_000):
        if event.subject in told:
            told[event.subject][event.kind] = event.content
    agreed = {
        it.id: {"intent": it.intent.hash().hex(), "purpose": "payment", "state": it.state} for it in (booked, sent)
    }
    final = {"fee_wei": str(receipt.fee_wei), "transaction": receipt.transaction_hash.hex()}
    assert told[booked.id] == {"payment.final": agreed[booked.id]}
    assert told[sent.id]["payment.cleared"] == agreed[sent.id]
    assert told[sent.id]["payment.final"] == final
