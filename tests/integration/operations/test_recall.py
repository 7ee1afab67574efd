"""recall, and what the engine asks back by itself: the payment's own bytes or the no-op at its nonce, never both."""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import tokenpay as tp
from tests.armed import approve, arm, confirm, key_of, reopen_signer, trust
from tests.integration.operations.test_collect import PAYER, carry, collect, collecting
from tests.integration.operations.test_outgoing import (
    FIRST,
    attempts,
    in_order,
    listed,
    next_nonce,
    out,
    overtaken,
    paid_once,
    refusing,
    versions,
)
from tests.world import (
    CHAIN_ID,
    COIN,
    COIN_WEI,
    CONTRACT,
    LIMITS,
    OUTSIDE,
    SETTINGS,
    START,
    STRANGER,
    TOKEN,
    World,
    address_of,
    euro,
)
from tokenpay.ethereum.fees import NO_OP_GAS
from tokenpay.ethereum.grants.grant import sign as sign_authorization
from tokenpay.ethereum.observed import Holding
from tokenpay.ethereum.transaction import decode
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.payment import PaymentState as S
from tokenpay.ports import Broadcast

pytestmark = pytest.mark.one_database


def recalled(world: World, payment: tp.Payment) -> tp.Payment:
    return tp.recall(world.bank, payment.id, reason="the customer was deceived", by=world.ann)


def came_back(world: World, *payments: tp.Payment) -> None:
    """Each failed because it was asked back, nobody was paid, the gas is booked, and the books are proved."""
    for payment in payments:
        failed = world.now(payment)
        assert (failed.state, [reason.code for reason in failed.reasons]) == (S.FAILED, ["payment.recalled"])
        taken = next(it for it in versions(world, payment) if it.transaction_hash == failed.transaction_hash)
        no_op = decode(taken.raw).transaction
        assert (no_op.to, no_op.value_wei, no_op.data, taken.pays_nobody()) == (world.treasury.raw, 0, b"", True)
    assert world.holding(STRANGER) == 0
    assert world.available(world.anna) == world.units(world.anna) == euro(START).units
    assert world.account(AccountKind.CUSTODY, world.treasury.text, COIN).credits_pending == 0
    world.prove()


def late(world: World) -> None:
    """Let the pool lose what waits, and time pass until a higher fee is due."""
    world.chain.drop(world.chain.waiting[0])
    world.clock.advance(SETTINGS.bump_after_s)


# --- by a supervisor


@pytest.mark.every_database
def test_a_payment_that_waits_comes_back(world: World) -> None:
    payment, behind = in_order(world, 2)
    world.turn()
    asked = recalled(world, payment)
    assert (asked.state, asked.recalled_by, asked.reasons) == (S.SENT, "ann", ())
    assert world.available(world.anna) == euro(START - 40).units, "it may be paid all the same"
    assert world.turn().error is None
    first, no_op = versions(world, payment)
    assert (no_op.nonce, no_op.pays_nobody(), first.pays_nobody()) == (first.nonce, True, False)
    assert no_op.max_fee_wei * 100 >= first.max_fee_wei * 110
    assert set(world.chain.waiting) == {no_op.transaction_hash, versions(world, behind)[0].transaction_hash}
    world.to_finality()
    assert (world.now(payment).state, world.now(behind).state) == (S.FAILED, S.FINAL)
    assert world.holding(STRANGER) == euro(20).units
    assert world.available(world.anna) == world.units(world.anna) == euro(START - 20).units
    assert next_nonce(world) == FIRST + 2
    world.prove()


def test_what_it_says_in_the_records(world: World) -> None:
    payment = out(world)
    world.turn()
    recalled(world, payment)
    world.to_finality()
    came_back(world, payment)
    told = [event for event in tp.read_events(world.bank, by=world.ann, limit=1000) if event.subject == payment.id]
    kinds = [event.kind for event in told if event.kind != "payment.included"]
    assert kinds[-4:] == ["payment.recalled", "payment.signed", "payment.sent", "payment.failed"]


@pytest.mark.every_database
def test_a_block_that_takes_the_payment_first_pays_it_once(world: World) -> None:
    payment = out(world)
    world.turn()
    pooled = world.chain._pool.waiting.copy()
    recalled(world, payment)
    world.turn()
    assert len(versions(world, payment)) == 2
    world.chain._pool.waiting = pooled
    world.to_finality()
    assert world.now(payment).transaction_hash == versions(world, payment)[0].transaction_hash
    paid_once(world, payment)


