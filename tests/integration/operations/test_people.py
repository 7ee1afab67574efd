"""open_session, controls, customers, cases and assets: who may do what, twice, and in which order."""

from collections.abc import Callable
from dataclasses import replace

import pytest

import tokenpay as tp
from tests.world import (
    CHAIN_ID,
    COIN,
    CONTRACT,
    LISTED,
    OUTSIDE,
    PASSWORDS,
    START,
    TOKEN,
    World,
    address_of,
    euro,
    sign_in,
)
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.payment import PaymentState as S
from tokenpay.steps.record import record

pytestmark = pytest.mark.one_database

# --- sessions


def enter(world: World, password: str, operator: str = "tom") -> tp.Session:
    return tp.open_session(world.bank, operator_id=operator, password=password, terminal="t")


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(world: World) -> None:
    for _ in range(5):
        with pytest.raises(tp.WrongPassword):
            enter(world, "wrong-secret")
    with pytest.raises(tp.WrongPassword) as locked:
        enter(world, PASSWORDS["tom"])
    assert "wait" in locked.value.message
    assert world.paid(20).state is S.FINAL  # a session that is open stays open
    assert enter(world, PASSWORDS["ann"], "ann")
    world.clock.advance(899)
    with pytest.raises(tp.WrongPassword):
        enter(world, PASSWORDS["tom"])
    world.clock.advance(1)
    assert enter(world, PASSWORDS["tom"])


def test_a_right_password_starts_the_count_anew(world: World) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(tp.WrongPassword):
                enter(world, "wrong-secret")
        assert enter(world, PASSWORDS["tom"])


def test_who_does_not_exist_is_told_the_same(world: World) -> None:
    messages = set()
    for operator in ("tom", "nobody", "engine"):
        with pytest.raises(tp.WrongPassword) as caught:
            enter(world, "wrong-secret", operator)
        messages.add(caught.value.message)
    world.sql("UPDATE operators SET active = :no WHERE id = 'tom'", no=False)
    with pytest.raises(tp.WrongPassword) as caught:
        enter(world, PASSWORDS["tom"])
    assert messages == {caught.value.message}


def test_a_session_ends_at_its_time_or_when_closed(world: World) -> None:
    short = tp.open_session(world.bank, operator_id="tom", password=PASSWORDS["tom"], terminal="t", lifetime_s=60)
    world.clock.advance(59)
    assert tp.list_cases(world.bank, by=short) == []
    world.clock.advance(1)
    with pytest.raises(tp.SessionExpired):
        tp.list_cases(world.bank, by=short)
    tp.close_session(world.bank, by=world.tom)
    tp.close_session(world.bank, by=world.tom)
    with pytest.raises(tp.SessionExpired):
        tp.list_cases(world.bank, by=world.tom)
    for lifetime_s, terminal in ((0, "t"), (12 * 3600 + 1, "t"), (60, ""), (60, "t" * 65)):
        with pytest.raises(tp.InvalidInput):
            tp.open_session(
                world.bank, operator_id="tom", password=PASSWORDS["tom"], terminal=terminal, lifetime_s=lifetime_s
            )


# --- the brake


