"""Customers who sign in themselves: what is theirs, and that every verb refuses all the rest."""

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import tokenpay as tp
from tests.travel_data import travel_data
from tests.world import CHAIN_ID, LISTED, OUTSIDE, START, TOKEN, World, euro
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.compliance.approval import Part, give as give_consent
from tokenpay.payments.payment import PaymentState as S
from tokenpay.steps.clear import clear
from tokenpay.testing import FakeExchange

pytestmark = pytest.mark.one_database

PIN, BORIS_PIN = "402857", "615093"


def enter(world: World, customer: tp.Customer, pin: str = PIN) -> tp.Session:
    return tp.open_customer_session(world.bank, customer_id=customer.id, pin=pin, terminal="kiosk")


def give(world: World, customer: tp.Customer, pin: str = PIN) -> tp.Operator:
    return tp.open_self_service(world.bank, customer_id=customer.id, pin=pin, by=world.tom, key=world.key())


@pytest.fixture
def anna(world: World) -> tp.Session:
    give(world, world.anna)
    return enter(world, world.anna)


# --- the way in


def test_a_teller_gives_a_pin_and_the_customer_signs_in(world: World, anna: tp.Session) -> None:
    assert (anna.role, anna.operator.customer_id) == (tp.Role.CUSTOMER, world.anna.id)
    assert anna.operator.name == world.anna.id
    assert anna.expires_at_s - anna.opened_at_s == 900
    assert tp.get_customer(world.bank, world.anna.id, by=anna) == world.anna
    assert [operator.id for operator in tp.list_operators(world.bank, by=world.ann)] == ["ann", "bob", "engine", "tom"]
    for lifetime_s in (0, 901):
        with pytest.raises(tp.InvalidInput):
            tp.open_customer_session(
                world.bank, customer_id=world.anna.id, pin=PIN, terminal="kiosk", lifetime_s=lifetime_s
            )


def test_what_does_not_open_says_the_same(world: World, anna: tp.Session) -> None:
    said = set()
    for customer_id, pin in ((world.anna.id, "402858"), (world.boris.id, PIN), ("C0", PIN), ("tom", PIN)):
        with pytest.raises(tp.WrongPassword) as caught:
            tp.open_customer_session(world.bank, customer_id=customer_id, pin=pin, terminal="kiosk")
        said.add(caught.value.message)
    with pytest.raises(tp.WrongPassword):  # not at the bank's own terminals
        tp.open_session(world.bank, operator_id=anna.operator.id, pin=PIN, terminal="t")
    assert len(said) == 1


@pytest.mark.every_database
def test_five_wrong_pins_lock_a_customer(world: World, anna: tp.Session) -> None:
    for _ in range(5):
        with pytest.raises(tp.WrongPassword):
            enter(world, world.anna, "615093")
    with pytest.raises(tp.WrongPassword):
        enter(world, world.anna)
    world.clock.advance(900)
    assert enter(world, world.anna)


def test_the_same_key_gives_the_same_way_in_and_another_pin_needs_another_key(world: World) -> None:
    first = tp.open_self_service(world.bank, customer_id=world.anna.id, pin=PIN, by=world.tom, key="k")
    assert tp.open_self_service(world.bank, customer_id=world.anna.id, pin=PIN, by=world.tom, key="k") == first
    with pytest.raises(tp.KeyReused):
        tp.open_self_service(world.bank, customer_id=world.anna.id, pin="615093", by=world.tom, key="k")
    assert enter(world, world.anna)


@pytest.mark.every_database
def test_a_new_pin_ends_the_old_way_in_and_its_sessions(world: World, anna: tp.Session) -> None:
    held = world.paid(200, by=anna)
    second = give(world, world.anna, "615093")
    with pytest.raises(tp.SessionExpired):
        tp.get_customer(world.bank, world.anna.id, by=anna)
    with pytest.raises(tp.WrongPassword):
        enter(world, world.anna)
    again = enter(world, world.anna, "615093")
    assert again.operator == second
    assert second.id != anna.operator.id
    refused = tp.approve(world.bank, held.id, by=world.ann)  # whoever had the old way in may have made it
    assert (refused.state, [reason.code for reason in refused.reasons]) == (S.REFUSED, ["approval.gone"])
    assert tp.get_payment(world.bank, held.id, by=again).state is S.REFUSED