@pytest.mark.parametrize("pays", [True, False])
def test_a_reorg_may_exchange_the_one_for_the_other(world: World, pays: bool) -> None:
    payment = out(world)
    world.turn()
    paying = world.chain._pool.waiting.copy()
    recalled(world, payment)
    world.turn()
    asking = world.chain._pool.waiting.copy()
    first, then = (asking, paying) if pays else (paying, asking)
    world.chain._pool.waiting = first
    world.mine()
    world.turn()
    assert world.now(payment).state is S.INCLUDED
    world.chain.reorg(1, keep_transactions=False)
    world.chain._pool.waiting = then
    world.mine()
    world.turn()
    assert world.now(payment).state is S.INCLUDED
    world.to_finality()
    paid_once(world, payment) if pays else came_back(world, payment)


def test_asking_again_changes_nothing(world: World) -> None:
    payment = out(world)
    world.turn()
    first = recalled(world, payment)
    assert recalled(world, payment) == first
    world.turn()
    assert recalled(world, payment) == world.now(payment)
    world.turn()
    assert len(versions(world, payment)) == 2
    world.to_finality()
    came_back(world, payment)
    assert recalled(world, payment) == world.now(payment)
    told = [event.kind for event in tp.read_events(world.bank, by=world.ann, limit=1000)]
    assert told.count("payment.recalled") == 1


def test_the_no_op_too_is_sent_again_and_at_a_higher_fee(world: World) -> None:
    payment = out(world)
    world.turn()
    recalled(world, payment)
    world.turn()
    late(world)
    world.turn()
    world.chain.drop(world.chain.waiting[0])
    world.clock.advance(SETTINGS.resend_after_s)
    world.turn()
    assert [version.pays_nobody() for version in versions(world, payment)] == [False, True, True]
    assert [attempt.version for attempt in attempts(world, payment)] == [1, 2, 3, 3]
    world.to_finality()
    came_back(world, payment)


def test_what_was_signed_and_not_sent_is_not_sent_any_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = out(world)
    with monkeypatch.context() as patched:
        patched.setattr("tokenpay.operations.submit._Turn._send", lambda *_: None)
        world.turn()
    assert (world.now(payment).state, attempts(world, payment)) == (S.SIGNED, [])
    recalled(world, payment)
    world.to_finality()
    assert [attempt.version for attempt in attempts(world, payment)] == [2]
    came_back(world, payment)


