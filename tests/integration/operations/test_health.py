"""What a terminal looks up without a chain: health, previews, cursors, one customer."""

from typing import Any

import pytest

import tokenpay as tp
from tests.world import CHAIN_ID, LISTED, OUTSIDE, STRANGER, TOKEN, World, address_of, euro
from tokenpay.errors import ChainUnavailable
from tokenpay.payments.payment import PaymentState as S

pytestmark = pytest.mark.one_database

ALLOW, HOLD, REFUSE = tp.Answer.ALLOW, tp.Answer.HOLD, tp.Answer.REFUSE
P = tp.PayeeStanding


def preview(world: World, whole: int | str = 20, *, creditor: str | None = None, **changes: Any) -> tp.PaymentPreview:
    given: dict[str, Any] = {"debtor": f"customer/{world.anna.id}", "amount": euro(whole), "by": world.tom, **changes}
    return tp.preview_payment(world.bank, creditor=creditor or f"customer/{world.boris.id}", **given)


def standing(world: World) -> dict[str, list[Any]]:
    with world.bank.store.read() as uow:
        from tokenpay.store.tables import metadata

        return {
            name: sorted(map(str, uow.connection.execute(table.select()))) for name, table in metadata.tables.items()
        }


# --- previews


def test_a_preview_says_what_pay_would_and_leaves_no_trace(world: World) -> None:
    request = world.request(5, payee=world.boris)
    table: list[tuple[dict[str, Any], tp.Answer, list[str]]] = [
        ({}, ALLOW, []),
        ({"whole": 200}, HOLD, ["approval.second_person"]),
        ({"whole": 2000}, REFUSE, ["approval.second_person", "funds.insufficient"]),
        ({"creditor": OUTSIDE}, ALLOW, []),
        ({"creditor": LISTED.caip10(CHAIN_ID)}, REFUSE, ["screening.match"]),
        ({"creditor": address_of(request).caip10(CHAIN_ID)}, REFUSE, ["creditor.request"]),
        ({"request_id": request.id}, REFUSE, ["request.amount"]),
        ({"request_id": request.id, "whole": 5}, ALLOW, []),
    ]
    before = standing(world)
    for order, answer, codes in table:
        decision = preview(world, **order).decision
        assert (decision.answer, sorted(reason.code for reason in decision.reasons)) == (answer, sorted(codes)), order
    assert standing(world) == before
    for order, answer, codes in table:
        result = world.pay(**{"whole": 20, **order})
        said = {True: REFUSE, False: HOLD if getattr(result, "state", None) is S.HELD else ALLOW}
        assert said[isinstance(result, tp.Refusal)] is answer
        assert sorted(reason.code for reason in result.reasons) == sorted(codes)


def test_a_preview_knows_who_was_paid_before(world: World) -> None:
    assert preview(world).payee is P.NEW_TO_BANK
    world.paid(20)
    assert (preview(world).payee, preview(world).payee_customer_id) == (P.KNOWN, world.boris.id)
    payment = world.paid(20, creditor=OUTSIDE)
    assert preview(world, creditor=OUTSIDE).payee is P.NEW_TO_BANK  # it is not final yet
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    assert preview(world, creditor=OUTSIDE).payee is P.KNOWN
    of_boris = preview(world, 1, debtor=f"customer/{world.boris.id}", creditor=OUTSIDE)
    assert of_boris.payee is P.NEW_TO_CUSTOMER
    assert preview(world, creditor=world.treasury.caip10(CHAIN_ID)).payee is P.OWN_ADDRESS
    request = world.request(5, payee=world.boris)
    found = preview(world, creditor=address_of(request).caip10(CHAIN_ID))
    assert (found.payee, found.payee_customer_id) == (P.REQUEST_ADDRESS, world.boris.id)


def test_a_preview_tells_a_customer_nothing_of_others(world: World) -> None:
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="402857", by=world.tom, key="k")
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="402857", terminal="kiosk")
    request = world.request(5, payee=world.boris)
    found = preview(world, creditor=address_of(request).caip10(CHAIN_ID), by=anna)
    assert (found.payee, found.payee_customer_id) == (P.REQUEST_ADDRESS, "")
    held = preview(world, creditor=LISTED.caip10(CHAIN_ID), by=anna).decision  # as what a score holds
    assert (held.answer, [reason.code for reason in held.reasons]) == (HOLD, ["counter.ask"])
    with pytest.raises(tp.NotPermitted):
        preview(world, debtor=f"customer/{world.boris.id}", creditor=OUTSIDE, by=anna)


def test_the_network_fee_is_in_the_chains_coin_or_not_told(world: World) -> None:
    fee = preview(world, creditor=OUTSIDE).network_fee
    assert fee is not None
    assert (fee.asset.symbol, fee.units > 0) == ("ETH", True)
    assert preview(world).network_fee is None
    assert preview(world, creditor=OUTSIDE, ask_chain=False).network_fee is None
    world.chain.unreachable = True
    away = preview(world, creditor=OUTSIDE)
    assert (away.network_fee, away.decision.answer) == (None, ALLOW)