def test_closing_ends_it_and_closing_again_changes_nothing(world: World, anna: tp.Session) -> None:
    for _ in range(2):
        tp.close_self_service(world.bank, customer_id=world.anna.id, by=world.tom)
    with pytest.raises(tp.SessionExpired):
        tp.balances(world.bank, world.anna.id, by=anna)
    with pytest.raises(tp.WrongPassword):
        enter(world, world.anna)
    with pytest.raises(tp.NotFound):
        tp.close_self_service(world.bank, customer_id="C0", by=world.tom)


def test_a_pin_is_no_part_of_the_number_and_is_given_to_the_active_alone(world: World) -> None:
    with pytest.raises(tp.InvalidInput):
        give(world, world.anna, "123456")
    with pytest.raises(tp.InvalidInput, match="own number"):
        give(world, world.anna, world.anna.id[1:7])
    tp.freeze_customer(world.bank, world.boris.id, reason="x", by=world.ann)
    with pytest.raises(tp.WrongState):
        give(world, world.boris, BORIS_PIN)


def test_a_frozen_customer_reads_and_a_closed_one_does_not_get_in(world: World, anna: tp.Session) -> None:
    tp.freeze_customer(world.bank, world.anna.id, reason="x", by=world.ann)
    again = enter(world, world.anna)
    assert [amount.units for amount in tp.balances(world.bank, world.anna.id, by=again)] == [START * 10**6]
    for by in (anna, again):
        with pytest.raises(tp.NotPermitted):
            world.pay(5, by=by)
        with pytest.raises(tp.NotPermitted):
            world.request(5, by=by)
    give(world, world.boris, BORIS_PIN)
    boris = enter(world, world.boris, BORIS_PIN)
    tp.close_customer(world.bank, world.boris.id, reason="x", by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.get_customer(world.bank, world.boris.id, by=boris)
    with pytest.raises(tp.WrongPassword):
        enter(world, world.boris, BORIS_PIN)


# --- money


@pytest.mark.every_database
def test_a_customer_pays_from_their_own_account_in_the_books_and_on_the_chain(world: World, anna: tp.Session) -> None:
    assert world.paid(20, by=anna).state is S.FINAL
    payment = world.paid(30, by=anna, creditor=OUTSIDE)
    assert payment.intent.maker == anna.operator.id
    world.to_finality()
    assert tp.get_payment(world.bank, payment.id, by=anna).state is S.FINAL
    assert world.units(world.anna) == (START - 50) * 10**6
    world.prove()


def test_more_than_one_may_pay_alone_waits_for_somebody_of_the_bank(world: World, anna: tp.Session) -> None:
    held = world.paid(200, by=anna, creditor=OUTSIDE)
    assert [reason.code for reason in held.reasons] == ["approval.second_person"]
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, held.id, by=anna)
    assert tp.approve(world.bank, held.id, by=world.ann).state is S.CLEARED
    world.to_finality()
    assert tp.get_payment(world.bank, held.id, by=anna).state is S.FINAL


def test_who_gave_a_customer_their_key_is_no_second_person(world: World) -> None:
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin=PIN, by=world.ann, key=world.key())
    payment = world.paid(200, by=enter(world, world.anna), creditor=OUTSIDE)
    with pytest.raises(tp.NotPermitted, match="gave a customer the key"):
        tp.approve(world.bank, payment.id, by=world.ann)
    own = give_consent(world.ann, payment.intent.hash(), part=Part.CHECKER, at_s=payment.intent.created_at_s)
    with world.bank.store.unit_of_work() as uow:
        given = (*uow.approvals.of(payment.id), own)
        with pytest.raises(tp.IntegrityError, match="whose its maker's key is"):
            clear(uow, world.bank, payment.intent, approvals=given, counted=True)
    with pytest.raises(tp.Conflict), world.bank.store.unit_of_work() as uow:
        uow.approvals.add(payment.id, own)
    assert tp.approve(world.bank, payment.id, by=world.bob).state is S.CLEARED
    with world.bank.store.read() as uow:
        clearance = uow.clearances.of(payment.id)
    signer: Any = world.bank.required_signer()
    signer._check_clearance(payment.intent, clearance)
    with pytest.raises(tp.SignerRefused, match="whose its maker's key is"):
        signer._check_clearance(payment.intent, replace(clearance, approvals=given))