def test_what_every_node_rejects_comes_back_and_what_is_behind_it_goes_on(world: World) -> None:
    payment, behind = in_order(world, 2)
    whole = world.chain.broadcast

    def broadcast(raws: Sequence[bytes]) -> list[Broadcast]:
        poison = {version.raw for version in versions(world, payment) if not version.pays_nobody()}
        refused = Broadcast(outcome="rejected", reason="other: the gas limit is above this chain's")
        return [refused if raw in poison else whole([raw])[0] for raw in raws]

    with patch.object(world.chain, "broadcast", broadcast):
        for _ in range(3):
            world.mine(SETTINGS.bump_after_s // 12)
            world.turn()
        assert {world.now(it).state for it in (payment, behind)} == {S.SENT}
        assert world.cases() == [("payment_stuck", payment.id)]
        recalled(world, payment)
        world.to_finality()
    assert (world.now(payment).state, world.now(behind).state) == (S.FAILED, S.FINAL)
    world.prove()


def test_a_payment_at_its_cap_still_comes_back_as_a_no_op_takes_less_gas(world: World) -> None:
    world.decree(fee_caps_wei={CHAIN_ID: SETTINGS.fee_cap_wei})
    payment = out(world)
    world.turn()
    gas = world.now(payment).gas_limit or 0
    world.chain.base_fee_wei = SETTINGS.fee_cap_wei // gas + 1
    for _ in range(12):
        world.mine(SETTINGS.bump_after_s // 12)
        world.turn()
    assert world.now(payment).state is S.SENT
    assert world.cases() == [("payment_stuck", payment.id)]
    recalled(world, payment)
    world.to_finality()
    assert versions(world, payment)[-1].max_fee_wei * NO_OP_GAS <= SETTINGS.fee_cap_wei
    came_back(world, payment)


def test_a_stop_keeps_nothing_from_being_asked_back(world: World) -> None:
    payment = out(world)
    world.turn()
    tp.stop_payments(world.bank, reason="drill", by=world.ann)
    recalled(world, payment)
    world.to_finality()
    came_back(world, payment)


def test_a_signer_that_says_no_to_the_no_op_sends_nothing_in_its_place(world: World) -> None:
    payment, sound = out(world), world.bank
    world.turn()
    recalled(world, payment)
    world.bank = replace(sound, signer=refusing(world, payment))
    late(world)
    world.turn()
    assert (len(versions(world, payment)), len(attempts(world, payment)), world.chain.waiting) == (1, 1, [])
    assert world.cases() == [("payment_stuck", payment.id)]
    world.bank = sound
    world.to_finality()
    came_back(world, payment)


def coin_out(world: World) -> tp.Payment:
    """Let Boris have coin, and pay it out."""
    limits = replace(LIMITS, payment_units=COIN_WEI, alone_units=0, customer_day_units=COIN_WEI)
    world.decree(limits={TOKEN.id: LIMITS, COIN.id: replace(limits, operator_day_units=COIN_WEI)})
    amount = tp.Amount(COIN, 10**16)
    request = world.request(50, payee=world.boris)
    world.chain.deposit(None, address_of(request), amount.units)
    world.to_finality()
    tp.recognise_holding(world.bank, asset_id=COIN.id, address=address_of(request), by=world.ann)
    case = world.case(tp.CaseKind.UNMATCHED_DEPOSIT)
    boris = f"customer/{world.boris.id}"
    held = tp.refund(world.bank, of=case.id, to=boris, amount=amount, by=world.ann, key=world.key())
    assert isinstance(held, tp.Payment)
    assert tp.approve(world.bank, held.id, by=world.bob).state is S.FINAL
    payment = world.paid(debtor=boris, creditor=OUTSIDE, amount=amount)
    return tp.approve(world.bank, payment.id, by=world.bob)


def test_coin_that_was_asked_back_was_not_paid(world: World) -> None:
    """No log tells of coin: that its transaction succeeded is no sign that it was paid."""
    payment = coin_out(world)
    world.turn()
    recalled(world, payment)
    world.to_finality()
    came_back(world, payment)
    assert world.chain.holdings([Holding(address=STRANGER, contract=None)], world.chain.head().number) == [0]
    assert world.account(AccountKind.CUSTOMER, world.boris.id, COIN).available_units == 10**16


@pytest.mark.parametrize("carried", [True, False])
def test_a_collection_that_was_asked_back_is_judged_by_its_authorization(world: World, carried: bool) -> None:
    request, given, payment = collecting(world)
    world.turn()
    recalled(world, payment)
    world.turn()
    if carried:  # by somebody else, while the bank takes it back
        carry(world, sign_authorization(given, PAYER))
    world.to_finality()
    assert world.now(payment).state is (S.FINAL if carried else S.FAILED)
    assert world.units(world.boris) == (euro(50).units if carried else 0)
    if carried:
        (deposit,) = tp.request_deposits(world.bank, request.id, by=world.tom)
        assert world.now(payment).transaction_hash == deposit.transaction_hash, "the receipt names what paid"
    else:
        again = collect(world, request, given, key="again")
        assert isinstance(again, tp.Payment)
        world.to_finality()
        assert (world.now(again).state, world.units(world.boris)) == (S.FINAL, euro(50).units)
    world.prove()


def test_a_sweep_that_was_asked_back_is_made_anew(world: World) -> None:
    world.endow(world.boris, 100)
    (first,) = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    world.turn()
    recalled(world, first)
    world.to_finality()
    assert world.now(first).state is S.FAILED
    (second,) = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    world.to_finality()
    assert (world.now(second).state, world.holding(world.treasury)) == (S.FINAL, euro(START + 100).units)
    world.prove()


# --- a signer, a chain or a token that would not have it


def test_nobodys_consent_is_needed_to_take_it_back(world: World) -> None:
    """A policy that the signer was told of asks for two people by now: the payment itself it would sign no more."""
    payment, behind = in_order(world, 2)
    world.turn()
    world.limit(alone_units=euro(10).units)
    tp.seal_policy(world.bank, by=world.ann)
    reopen_signer(world)
    for waiting in list(world.chain.waiting):
        world.chain.drop(waiting)
    recalled(world, payment)
    world.clock.advance(SETTINGS.resend_after_s)
    world.to_finality()
    assert (world.now(payment).state, world.now(behind).state) == (S.FAILED, S.FINAL)
    world.prove()


def test_a_passkey_that_is_revoked_takes_back_what_it_signed(world: World) -> None:
    arm(world)
    reopen_signer(world)
    payment = approve(world, confirm(world, world.paid(200, creditor=OUTSIDE), world.tom), world.ann)
    world.turn()
    tp.revoke_passkey(world.bank, key_of(world, "tom").id, by=world.tom)
    trust(world)
    late(world)
    world.to_finality()
    assert world.now(payment).recalled_by == "engine"
    came_back(world, payment)


def test_where_gas_costs_nothing_no_higher_fee_is_asked_for(world: World) -> None:
    world.chain.base_fee_wei = world.chain.tip_wei = 0
    world.mine()
    payment, behind = in_order(world, 2)
    world.turn()
    recalled(world, payment)
    late(world)
    world.to_finality()
    assert (world.now(payment).state, world.now(behind).state) == (S.FAILED, S.FINAL)
    world.prove()


def test_a_token_that_cannot_be_read_keeps_no_no_op_from_being_judged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = out(world)
    world.turn()

    def odd(*_: object) -> list[Any]:
        raise tp.IntegrityError("a Transfer that is none of ERC-20", contract=CONTRACT.text)

    with monkeypatch.context() as patched:
        patched.setattr(world.chain, "transfers", odd)
        late(world)
        for _ in range(3):
            world.mine()
            world.turn()
            world.clock.advance(SETTINGS.bump_after_s)
        for _ in range(4):
            world.mine()
            assert world.turn().error is None
    assert (world.now(payment).state, world.now(payment).recalled_by) == (S.FAILED, "engine")
    assert world.available(world.anna) == euro(START).units


def test_it_takes_as_much_coin_as_a_no_op_costs(world: World) -> None:
    """The others hold the coin that the payment itself would take at the fees of now, or a no-op with room for more."""
    payment = out(world)
    world.turn()
    world.chain.drop(world.chain.waiting[0])
    world.chain.base_fee_wei = 700 * 10**9
    world.mine()
    behind = in_order(world, 6)
    world.turn()
    assert {world.now(it).state for it in behind} == {S.SENT}
    recalled(world, payment)
    world.turn()
    no_op = versions(world, payment)[-1]
    assert no_op.pays_nobody()
    assert no_op.max_fee_wei > world.chain.base_fee_wei
    assert world.cases() == []


def test_a_chain_on_which_a_no_op_takes_more_gas(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = out(world)
    world.turn()
    whole = world.chain.estimate_gas
    monkeypatch.setattr(
        world.chain,
        "estimate_gas",
        lambda calls, **by: [30_000 if not call.data else whole([call], **by)[0] for call in calls],
    )
    recalled(world, payment)
    world.turn()
    assert decode(versions(world, payment)[-1].raw).transaction.gas_limit == 37_500
    world.to_finality()
    came_back(world, payment)


def test_a_node_that_does_not_tell_what_a_no_op_takes_keeps_nothing_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, behind = in_order(world, 2)
    world.turn()
    recalled(world, payment)
    for waiting in list(world.chain.waiting):
        world.chain.drop(waiting)
    world.clock.advance(SETTINGS.resend_after_s)

    def silent(*_: object, **__: object) -> list[Any]:
        raise tp.ChainUnavailable("the estimate took too long")

    with monkeypatch.context() as patched:
        patched.setattr(world.chain, "estimate_gas", silent)
        assert world.turn().error is None
    assert decode(versions(world, payment)[-1].raw).transaction.gas_limit == world.now(payment).gas_limit
    world.to_finality()
    assert (world.now(payment).state, world.now(behind).state) == (S.FAILED, S.FINAL)
    world.prove()


def test_a_signer_that_has_forgotten_the_payment_takes_it_back_by_its_clearance(world: World) -> None:
    """Its keys came back from a copy, and the books did not."""
    assert world.bank.directory is not None
    memory = world.bank.directory / "keys" / "signed.jsonl"
    before = memory.read_bytes()
    payment, behind = in_order(world, 2)
    world.turn()
    memory.write_bytes(before)
    reopen_signer(world)
    recalled(world, payment)
    world.to_finality()
    assert (world.now(payment).state, world.now(behind).state) == (S.FAILED, S.FINAL)
    world.prove()


def test_a_collection_whose_token_cannot_be_read_is_not_said_to_have_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _request, given, payment = collecting(world)
    world.turn()
    recalled(world, payment)
    world.turn()

    def odd(*_: object) -> list[Any]:
        raise tp.IntegrityError("a Transfer that is none of ERC-20", contract=CONTRACT.text)

    with monkeypatch.context() as patched:
        patched.setattr(world.chain, "transfers", odd)
        carry(world, sign_authorization(given, PAYER))
        world.turn()
    for _ in range(5):
        world.mine()
        assert world.turn().error is None
    assert world.now(payment).state is S.INCLUDED
    assert ("payment_stuck", payment.id) in world.cases()


# --- while the engine is in its turn


def test_one_that_is_asked_back_while_the_gate_looks_comes_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn has read it before, and the gate would have it wait."""
    payment = out(world)
    world.turn()
    late(world)
    tp.stop_payments(world.bank, reason="fraud", by=world.ann)
    between(monkeypatch, "tokenpay.operations.submit.look_before_signing", lambda: recalled(world, payment))
    world.to_finality()
    came_back(world, payment)


@pytest.mark.parametrize(
    "place", ["tokenpay.operations.submit.sign_payments", "tokenpay.operations.submit._Turn._send"]
)
def test_nothing_that_pays_is_signed_or_sent_after_it_was_asked_back(
    world: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    payment = out(world)
    world.turn()
    late(world)
    between(monkeypatch, place, lambda: recalled(world, payment))
    world.turn()
    assert [attempt.version for attempt in attempts(world, payment)] == [1]
    world.to_finality()
    came_back(world, payment)


def test_what_another_engine_signed_is_not_sent_after_it_was_asked_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = out(world)
    world.turn()
    late(world)
    whole = world.bank.required_signer().sign_transactions

    def signed(asked: Sequence[Any]) -> list[Any]:
        monkeypatch.undo()
        recalled(world, payment)
        return whole(asked)

    monkeypatch.setattr(world.bank.signer, "sign_transactions", signed)
    world.turn()
    assert [version.pays_nobody() for version in versions(world, payment)] == [False]
    assert len(attempts(world, payment)) == 1
    world.to_finality()
    came_back(world, payment)


def test_one_that_is_given_up_while_it_is_signed_does_not_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = out(world)
    place = "tokenpay.operations.submit.sign_payments"
    between(monkeypatch, place, lambda: tp.cancel(world.bank, payment.id, by=world.ann))
    world.to_finality()
    failed = world.now(payment)
    assert (failed.state, [reason.code for reason in failed.reasons]) == (S.FAILED, ["payment.given_up"])
    assert versions(world, payment) == []
    world.prove()


def between(monkeypatch: pytest.MonkeyPatch, place: str, act: Callable[[], object]) -> None:
    """Let something happen once, just before that is called."""
    room, _, name = place.rpartition(".")
    owner: Any = pkgutil.resolve_name(room)
    whole = getattr(owner, name)

    def first(*given: object, **named: object) -> Any:
        monkeypatch.setattr(owner, name, whole)
        act()
        return whole(*given, **named)

    monkeypatch.setattr(owner, name, first)


# --- what may not be asked back


def test_who_may_ask_and_what_for(world: World) -> None:
    payment = out(world)
    world.turn()
    for session in (world.tom, world.engine):
        with pytest.raises(tp.NotPermitted):
            tp.recall(world.bank, payment.id, reason="why", by=session)
    for reason in ("", " ", "x" * 141, "a\u202eb"):
        with pytest.raises(tp.InvalidInput):
            tp.recall(world.bank, payment.id, reason=reason, by=world.ann)
    with pytest.raises(tp.NotFound):
        tp.recall(world.bank, "nothing", reason="why", by=world.ann)
    world.to_finality()
    paid_once(world, payment)


@pytest.mark.parametrize("state", [S.HELD, S.CLEARED, S.ASSIGNED, S.INCLUDED, S.FINAL, S.CANCELLED])
def test_only_what_is_on_its_way_is_asked_back(world: World, state: S) -> None:
    payment = world.paid(150 if state is S.HELD else 20, creditor=OUTSIDE)
    if state is S.CANCELLED:
        tp.cancel(world.bank, payment.id, by=world.tom)
    elif state is S.ASSIGNED:
        with patch("tokenpay.operations.submit._Turn._sign_and_send", lambda *_: 0):
            world.turn()
    elif state is S.FINAL:
        world.to_finality()
    elif state is S.INCLUDED:
        world.turn()
        world.mine()
        world.turn()
    before = world.now(payment)
    assert before.state is state
    with pytest.raises(tp.WrongState, match=f"the payment is {state} and cannot be asked back"):
        recalled(world, payment)
    assert world.now(payment) == before


def test_a_no_op_is_not_asked_back(world: World) -> None:
    first, behind = in_order(world, 2)
    sound = world.bank
    world.bank = replace(sound, signer=refusing(world, first))
    world.turn()
    world.bank = sound
    (fill,) = (p for p in tp.find_payments(world.bank, by=world.ann) if p.intent.purpose is tp.Purpose.FILL)
    assert fill.state is S.SENT
    with pytest.raises(tp.WrongState, match="no-op"):
        recalled(world, fill)
    world.to_finality()
    assert world.now(behind).state is S.FINAL
    world.prove()


def test_one_that_another_transaction_overtook_is_ended_by_that(world: World) -> None:
    payment, other = overtaken(world, world.treasury, 1)
    with pytest.raises(tp.WrongState, match="overtaken"):
        recalled(world, payment)
    assert world.turn().error is None
    tp.resolve_overtaken(world.bank, payment.id, raw=other.raw, by=world.engine)
    assert world.now(payment).state is S.FAILED


@pytest.mark.every_database
def test_the_database_keeps_who_asked_it_back(world: World) -> None:
    payment, other, held = out(world), out(world), world.paid(150)
    world.turn()
    recalled(world, payment)
    tried = [("NULL", payment), ("'bob'", payment), ("'bob'", held), ("'tom'", other)]
    for change, which in [*tried, *(("''", it) for it in (payment, held, other))]:
        text = sa.text(f"UPDATE payments SET recalled_by = {change} WHERE id = :id")  # noqa: S608 - our own words
        with world.bank.store.engine.connect() as connection, pytest.raises(DBAPIError, match="asked_back"):
            connection.execute(text, {"id": which.id})
    tp.cancel(world.bank, held.id, by=world.tom)
    recalled(world, other)
    world.to_finality()
    came_back(world, payment)


# --- by the engine itself


def test_at_its_cap_too_what_may_not_go_any_more_is_asked_back(world: World) -> None:
    payment = out(world)
    world.turn()
    world.chain.base_fee_wei = SETTINGS.fee_cap_wei // (world.now(payment).gas_limit or 1) + 1
    for _ in range(12):
        world.mine(SETTINGS.bump_after_s // 12)
        world.turn()
    assert (world.now(payment).state, world.now(payment).recalled_by) == (S.SENT, None)
    listed(world)
    world.mine(SETTINGS.bump_after_s // 12)
    world.to_finality()
    came_back(world, payment)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (listed, "screening.match"),
        (lambda world: tp.freeze_customer(world.bank, world.anna.id, reason="fraud", by=world.ann), "customer.frozen"),
        (lambda world: tp.freeze_asset(world.bank, TOKEN.id, reason="paused", by=world.ann), "asset.frozen"),
    ],
)
def test_what_may_not_go_any_more_is_asked_back_where_it_waits(
    world: World, change: Callable[[World], Any], code: str
) -> None:
    payment = out(world)
    world.turn()
    change(world)
    world.turn()
    assert len(versions(world, payment)) == 1, "a block may take it at any time"
    late(world)
    world.turn()
    assert [version.pays_nobody() for version in versions(world, payment)] == [False, True]
    asked = world.now(payment)
    assert (asked.recalled_by, [reason.code for reason in asked.reasons]) == ("engine", [code])
    told = [event.kind for event in tp.read_events(world.bank, by=world.ann, limit=1000)]
    assert told.count("payment.recalled") == 1
    world.to_finality()
    came_back(world, payment)


def test_what_only_waits_for_people_is_not_asked_back(world: World) -> None:
    payment = out(world)
    world.turn()
    tp.stop_payments(world.bank, reason="drill", by=world.ann)
    late(world)
    world.turn()
    assert [version.pays_nobody() for version in versions(world, payment)] == [False]
    world.to_finality()
    paid_once(world, payment)


def test_once_asked_back_a_customer_who_may_pay_again_makes_it_anew(world: World) -> None:
    payment = out(world)
    world.turn()
    tp.freeze_customer(world.bank, world.anna.id, reason="fraud", by=world.ann)
    late(world)
    world.turn()
    tp.unfreeze_customer(world.bank, world.anna.id, reason="a mistake", by=world.ann)
    late(world)
    world.turn()
    assert [version.pays_nobody() for version in versions(world, payment)] == [False, True, True]
    world.to_finality()
    came_back(world, payment)
    again = out(world)
    world.to_finality()
    paid_once(world, again)