def test_a_preview_refuses_what_pay_refuses_to_read(world: World) -> None:
    with pytest.raises(tp.InvalidInput):
        preview(world, creditor="suspense/CS-1")
    with pytest.raises(tp.NotPermitted):
        preview(world, by=world.engine)
    with pytest.raises(tp.NotFound):
        preview(world, creditor="customer/C0")


# --- health


def test_health_says_what_the_engine_saw_and_what_waits(world: World) -> None:
    now_s = world.clock.now_s()
    world.turn()
    health = tp.bank_health(world.bank, by=world.tom)
    (chain,) = health.chains
    assert (health.at_s, health.engine_turned_at_s, health.stopped_by) == (now_s, now_s, "")
    assert (chain.chain_id, chain.seen_at_s, chain.trouble, chain.halted) == (CHAIN_ID, now_s, "", "")
    assert chain.head_number == world.chain.head().number
    assert (chain.head_at_s, chain.final_number) == (world.chain.head().timestamp_s, world.chain.finalized().number)
    assert chain.final_at_s == world.chain.finalized().timestamp_s
    assert [known.name for known in health.lists] == ["ofac"]
    assert (health.held, health.payments, health.deposits, health.open_cases) == (0, 0, 0, 0)
    world.paid(200)
    world.paid(20, creditor=OUTSIDE)
    world.deposit(world.request(5), 5)
    world.mine()
    world.clock.advance(50)
    world.turn()
    tp.stop_payments(world.bank, reason="x", by=world.ann)
    later = tp.bank_health(world.bank, by=world.tom)
    assert (later.stopped_by, later.held, later.payments, later.deposits) == ("ann", 1, 1, 1)
    assert (later.chains[0].payments, later.chains[0].deposits) == (1, 1)
    assert later.events > health.events
    world.clock.advance(30)
    aged = tp.bank_health(world.bank, by=world.tom)
    assert aged.oldest_payment_s == later.oldest_payment_s + 30


def test_a_chain_that_is_away_is_told_and_its_time_stands_still(world: World) -> None:
    world.turn()
    seen_at_s = tp.bank_health(world.bank, by=world.tom).chains[0].seen_at_s
    world.chain.unreachable = True
    world.clock.advance(1)  # less than a turn is noted in: trouble is noted at once
    error = world.turn().error
    assert isinstance(error, ChainUnavailable)
    health = tp.bank_health(world.bank, by=world.tom)
    assert (health.chains[0].trouble, health.chains[0].seen_at_s) == (error.message, seen_at_s)
    assert health.engine_turned_at_s == world.clock.now_s()
    world.chain.unreachable = False
    world.clock.advance(1)
    world.turn()
    well = tp.bank_health(world.bank, by=world.tom).chains[0]
    assert (well.trouble, well.seen_at_s) == ("", world.clock.now_s())


def test_a_turn_is_noted_every_few_seconds(world: World) -> None:
    world.turn()
    first = tp.bank_health(world.bank, by=world.tom).engine_turned_at_s
    world.clock.advance(4)
    world.turn()
    assert tp.bank_health(world.bank, by=world.tom).engine_turned_at_s == first
    world.clock.advance(1)
    world.turn()
    assert tp.bank_health(world.bank, by=world.tom).engine_turned_at_s == world.clock.now_s()


# --- cursors and one customer


def test_a_new_terminal_reads_on_from_the_newest_event(world: World) -> None:
    cursor = tp.newest_event(world.bank, by=world.tom)
    assert tp.read_events(world.bank, by=world.tom, after=cursor) == []
    world.paid(20)
    assert [event.kind for event in tp.read_events(world.bank, by=world.tom, after=cursor)] == ["payment.final"]


def test_one_customer_by_their_number(world: World) -> None:
    assert tp.get_customer(world.bank, world.anna.id, by=world.tom) == world.anna
    for id in ("C0", world.anna.id[:-1], ""):
        with pytest.raises(tp.NotFound):
            tp.get_customer(world.bank, id, by=world.tom)


def test_a_foreign_address_says_its_chain(world: World) -> None:
    table = [
        (STRANGER.text, "foreign_address", None),
        (OUTSIDE, "foreign_address", CHAIN_ID),
        (STRANGER.caip10(1), "other_chain", 1),
        (f"ethereum:{STRANGER}@{CHAIN_ID}?value=1", "foreign_address", CHAIN_ID),
        (f"ethereum:{STRANGER}@5?value=1", "other_chain", 5),
        (world.request(5).reference, "open", TOKEN.chain_id),
    ]
    for text, resolution, chain_id in table:
        found = tp.resolve_request(world.bank, text)
        assert (found.resolution.value, found.chain_id) == (resolution, chain_id), text