@pytest.mark.parametrize("change", ["UPDATE introductions SET signature = :value", "DELETE FROM introductions"])
def test_a_row_alone_makes_nobody_a_maker(world: World, anna: tp.Session, change: str) -> None:
    world.sql(change, **({"value": bytes(64)} if ":value" in change else {}))
    with pytest.raises(tp.IntegrityError, match="introduced"):
        world.paid(20, by=anna)
    assert world.units(world.anna) == START * 10**6


def test_the_customers_day_is_one_whoever_makes_its_payments(world: World, anna: tp.Session) -> None:
    world.limit(customer_day_units=50 * 10**6)
    world.paid(30)
    assert world.refused(30, by=anna) == ["limit.customer_day"]
    give(world, world.anna, "615093")
    assert world.refused(30, by=enter(world, world.anna, "615093")) == ["limit.customer_day"]


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("UPDATE introductions SET introduced_by = 'engine'", {}),
        ("UPDATE introductions SET signature = :value", {"value": bytes(64)}),
        ("UPDATE introductions SET at_s = at_s + 1", {}),
        ("DELETE FROM introductions", {}),
    ],
)
def test_the_signer_knows_only_who_was_introduced(
    world: World, anna: tp.Session, change: str, values: dict[str, Any]
) -> None:
    payment = world.paid(30, by=anna, creditor=OUTSIDE)
    world.sql(change, **values)
    world.turn()
    kept = world.now(payment)
    assert (kept.state, [reason.code for reason in kept.reasons]) == (S.CLEARED, ["integrity"])
    with world.bank.store.read() as uow:
        clearance = uow.clearances.of(payment.id)
    signer: Any = world.bank.required_signer()
    with pytest.raises(tp.SignerRefused):
        signer._check_clearance(payment.intent, clearance)
    assert [reason.code for reason in tp.get_payment(world.bank, payment.id, by=anna).reasons] == ["counter.ask"]


def test_the_signer_lets_a_customer_pay_from_no_other_account(world: World, anna: tp.Session) -> None:
    payment = world.paid(30, by=anna, creditor=OUTSIDE)
    with world.bank.store.read() as uow:
        clearance = uow.clearances.of(payment.id)
    other = replace(payment.intent, debtor=tp.BookParty(payment.intent.debtor.kind, world.boris.id))  # type: ignore[union-attr]
    signer: Any = world.bank.required_signer()
    for intent, error in (
        (other, tp.SignerRefused),
        (replace(payment.intent, purpose=tp.Purpose.REFUND), tp.SignerRefused),
    ):
        with pytest.raises(error, match="own account"):
            signer._introduced(clearance.approvals[0], intent)
    stranger = SignerRules(operators={}, fee_caps_wei={}, alone_units={})
    signer._rules = stranger
    with pytest.raises(tp.SignerRefused, match="introduced by somebody"):
        signer._introduced(clearance.approvals[0], payment.intent)


# --- what a customer is told


def test_a_screening_is_not_told_to_a_customer(world: World, anna: tp.Session) -> None:
    listed = LISTED.caip10(CHAIN_ID)
    hit = world.paid(20, by=anna, creditor=listed)  # held, as anything that somebody looks at: no refusal tells
    assert (hit.state, [reason.code for reason in hit.reasons]) == (S.HELD, ["counter.ask"])
    assert world.cases() == [("screening_match", listed)]
    still = tp.approve(world.bank, hit.id, by=world.ann)
    assert (still.state, [reason.code for reason in still.reasons]) == (S.HELD, ["screening.match"])
    assert world.refused(20, creditor=listed) == ["screening.match"]
    world.clock.advance(800)
    world.decree(list_max_age_s=60)
    key = world.key()
    held = world.paid(20, by=anna, creditor=OUTSIDE, key=key)
    assert [reason.code for reason in held.reasons] == ["counter.ask"]
    seen = (
        tp.get_payment(world.bank, held.id, by=anna),
        tp.payment_of_key(world.bank, key, by=anna),
        world.paid(20, by=anna, creditor=OUTSIDE, key=key),
    )
    assert {payment.reasons for payment in seen if payment is not None} == {held.reasons}
    assert [reason.code for reason in world.now(held).reasons] == ["screening.unavailable"]
    tp.freeze_customer(world.bank, world.boris.id, reason="x", by=world.ann)
    assert world.refused(20, by=anna) == ["counter.ask"]