def test_one_person_stops_and_two_let_go_on(world: World) -> None:
    with pytest.raises(tp.NotPermitted):
        tp.stop_payments(world.bank, reason="x", by=world.tom)
    assert tp.resume_payments(world.bank, by=world.ann)  # nothing was stopped
    tp.stop_payments(world.bank, reason="x", by=world.ann)
    tp.stop_payments(world.bank, reason="again", by=world.bob)
    assert not tp.resume_payments(world.bank, by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.resume_payments(world.bank, by=world.ann)
    assert world.refused(20) == ["emergency.stop"]
    with pytest.raises(tp.NotPermitted):
        tp.resume_payments(world.bank, by=world.tom)
    assert tp.resume_payments(world.bank, by=world.bob)
    assert world.paid(20).state is S.FINAL
    tp.stop_payments(world.bank, reason="x", by=world.bob)
    assert not tp.resume_payments(world.bank, by=world.ann)  # the earlier asking is used up
    assert world.refused(20) == ["emergency.stop"]
    world.clock.advance(3_600)
    assert not tp.resume_payments(world.bank, by=world.bob)  # Ann's asking is an hour old
    assert tp.resume_payments(world.bank, by=world.ann)


# --- customers


def test_a_customer_is_enrolled_once_for_a_key(world: World) -> None:
    first = tp.enrol_customer(world.bank, name="  Zoë Ångström ", by=world.tom, key="z")
    assert (first.name, first.status) == ("Zoë Ångström", tp.CustomerStatus.ACTIVE)
    assert tp.enrol_customer(world.bank, name="Zoë Ångström", by=world.tom, key="z") == first
    with pytest.raises(tp.KeyReused):
        tp.enrol_customer(world.bank, name="Zoe", by=world.tom, key="z")
    for name in ("", "  ", "a\nb", "x" * 141):
        with pytest.raises(tp.InvalidInput):
            tp.enrol_customer(world.bank, name=name, by=world.tom, key="y")
    with pytest.raises(tp.NotPermitted):
        tp.enrol_customer(world.bank, name="Eva", by=world.engine, key="y")
    assert tp.find_customers(world.bank, "NGSTR", by=world.tom) == [first]
    assert tp.find_customers(world.bank, first.id[3:9], by=world.tom) == [first]
    assert tp.find_customers(world.bank, "%", by=world.tom) == []


def test_freezing_is_undone_and_closing_is_not(world: World) -> None:
    boris = world.boris.id
    with pytest.raises(tp.NotPermitted):
        tp.freeze_customer(world.bank, boris, reason="x", by=world.tom)
    for _ in range(2):
        assert tp.freeze_customer(world.bank, boris, reason="x", by=world.ann).status is tp.CustomerStatus.FROZEN
    assert tp.unfreeze_customer(world.bank, boris, reason="x", by=world.ann).status is tp.CustomerStatus.ACTIVE
    request = world.request(5, payee=world.boris)
    with pytest.raises(tp.WrongState):
        tp.close_customer(world.bank, boris, reason="x", by=world.ann)
    tp.cancel_request(world.bank, request.id, by=world.tom)
    assert tp.close_customer(world.bank, boris, reason="x", by=world.ann).status is tp.CustomerStatus.CLOSED
    for verb in (tp.freeze_customer, tp.unfreeze_customer):
        with pytest.raises(tp.WrongState):
            verb(world.bank, boris, reason="x", by=world.ann)
    with pytest.raises(tp.NotFound):
        tp.close_customer(world.bank, "C0", reason="x", by=world.ann)


def test_nobody_is_closed_by_a_clock_that_stands_a_day_behind_what_was_recorded(world: World) -> None:
    new = tp.enrol_customer(world.bank, name="New", by=world.tom, key=world.key())
    world.clock.advance(2 * 86_400)
    with world.bank.store.unit_of_work() as uow:
        record(uow, world.bank, uow.operators.get("engine"), "engine.turned", "x")
    world.clock.advance(-2 * 86_400)
    with pytest.raises(tp.Halted):
        tp.close_customer(world.bank, new.id, reason="x", by=world.ann)
    tp.accept_clock(world.bank, by=world.ann)
    assert tp.close_customer(world.bank, new.id, reason="x", by=world.ann).status is tp.CustomerStatus.CLOSED


def test_who_has_or_awaits_money_is_not_closed(world: World) -> None:
    with pytest.raises(tp.WrongState):
        tp.close_customer(world.bank, world.anna.id, reason="x", by=world.ann)
    held = world.paid(200)
    with pytest.raises(tp.WrongState):
        tp.close_customer(world.bank, world.boris.id, reason="x", by=world.ann)
    tp.cancel(world.bank, held.id, by=world.tom)
    tp.close_customer(world.bank, world.boris.id, reason="x", by=world.ann)


@pytest.mark.parametrize("reason", ["", " ", "x" * 141, "a\u200bb"])
def test_a_reason_is_kept_whole_or_nothing_happens(world: World, reason: str) -> None:
    held, boris = world.paid(200), world.boris.id
    acts: list[Callable[[], object]] = [
        lambda: tp.refuse(world.bank, held.id, reason=reason, by=world.ann),
        lambda: tp.stop_payments(world.bank, reason=reason, by=world.ann),
        lambda: tp.freeze_customer(world.bank, boris, reason=reason, by=world.ann),
        lambda: tp.unfreeze_customer(world.bank, boris, reason=reason, by=world.ann),
        lambda: tp.close_customer(world.bank, boris, reason=reason, by=world.ann),
    ]
    for act in acts:
        with pytest.raises(tp.InvalidInput):
            act()
    assert world.now(held).state is S.HELD
    assert world.paid(20).state is S.FINAL


# --- cases


def test_a_case_is_one_for_its_kind_and_subject(world: World) -> None:
    kind = tp.CaseKind.OTHER
    with pytest.raises(tp.NotPermitted):
        tp.open_case(world.bank, kind=kind, subject="s", note="n", by=world.tom)
    case = tp.open_case(world.bank, kind=kind, subject="s", note="n", by=world.ann)
    assert tp.open_case(world.bank, kind=kind, subject="s", note="other", by=world.bob) == case
    assert tp.open_case(world.bank, kind=kind, subject="t", note="n", by=world.ann) != case
    for subject, note in (("", "n"), ("s" * 201, "n"), ("s", "n" * 501)):
        with pytest.raises(tp.InvalidInput):
            tp.open_case(world.bank, kind=kind, subject=subject, note=note, by=world.ann)
    done = tp.resolve_case(world.bank, case.id, resolution="seen", by=world.bob)
    assert (done.is_open, done.resolved_by, done.resolution) == (False, "bob", "seen")
    assert world.cases() == [("other", "t")]
    assert len(world.cases(open_only=False)) == 2
    for id, resolution, error in ((case.id, "", tp.InvalidInput), ("CS-0", "x", tp.NotFound)):
        with pytest.raises(error):
            tp.resolve_case(world.bank, id, resolution=resolution, by=world.ann)


def test_a_possible_match_is_closed_by_two_people_too(world: World) -> None:
    case = tp.open_case(world.bank, kind=tp.CaseKind.POSSIBLE_MATCH, subject="t", note="", by=world.ann)
    done = [tp.resolve_case(world.bank, case.id, resolution="seen", by=by) for by in (world.ann, world.ann, world.bob)]
    assert [it.is_open for it in done] == [True, True, False]


def test_a_match_is_closed_by_two_people_who_made_no_payment_of_it(world: World) -> None:
    def tried(*makers: tp.Session) -> tp.Case:
        for by in makers:
            assert world.refused(5, creditor=LISTED.caip10(CHAIN_ID), by=by) == ["screening.match"]
        return world.case(tp.CaseKind.SCREENING_MATCH)

    def resolved(case: tp.Case, by: tp.Session, said: str) -> tuple[bool, str, str, str]:
        done = tp.resolve_case(world.bank, case.id, resolution=said, by=by)
        return done.is_open, done.asked_by, done.resolved_by, done.resolution

    case = tried(world.tom, world.tom)
    asked = (True, "ann", "", "a namesake")
    assert [resolved(case, world.ann, said) for said in ("a namesake", "once more")] == [asked, asked]
    assert resolved(case, world.bob, "as she says") == (False, "ann", "bob", "a namesake; as she says")
    again = tried(world.tom, world.bob)  # one case for both attempts
    assert again.makers == ("tom", "bob")
    with pytest.raises(tp.NotPermitted):
        resolved(again, world.bob, "nothing")
    assert resolved(again, world.ann, "a namesake") == asked
    with pytest.raises(tp.NotPermitted):
        resolved(again, world.bob, "as she says")


# --- assets


def test_a_token_is_taken_into_use_only_as_the_chain_says(world: World) -> None:
    contract = tp.Address(b"\x22" * 20)
    world.chain.add_token(contract, symbol="GOLD", decimals=8)
    gold = tp.Asset.token(CHAIN_ID, contract, symbol="GOLD", decimals=8)
    table = [
        (replace(gold, decimals=6), tp.InvalidAsset),
        (replace(gold, symbol="G0LD"), tp.InvalidAsset),
        (tp.Asset.token(CHAIN_ID, tp.Address(b"\x23" * 20), symbol="GOLD", decimals=8), tp.NotFound),
        (tp.Asset.token(1, contract, symbol="GOLD", decimals=8), tp.NotFound),
    ]
    for asset, error in table:
        with pytest.raises(error):
            tp.register_asset(world.bank, asset, by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.register_asset(world.bank, gold, by=world.tom)
    registered = tp.register_asset(world.bank, gold, by=world.ann)
    world.clock.advance(5)
    assert tp.register_asset(world.bank, gold, by=world.bob) == registered
    assert tp.find_asset(world.bank, "GOLD") == gold
    look_alike = tp.Address(b"\x24" * 20)
    twin = tp.Asset.token(CHAIN_ID, look_alike, symbol="GOLD", decimals=8)
    world.chain.add_token(look_alike, symbol="GOLD", decimals=8)
    tp.register_asset(world.bank, twin, by=world.ann)
    for name, said in (("GOLD", "by its id"), ("SILVER", "asset list")):
        with pytest.raises(tp.NotFound, match=said):
            tp.find_asset(world.bank, name)
    assert tp.find_asset(world.bank, twin.id) == twin
    assert world.refused(debtor=f"customer/{world.anna.id}", amount=tp.Amount(gold, 1))[:1] == ["funds.insufficient"]


@pytest.mark.parametrize("change", ["code", "decimals", "gone"])
def test_a_token_that_changed_is_frozen_with_a_case_and_stays_so(world: World, change: str) -> None:
    assert tp.check_asset(world.bank, TOKEN.id, by=world.ann).active
    tokens = world.chain._tokens
    before = tokens[CONTRACT]
    if change == "code":
        world.chain.add_token(CONTRACT, code=b"other")
    elif change == "decimals":
        world.chain.add_token(CONTRACT, decimals=2)
    else:
        del tokens[CONTRACT]
    assert not tp.check_asset(world.bank, TOKEN.id, by=world.ann).active
    assert world.cases() == [("asset_changed", TOKEN.id)]
    assert world.refused(20) == ["asset.frozen"]
    with pytest.raises(tp.WrongState):
        world.request(5)
    tokens[CONTRACT] = before
    assert not tp.check_asset(world.bank, TOKEN.id, by=world.ann).active
    assert len(world.cases()) == 1
    with pytest.raises(tp.NotPermitted):
        tp.check_asset(world.bank, TOKEN.id, by=world.tom)


def shrink(world: World, units: int) -> None:
    """Take tokens from the treasury, as no log tells, in a block that is final."""
    world.chain.deposit(CONTRACT, world.treasury, -units, logged=False)
    world.to_finality()


def test_a_token_of_which_the_treasury_lacks_some_is_frozen_with_a_case(world: World) -> None:
    world.endow(world.anna, 100)
    world.sweep()
    booked_units = world.holding(world.treasury)
    assert tp.check_asset(world.bank, TOKEN.id, by=world.ann).active
    world.chain.deposit(CONTRACT, world.treasury, -1, logged=False)
    world.mine()
    world.turn()
    assert tp.check_asset(world.bank, TOKEN.id, by=world.ann).active, "a block that is not final tells nothing"
    world.to_finality()
    assert not tp.check_asset(world.bank, TOKEN.id, by=world.ann).active
    (case,) = tp.list_cases(world.bank, by=world.ann)
    assert (case.kind, case.subject) == (tp.CaseKind.ASSET_CHANGED, TOKEN.id)
    assert case.note.startswith(f"the treasury holds {booked_units - 1} units at block")
    assert case.note.endswith(f"of {booked_units} booked")
    assert world.refused(20) == ["asset.frozen"]


def test_the_treasury_lacks_nothing_that_is_about_to_leave(world: World) -> None:
    world.endow(world.anna, 100)
    world.sweep()
    world.paid(30, creditor=OUTSIDE)
    world.chain.add_token(CONTRACT, paused=True)  # so it stays about to leave
    shrink(world, euro(30).units)
    assert tp.check_asset(world.bank, TOKEN.id, by=world.ann).active
    shrink(world, 1)
    assert not tp.check_asset(world.bank, TOKEN.id, by=world.ann).active


def test_what_the_treasury_lacks_is_not_told_from_another_block_than_the_books(world: World) -> None:
    world.endow(world.anna, 100)
    world.sweep()
    with world.bank.store.read() as uow:
        (swept,) = uow.ledger.accounts(kind=AccountKind.CUSTODY, owner=world.treasury.text, asset_id=TOKEN.id)
        block = uow.ledger.newest_block(swept.id)
    world.sql("UPDATE chains SET final_number = :before", before=block - 1)  # an engine broke off while it judged
    assert tp.check_asset(world.bank, TOKEN.id, by=world.ann).active
    world.sql("UPDATE chains SET final_number = :now", now=block)
    shrink(world, 1)
    world.mine()
    world.chain.forget_states(keep=1)
    assert tp.check_asset(world.bank, TOKEN.id, by=world.ann).active, "a node that cannot tell says nothing"


def test_the_engine_looks_at_tokens_by_itself(world: World) -> None:
    world.chain.add_token(CONTRACT, code=b"other")
    world.clock.advance(60)
    assert world.turn().error is None
    assert world.cases() == [("asset_changed", TOKEN.id)]


# --- what everybody may read


def test_the_statement_tells_each_movement_and_the_balance_after_it(world: World) -> None:
    payment, request = world.paid(50), world.request(5)
    world.deposit(request, 5)
    world.to_finality()
    told = tp.statement(world.bank, customer_id=world.anna.id, asset_id=TOKEN.id, by=world.tom)
    assert [(line.came_in, line.amount, line.balance) for line in told.lines] == [
        (True, euro(START), euro(START)),
        (False, euro(50), euro(START - 50)),
        (True, euro(5), euro(START - 45)),
    ]
    assert told.lines[1].related == payment.id
    assert told.lines[2].related == tp.request_deposits(world.bank, request.id, by=world.tom)[0].id
    assert (told.balance, told.available, told.incoming) == (euro(START - 45), euro(START - 45), euro(0))
    page = tp.statement(
        world.bank, customer_id=world.anna.id, asset_id=TOKEN.id, by=world.tom, after_seq=told.lines[0].seq, limit=1
    )
    assert page.lines == told.lines[1:2]
    empty = tp.statement(world.bank, customer_id=world.boris.id, asset_id=f"eip155:{CHAIN_ID}/slip44:60", by=world.tom)
    assert empty.lines == ()
    for customer_id, asset_id in (("C0", TOKEN.id), (world.anna.id, "iso4217:EUR")):
        with pytest.raises(tp.NotFound):
            tp.statement(world.bank, customer_id=customer_id, asset_id=asset_id, by=world.tom)


def test_events_are_read_in_pages_none_missed_and_hold_no_names(world: World) -> None:
    world.paid(20)
    tp.enrol_customer(world.bank, name="Zacharias", by=world.tom, key="z")
    world.refused(5_001)
    whole = tp.read_events(world.bank, by=world.tom, limit=1000)
    paged, cursor = [], "0.0"
    while page := tp.read_events(world.bank, by=world.tom, after=cursor, limit=7):
        paged += page
        cursor = page[-1].cursor
    assert paged == whole
    assert [event.kind for event in whole[-3:]] == ["payment.final", "customer.enrolled", "payment.refused"]
    assert not [event for event in whole if "Zacharias" in repr(event) or "Anna" in repr(event)]
    for cursor in ("", "x", "1", "1.", "-1.0", "1.1.1"):
        with pytest.raises(tp.InvalidInput):
            tp.read_events(world.bank, by=world.tom, after=cursor)


def test_native_coin_at_a_deposit_address_is_suspense_under_a_case(world: World) -> None:
    request = world.request(5)
    world.chain.deposit(None, address_of(request), 10**17)
    world.to_finality()
    coin = f"eip155:{CHAIN_ID}/slip44:60"
    with pytest.raises(tp.NotPermitted):
        tp.recognise_holding(world.bank, asset_id=coin, address=address_of(request), by=world.tom)
    with pytest.raises(tp.InvalidInput):
        tp.recognise_holding(world.bank, asset_id=coin, address=tp.Address(b"\xab" * 20), by=world.ann)
    for units in (10**17, 0):
        assert tp.recognise_holding(world.bank, asset_id=coin, address=address_of(request), by=world.ann) == units
    case = world.case(tp.CaseKind.UNMATCHED_DEPOSIT)
    with pytest.raises(tp.WrongState):
        tp.resolve_case(world.bank, case.id, resolution="x", by=world.ann)
    world.prove()


def test_a_token_that_said_no_with_a_good_receipt_was_not_paid(world: World) -> None:
    before = world.available(world.anna)
    payment = world.paid(200, creditor=OUTSIDE)
    tp.approve(world.bank, payment.id, by=world.ann)
    world.turn()
    world.chain.add_token(CONTRACT, returns_false=True)
    world.to_finality()
    failed = world.now(payment)
    assert tp.approve(world.bank, payment.id, by=world.bob) == failed  # it was let go: that is no longer asked
    assert (failed.state, [reason.code for reason in failed.reasons]) == (S.FAILED, ["chain.nothing_moved"])
    assert world.available(world.anna) == before
    world.prove()


@pytest.mark.parametrize("table", ["audit_records", "accounts"])
def test_an_edited_book_is_noticed(world: World, table: str) -> None:
    if table == "audit_records":
        world.sql("UPDATE audit_records SET actor = 'eve' WHERE seq = 3 AND stream = 'main'")
        with pytest.raises(tp.IntegrityError):
            tp.reconcile(world.bank, by=world.ann)
    else:
        richer = "0" * 68 + "9999999999" if world.bank.settings.database.startswith("sqlite") else 9_999_999_999
        world.sql("UPDATE accounts SET credits_posted = :units WHERE kind = 'customer'", units=richer)
        assert not tp.reconcile(world.bank, by=world.ann).holds


def test_everything_a_session_reads_asks_for_it(world: World) -> None:
    sign_in(world.bank, "tom")
    world.clock.advance(13 * 3600)
    reads = [
        lambda: tp.get_payment(world.bank, "x", by=world.tom),
        lambda: tp.payment_of_key(world.bank, "x", by=world.tom),
        lambda: tp.find_payments(world.bank, by=world.tom),
        lambda: tp.get_request(world.bank, "x", by=world.tom),
        lambda: tp.request_deposits(world.bank, "x", by=world.tom),
        lambda: tp.find_customers(world.bank, "x", by=world.tom),
        lambda: tp.balances(world.bank, "x", by=world.tom),
        lambda: tp.list_cases(world.bank, by=world.tom),
        lambda: tp.read_events(world.bank, by=world.tom),
        lambda: tp.reconcile(world.bank, by=world.tom),
        lambda: tp.statement(world.bank, customer_id="x", asset_id="x", by=world.tom),
    ]
    for read in reads:
        with pytest.raises(tp.SessionExpired):
            read()


def test_an_unknown_chain_and_an_unsweepable_asset_say_so(world: World) -> None:
    for verb in (tp.watch, tp.settle, tp.submit):
        with pytest.raises(tp.NotFound):
            verb(world.bank, chain_id=5, by=world.engine)
    with pytest.raises(tp.NotFound):
        tp.resume_chain(world.bank, 5, by=world.ann)
    for asset_id, error in ((COIN.id, tp.InvalidAuthorization), ("eip155:5/slip44:60", tp.NotFound)):
        with pytest.raises(error):
            tp.sweep(world.bank, asset_id=asset_id, by=world.engine)
    with pytest.raises(tp.InvalidInput):
        tp.load_list(
            world.bank,
            name="ofac",
            form=tp.ListForm.OWN,
            files=[b"# nobody\n\n"],
            dated_s=world.clock.now_s(),
            by=world.ann,
        )