def test_a_customers_preview_tells_no_more_and_one_of_a_listed_address_is_recorded(
    world: World, anna: tp.Session
) -> None:
    def previewed(creditor: tp.Address) -> tuple[str, list[str]]:
        given: dict[str, Any] = {"debtor": f"customer/{world.anna.id}", "amount": euro(5), "by": anna}
        seen = tp.preview_payment(world.bank, creditor=creditor.caip10(CHAIN_ID), **given).decision
        return seen.answer.value, [reason.code for reason in seen.reasons]

    assert previewed(LISTED) == ("hold", ["counter.ask"])
    assert world.cases() == [("screening_match", LISTED.caip10(CHAIN_ID))]
    with world.bank.store.read() as uow:
        told = [record.action for record in uow.audit.records(anna.operator.branch)]
    assert told[-2:] == ["case.opened", "payment.previewed"]
    world.decree(list_max_age_s=1)
    world.clock.advance(60)
    assert previewed(tp.Address(b"\xee" * 20)) == ("hold", ["counter.ask"])


@pytest.mark.every_database
def test_the_journal_of_a_customer_is_what_they_paid_and_were_paid(world: World, anna: tp.Session) -> None:
    give(world, world.boris, BORIS_PIN)
    boris = enter(world, world.boris, BORIS_PIN)
    paid, held = world.paid(20, by=anna), world.paid(200, by=anna)

    def lines(by: tp.Session, **more: Any) -> list[tp.JournalEntry]:
        wanted = tp.JournalFilter(customer_id=by.operator.customer_id)
        return list(tp.journal(world.bank, wanted=wanted, by=by, **more).entries)

    assert {entry.payment.id for entry in lines(anna)} == {paid.id, held.id}
    assert {(entry.debtor_name, entry.creditor_name) for entry in lines(anna)} == {(world.anna.name, "")}
    (came,) = lines(boris)
    assert (came.payment.id, came.debtor_name, came.creditor_name) == (paid.id, "", world.boris.name)
    page = tp.journal(world.bank, wanted=tp.JournalFilter(customer_id=world.boris.id), by=boris, limit=1)
    assert page.following == ""  # nothing tells that more is on its way
    world.clock.advance(800)
    world.decree(list_max_age_s=60)
    unsure = world.paid(20, by=anna, creditor=OUTSIDE)
    told = {entry.payment.id: [reason.code for reason in entry.payment.reasons] for entry in lines(anna)}
    assert told[unsure.id] == ["counter.ask"]
    for wanted in (tp.JournalFilter(), tp.JournalFilter(customer_id=world.boris.id), tp.JournalFilter(text=paid.id)):
        with pytest.raises(tp.NotPermitted):
            tp.journal(world.bank, wanted=wanted, by=anna)


def test_a_customer_looks_at_receipts_of_their_own_payments(world: World, anna: tp.Session) -> None:
    paid = world.paid(20, by=anna)
    seen = tp.preview_receipt(world.bank, paid.id, by=anna)
    assert (seen.copy, seen.standing) == (None, tp.Standing.FINAL)
    assert seen.payer is not None
    assert seen.payee is not None
    assert (seen.payer.name, seen.payee.name) == (world.anna.name, "")
    with pytest.raises(tp.NotPermitted):
        tp.preview_receipt(world.bank, world.request(5).id, by=anna)
    assert tp.issue_receipt(world.bank, paid.id, by=world.tom).is_original  # the counter's, and still there


def test_a_blocked_deposit_waits_like_any_other_to_a_customer(world: World, anna: tp.Session) -> None:
    request = world.request(5, by=anna, payee=world.anna)
    world.deposit(request, 5, sender=LISTED)
    world.to_finality()
    (seen,) = tp.request_deposits(world.bank, request.id, by=anna)
    (known,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    assert (seen.outcome, known.outcome) == (tp.DepositOutcome.SUSPENSE, tp.DepositOutcome.BLOCKED)


def test_who_is_paid_sees_it_when_they_are(world: World, anna: tp.Session) -> None:
    give(world, world.boris, BORIS_PIN)
    boris = enter(world, world.boris, BORIS_PIN)
    held = world.paid(200, by=anna)
    with pytest.raises(tp.NotPermitted):
        tp.get_payment(world.bank, held.id, by=boris)
    tp.approve(world.bank, held.id, by=world.ann)
    assert tp.get_payment(world.bank, held.id, by=boris).state is S.FINAL


# --- every verb


def own(world: World, customer: tp.Customer) -> dict[str, Callable[[tp.Session], object]]:
    """The verbs that a customer may use, each about this customer."""
    request = world.request(5, payee=customer)
    payment = world.paid(1, debtor=f"customer/{customer.id}", creditor=OUTSIDE)
    bank, party = world.bank, f"customer/{customer.id}"
    order = tp.PaymentOrder(debtor=party, creditor=OUTSIDE, amount=euro(1))
    asked = tp.RequestOrder(payee=customer.id, asset=TOKEN, amount=euro(1))
    return {
        "balances": lambda by: tp.balances(bank, customer.id, by=by),
        "find_requests": lambda by: tp.find_requests(bank, customer_id=customer.id, by=by),
        "get_customer": lambda by: tp.get_customer(bank, customer.id, by=by),
        "get_payment": lambda by: tp.get_payment(bank, payment.id, by=by),
        "get_request": lambda by: tp.get_request(bank, request.id, by=by),
        "issue_request": lambda by: world.request(5, payee=customer, by=by),
        "issue_requests": lambda by: tp.issue_requests(bank, orders=[asked], by=by, key=world.key()),
        "journal": lambda by: tp.journal(bank, wanted=tp.JournalFilter(customer_id=customer.id), by=by),
        "pay": lambda by: world.pay(1, debtor=party, creditor=OUTSIDE, by=by),
        "pay_batch": lambda by: tp.pay_batch(bank, orders=[order], by=by, key=world.key()),
        "preview_payment": lambda by: tp.preview_payment(bank, debtor=party, creditor=OUTSIDE, amount=euro(1), by=by),
        "preview_receipt": lambda by: tp.preview_receipt(bank, payment.id, by=by),
        "request_deposits": lambda by: tp.request_deposits(bank, request.id, by=by),
        "statement": lambda by: tp.statement(bank, customer_id=customer.id, asset_id=TOKEN.id, by=by),
    }


ALWAYS = {"close_session", "payment_of_key"}
"""A session ends itself; a key that stands for no payment of the customer's own stands for nothing."""


def travelling(bank: tp.Bank) -> tp.Bank:
    """A bank that reaches another institution."""
    them = tp.InstitutionSettings(id="second-bank", key="00" * 64, legal_name="Second Bank")
    travel = tp.TravelSettings(id="first-bank", legal_name="First Token Bank", path="travel", institutions=(them,))
    settings = bank.settings.model_copy(update={"travel": travel})
    return dataclasses.replace(bank, settings=settings, travel_exchange=FakeExchange("first-bank"))


def refused(world: World) -> dict[str, Callable[[tp.Session], object]]:
    """Every other verb, about what is the customer's own as far as that can be."""
    bank, mine = world.bank, world.anna.id
    folder = bank.directory
    assert folder is not None
    request, held = world.request(5), world.paid(200)
    case = tp.open_case(bank, kind=tp.CaseKind.OTHER, subject=mine, note="n", by=world.ann)
    grant: Any = None
    count = tp.CashCount(currency="EUR", pieces={})
    party, key, other = f"customer/{mine}", world.key(), tp.CaseKind.OTHER
    cash = tp.Asset.cash("EUR")
    rate = tp.Rate(token=TOKEN, cash=cash, price=Decimal(1), source="desk", at_s=0)
    archive = folder / "archive"
    nothing = tp.Assertion(credential_id=b"", client_data=b"", authenticator_data=b"", signature=b"")
    answer = tp.PasskeyAnswer(challenge_id="00", given=nothing)
    made = tp.PasskeyAnswer(challenge_id="00", given=tp.Attestation(client_data=b"", attestation_object=b""))
    tp.sign_heads(bank, by=world.engine, at_once=True)
    tp.archive_audit(bank, archive, stream="main", before_s=2**40, by=world.ann)
    return {
        "attach_travel_rule": lambda by: tp.attach_travel_rule(bank, held.id, travel_data(mine), by=by, key=key),
        "begin_wallet_proof": lambda by: tp.begin_wallet_proof(bank, customer_id=mine, wallet=OUTSIDE, by=by),
        "erase_outdated": lambda by: tp.erase_outdated(bank, by=by),
        "erase_personal_data": lambda by: tp.erase_personal_data(bank, mine, by=by),
        "get_erasure": lambda by: tp.get_erasure(bank, mine, by=by),
        "read_audit": lambda by: tp.read_audit(bank, stream="main", by=by),
        "erase_travel_rule": lambda by: tp.erase_travel_rule(bank, by=by),
        "get_travel_rule": lambda by: tp.get_travel_rule(bank, held.id, by=by),
        "receive_travel_rule": lambda by: tp.receive_travel_rule(travelling(bank), by=by),
        "send_travel_rule": lambda by: tp.send_travel_rule(travelling(bank), held.id, to="second-bank", by=by),
        "prove_wallet": lambda by: tp.prove_wallet(bank, "WP-1", bytes(65), by=by),
        "accept_clock": lambda by: tp.accept_clock(bank, by=by),
        "allocate_cash": lambda by: tp.allocate_cash(
            bank, drawer="D1", direction=tp.CashDirection.TO_DRAWER, amount=euro(1), by=by, key=key
        ),
        "approve": lambda by: tp.approve(bank, held.id, by=by),
        "approve_admission": lambda by: tp.approve_admission(bank, "ST-1", by=by),
        "approve_policy": lambda by: tp.approve_policy(bank, "PP-1", by=by),
        "archive_audit": lambda by: tp.archive_audit(bank, folder / "audit", stream="main", before_s=2**40, by=by),
        "ask_passkey": lambda by: tp.ask_passkey(bank, held.id, by=by),
        "begin_passkey": lambda by: tp.begin_passkey(bank, by=by, customer_id=mine),
        "bank_health": lambda by: tp.bank_health(bank, by=by),
        "book_balances": lambda by: tp.book_balances(bank, by=by),
        "cancel": lambda by: tp.cancel(bank, held.id, by=by),
        "cancel_request": lambda by: tp.cancel_request(bank, request.id, by=by),
        "case_balances": lambda by: tp.case_balances(bank, case.id, by=by),
        "change_key_password": lambda by: tp.change_key_password(bank, new="y" * 8, by=by),
        "change_password": lambda by: tp.change_password(bank, old="x" * 8, new="y" * 8, by=by),
        "check_asset": lambda by: tp.check_asset(bank, TOKEN.id, by=by),
        "freeze_asset": lambda by: tp.freeze_asset(bank, TOKEN.id, reason="x", by=by),
        "unfreeze_asset": lambda by: tp.unfreeze_asset(bank, TOKEN.id, code_hash=bytes(32), by=by),
        "close_customer": lambda by: tp.close_customer(bank, mine, reason="x", by=by),
        "close_self_service": lambda by: tp.close_self_service(bank, customer_id=mine, by=by),
        "close_shift": lambda by: tp.close_shift(bank, "SH-1", counts=(count,), by=by, key=key),
        "collect": lambda by: tp.collect(
            bank, request_id=request.id, authorization=grant, signature=grant, by=by, key=key
        ),
        "screen_names": lambda by: tp.screen_names(bank, by=by),
        "case_hits": lambda by: tp.case_hits(bank, case.id, by=by),
        "release_hit": lambda by: tp.release_hit(bank, case.id, list_name="l", entry_id="7", reason="another", by=by),
        "confirm_release": lambda by: tp.confirm_release(bank, "NR-1", by=by),
        "dismiss_operator": lambda by: tp.dismiss_operator(bank, "tom", reason="x", by=by, key=key),
        "enact_policies": lambda by: tp.enact_policies(bank, by=by),
        "enact_staff_changes": lambda by: tp.enact_staff_changes(bank, by=by),
        "confirm_passkey": lambda by: tp.confirm_passkey(bank, "00", by=by),
        "confirm_payment": lambda by: tp.confirm_payment(bank, held.id, passkey=answer, by=by),
        "enrol_customer": lambda by: tp.enrol_customer(bank, name="Eva", by=by, key=key),
        "exchange": lambda by: tp.exchange(bank, quote_id="QU-1", by=by, key=key),
        "expire": lambda by: tp.expire(bank, by=by),
        "export_audit": lambda by: tp.export_audit(bank, folder / "export", stream="main", by=by),
        "export_journal": lambda by: tp.export_journal(
            bank, folder / "journal.csv", by=by, wanted=tp.JournalFilter(customer_id=mine)
        ),
        "export_statements": lambda by: tp.export_statements(
            bank, folder / "statements", asset_id=TOKEN.id, since_s=0, until_s=1, by=by
        ),
        "find_customers": lambda by: tp.find_customers(bank, mine, by=by),
        "find_payments": lambda by: tp.find_payments(bank, by=by),
        "find_shifts": lambda by: tp.find_shifts(bank, by=by),
        "freeze_customer": lambda by: tp.freeze_customer(bank, mine, reason="x", by=by),
        "get_case": lambda by: tp.get_case(bank, case.id, by=by),
        "get_policy": lambda by: tp.get_policy(bank, by=by),
        "get_policy_proposal": lambda by: tp.get_policy_proposal(bank, "PP-1", by=by),
        "issue_receipt": lambda by: tp.issue_receipt(bank, held.id, by=by),
        "large_transfers": lambda by: tp.large_transfers(bank, since_s=0, until_s=1, units={}, by=by),
        "suspicious_cases": lambda by: tp.suspicious_cases(bank, since_s=0, until_s=1, by=by),
        "list_cases": lambda by: tp.list_cases(bank, by=by),
        "find_lists": lambda by: tp.find_lists(bank, by=by),
        "list_operators": lambda by: tp.list_operators(bank, by=by),
        "seal_policy": lambda by: tp.seal_policy(bank, by=by),
        "screen_address": lambda by: tp.screen_address(bank, LISTED.text, by=by),
        "list_rates": lambda by: tp.list_rates(bank, by=by),
        "load_list": lambda by: tp.load_list(
            bank, name="own", form=tp.ListForm.OWN, files=[LISTED.text.encode()], dated_s=world.clock.now_s(), by=by
        ),
        "newest_event": lambda by: tp.newest_event(bank, by=by),
        "open_case": lambda by: tp.open_case(bank, kind=other, subject="s", note="n", by=by),
        "open_self_service": lambda by: tp.open_self_service(bank, customer_id=mine, pin="615093", by=by, key=key),
        "open_shift": lambda by: tp.open_shift(bank, drawer="D1", opening=(count,), by=by, key=key),
        "policy_proposals": lambda by: tp.policy_proposals(bank, by=by),
        "preview_policy": lambda by: tp.preview_policy(bank, "PP-1", by=by),
        "propose_admission": lambda by: tp.propose_admission(
            bank, id="eve", name="Eve", role=tp.Role.TELLER, branch="main", password="x" * 8, by=by, key=key
        ),
        "propose_policy": lambda by: tp.propose_policy(bank, tp.Policy(version=2), by=by, key=key),
        "quote_exchange": lambda by: tp.quote_exchange(
            bank, customer_id=mine, direction=tp.Direction.CASH_OUT, amount=euro(1), against=cash, by=by
        ),
        "read_events": lambda by: tp.read_events(bank, by=by),
        "wait_for_events": lambda by: tp.wait_for_events(bank, after="0.0", by=by),
        "receive_cash": lambda by: tp.receive_cash(bank, count=count, by=by, key=key),
        "recall": lambda by: tp.recall(bank, held.id, reason="x", by=by),
        "recognise_holding": lambda by: tp.recognise_holding(bank, asset_id=TOKEN.id, by=by),
        "reconcile": lambda by: tp.reconcile(bank, by=by),
        "refund": lambda by: tp.refund(bank, of=held.id, to=party, amount=euro(1), by=by, key=key),
        "refuse": lambda by: tp.refuse(bank, held.id, reason="x", by=by),
        "refuse_admission": lambda by: tp.refuse_admission(bank, "ST-1", reason="x", by=by),
        "refuse_policy": lambda by: tp.refuse_policy(bank, "PP-1", reason="x", by=by),
        "register_asset": lambda by: tp.register_asset(bank, TOKEN, by=by),
        "resolve_case": lambda by: tp.resolve_case(bank, case.id, resolution="x", by=by),
        "resolve_overtaken": lambda by: tp.resolve_overtaken(bank, held.id, raw=b"", by=by),
        "resume_chain": lambda by: tp.resume_chain(bank, CHAIN_ID, by=by),
        "resume_payments": lambda by: tp.resume_payments(bank, by=by),
        "reverse": lambda by: tp.reverse(bank, held.id, by=by, key=key),
        "run_once": lambda by: tp.run_once(bank, by=by),
        "set_customer_kind": lambda by: tp.set_customer_kind(bank, mine, tp.CustomerKind.BUSINESS, reason="x", by=by),
        "set_pin": lambda by: tp.set_pin(bank, pin="615093", by=by),
        "set_rate": lambda by: tp.set_rate(bank, rate, by=by),
        "send_heads": lambda by: tp.send_heads(bank, by=by),
        "sign_heads": lambda by: tp.sign_heads(bank, by=by),
        "settle": lambda by: tp.settle(bank, chain_id=CHAIN_ID, by=by),
        "shift_of_key": lambda by: tp.shift_of_key(bank, key, by=by),
        "shift_report": lambda by: tp.shift_report(bank, "SH-1", by=by),
        "sign_issued_request": lambda by: tp.sign_issued_request(bank, request.id, by=by),
        "staff_changes": lambda by: tp.staff_changes(bank, by=by),
        "stop_payments": lambda by: tp.stop_payments(bank, reason="x", by=by),
        "submit": lambda by: tp.submit(bank, chain_id=CHAIN_ID, by=by),
        "sweep": lambda by: tp.sweep(bank, asset_id=TOKEN.id, by=by),
        "unfreeze_customer": lambda by: tp.unfreeze_customer(bank, mine, reason="x", by=by),
        "verify_archive": lambda by: tp.verify_archive(bank, archive, by=by),
        "list_passkeys": lambda by: tp.list_passkeys(bank, by=by, customer_id=mine),
        "register_passkey": lambda by: tp.register_passkey(bank, name="n", answer=made, by=by),
        "revoke_passkey": lambda by: tp.revoke_passkey(bank, "00", by=by),
        "trust_passkeys": lambda by: tp.trust_passkeys(bank, by=by),
        "trust_staff": lambda by: tp.trust_staff(bank, by=by),
        "verify_audit": lambda by: tp.verify_audit(bank, by=by),
        "volumes": lambda by: tp.volumes(bank, since_s=0, until_s=1, by=by),
        "watch": lambda by: tp.watch(bank, chain_id=CHAIN_ID, by=by),
        "withdraw_admission": lambda by: tp.withdraw_admission(bank, "ST-1", by=by),
        "withdraw_policy": lambda by: tp.withdraw_policy(bank, "PP-1", by=by),
    }


def verbs() -> set[str]:
    """Every public function that somebody is asked for."""
    found = {name: getattr(tp, name) for name in tp.__all__}
    return {
        name for name, verb in found.items() if inspect.isfunction(verb) and "by" in inspect.signature(verb).parameters
    }


def test_each_verb_is_refused_to_customers_unless_it_says_whose_it_is(world: World, anna: tp.Session) -> None:
    table, allowed = refused(world), own(world, world.anna)
    assert verbs() == {*table, *allowed, *ALWAYS}
    may: list[str] = []
    for name, verb in table.items():
        try:
            verb(anna)
            may.append(name)
        except tp.NotPermitted:
            pass
    assert may == []


@pytest.mark.every_database
def test_each_verb_for_customers_is_about_their_own_alone(world: World, anna: tp.Session) -> None:
    world.endow(world.boris, 10)
    for verb in own(world, world.anna).values():
        assert verb(anna) is not None
    for name, verb in own(world, world.boris).items():
        with pytest.raises(tp.NotPermitted):
            verb(anna)
        assert verb(world.tom) is not None, name
    for id in ("C0", "nothing"):
        with pytest.raises(tp.NotPermitted):  # no word of what exists
            tp.get_payment(world.bank, id, by=anna)
        with pytest.raises(tp.NotPermitted):
            tp.get_customer(world.bank, id, by=anna)
    with pytest.raises(tp.NotPermitted):
        tp.find_requests(world.bank, by=anna)
    world.paid(20, key="of-tom", creditor=OUTSIDE, debtor=f"customer/{world.boris.id}", amount=euro(1))
    assert tp.payment_of_key(world.bank, "of-tom", by=anna) is None
    assert tp.payment_of_key(world.bank, "of-nobody", by=anna) is None
    tp.close_session(world.bank, by=anna)
    with pytest.raises(tp.SessionExpired):
        tp.balances(world.bank, world.anna.id, by=anna)


def test_a_preview_does_not_tell_a_customer_whom_others_paid(world: World, anna: tp.Session) -> None:
    party, said = f"customer/{world.anna.id}", []
    for _ in range(2):
        shown = tp.preview_payment(
            world.bank, debtor=party, creditor=f"customer/{world.boris.id}", amount=euro(1), by=anna
        )
        said.append(shown.payee)
        carl = tp.enrol_customer(world.bank, name="Carl", by=world.tom, key=world.key())
        world.endow(carl, 5)
        world.paid(1, debtor=f"customer/{carl.id}", creditor=f"customer/{world.boris.id}")
    assert said == [tp.PayeeStanding.NEW_TO_CUSTOMER] * 2
