"""submit, watch and settle on the way out: whatever happens to the bytes, a payment is paid once or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

import tokenpay as tp
from tests.armed import reopen_signer
from tests.fixtures_chain import new_key
from tests.integration.operations.test_collect import PAYER, carry, collect, collecting
from tests.world import (
    CHAIN_ID,
    COIN,
    COIN_WEI,
    CONTRACT,
    LISTED,
    OUTSIDE,
    SETTINGS,
    START,
    STRANGER,
    TOKEN,
    World,
    address_of,
    euro,
)
from tokenpay.adapters.signer.memory import Place
from tokenpay.ethereum.erc20 import transfer
from tokenpay.ethereum.grants.grant import sign as sign_authorization
from tokenpay.ethereum.observed import Receipt, TransferLog
from tokenpay.ethereum.transaction import (
    AccessListTransaction,
    DynamicFeeTransaction,
    SignedTransaction,
    encode_unsigned,
    sign,
)
from tokenpay.ledger.chart import AccountKind
from tokenpay.operations.resolve_overtaken import may_have_paid
from tokenpay.payments.attempt import Attempt, SignedPayment
from tokenpay.payments.outgoing import Call
from tokenpay.payments.payment import PaymentState as S
from tokenpay.ports import Broadcast, SigningRequest
from tokenpay.steps import groups, sign_payment
from tokenpay.steps.overtaken import check_overtaken

pytestmark = pytest.mark.one_database

FIRST = 1
"""The next nonce of a new world's treasury: a sweep has used the one before."""


class Signing:
    """The world's signer, with `before` or `after` called around each transaction it signs."""

    def __init__(self, world: World, *, before: Callable[..., None] | None = None, after: Any = None) -> None:
        self._signer = world.bank.required_signer()
        self._before, self._after = before, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._signer, name)

    def sign_transactions(self, asked: Sequence[SigningRequest]) -> list[Any]:
        return [self._sign(request) for request in asked]

    def _sign(self, request: SigningRequest) -> Any:
        try:
            if self._before is not None:
                self._before(request)
        except tp.SignerRefused as refused:
            return refused
        (signed,) = self._signer.sign_transactions([request])
        if self._after is not None:
            self._after(signed)
        return signed


def refusing(world: World, *payments: tp.Payment) -> Signing:
    def before(request: SigningRequest) -> None:
        if request.intent.uetr in {payment.id for payment in payments}:
            raise tp.SignerRefused("not this one")

    return Signing(world, before=before)


def out(world: World, whole: int = 20) -> tp.Payment:
    payment = world.paid(whole, creditor=OUTSIDE)
    assert payment.state is S.CLEARED
    return payment


def versions(world: World, payment: tp.Payment) -> list[SignedPayment]:
    with world.bank.store.read() as uow:
        return uow.attempts.signed(payment.id)


def attempts(world: World, payment: tp.Payment) -> list[Attempt]:
    with world.bank.store.read() as uow:
        return uow.attempts.all_of([payment.id]).get(payment.id, [])


def outcomes(world: World, payment: tp.Payment) -> list[tuple[int, str]]:
    return [(attempt.version, attempt.outcome.value) for attempt in attempts(world, payment)]


def next_nonce(world: World) -> int:
    with world.bank.store.read() as uow:
        return uow.chains.get(CHAIN_ID).next_nonce


def paid_once(world: World, *payments: tp.Payment, whole: int = 20) -> None:
    """All payments are final, the stranger got each once, nothing stays reserved, and the books are proved."""
    assert {world.now(payment).state for payment in payments} == {S.FINAL}
    assert world.holding(STRANGER) == euro(whole).units * len(payments)
    assert world.available(world.anna) == world.units(world.anna) == euro(START - whole * len(payments)).units
    assert world.account(AccountKind.CUSTODY, world.treasury.text, COIN).credits_pending == 0
    world.prove()


# --- the way


@pytest.mark.every_database
def test_nonces_are_taken_late_and_in_order(world: World) -> None:
    payments = [out(world) for _ in range(3)]
    assert {world.now(payment).nonce for payment in payments} == {None}
    cancelled = tp.cancel(world.bank, out(world).id, by=world.tom)
    submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.assigned, submitted.sent, submitted.stuck) == (3, 3, 0)
    assert sorted(world.now(payment).nonce or 0 for payment in payments) == [FIRST, FIRST + 1, FIRST + 2]
    assert (world.now(cancelled).nonce, next_nonce(world)) == (None, FIRST + 3)
    world.to_finality()
    paid_once(world, *payments)


@pytest.mark.every_database
def test_each_state_is_reached_in_turn_and_written_down(world: World) -> None:
    payment = out(world)
    start = tp.read_events(world.bank, by=world.tom, limit=1000)[-1].cursor
    world.to_finality()
    events = tp.read_events(world.bank, by=world.tom, after=start, limit=1000)
    kinds = [event.kind for event in events if event.subject == payment.id]
    assert kinds == [f"payment.{state}" for state in ("assigned", "signed", "sent", "included", "final")]
    final = world.now(payment)
    assert final.transaction_hash == versions(world, payment)[0].transaction_hash
    gas = world.account(AccountKind.GAS, "bank", COIN)
    assert (gas.debits_pending, gas.posted_units > 0) == (0, True)


def test_a_chain_where_gas_costs_nothing(world: World) -> None:
    world.chain.base_fee_wei = world.chain.tip_wei = 0
    world.mine()
    payment = out(world)
    world.to_finality()
    paid_once(world, payment)


# --- in groups


@pytest.fixture
def twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments go together in groups of two."""
    monkeypatch.setattr(groups, "TOGETHER", 2)


@pytest.mark.usefixtures("twos")
def test_more_payments_than_go_together_keep_their_order(world: World) -> None:
    payments = []
    for _ in range(5):
        payments.append(out(world))
        world.clock.advance(1)
    submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.assigned, submitted.sent, submitted.stuck) == (5, 5, 0)
    assert [world.now(payment).nonce for payment in payments] == list(range(FIRST, FIRST + 5))
    world.to_finality()
    paid_once(world, *payments)


@pytest.mark.every_database
@pytest.mark.one_database
def test_what_the_second_look_ends_takes_nobody_with_it(world: World) -> None:
    """A payee is listed after all were cleared: theirs is refused, and no nonce is left out."""
    listed = world.paid(20, creditor=tp.Address(b"\x77" * 20).caip10(CHAIN_ID))
    others = [out(world) for _ in range(3)]
    tp.load_list(
        world.bank,
        name="new",
        form=tp.ListForm.OWN,
        files=[("0x" + "77" * 20).encode()],
        dated_s=world.clock.now_s(),
        by=world.ann,
    )
    submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.assigned, next_nonce(world)) == (3, FIRST + 3)
    assert (world.now(listed).state, world.now(listed).nonce) == (S.REFUSED, None)
    world.to_finality()
    paid_once(world, *others)


def test_one_that_reverts_is_judged_beside_those_that_paid(world: World) -> None:
    payments = []
    for whole in (20, 90, 20):
        payments.append(out(world, whole))
        world.clock.advance(1)
    world.turn()
    missing = euro(START - 45).units
    world.chain.deposit(CONTRACT, world.treasury, -missing, logged=False)  # gone for one block
    world.mine()
    world.chain.deposit(CONTRACT, world.treasury, missing, logged=False)
    world.to_finality()
    assert [world.now(payment).state for payment in payments] == [S.FINAL, S.FAILED, S.FINAL]
    assert world.holding(STRANGER) == euro(40).units
    assert world.available(world.anna) == world.units(world.anna) == euro(START - 40).units
    world.prove()


def test_a_signed_payment_without_its_bytes_halts_the_chain(world: World) -> None:
    payment = out(world)
    world.turn()
    world.sql("DELETE FROM attempts WHERE payment_id = :id", id=payment.id)
    world.sql("DELETE FROM signed WHERE payment_id = :id", id=payment.id)
    error = world.turn().error
    assert isinstance(error, tp.Halted)
    assert "has lost its bytes" in error.message


def in_order(world: World, count: int) -> list[tp.Payment]:
    """So many payments out, a second after each other: this is the order in which they are taken."""
    payments = []
    for _ in range(count):
        payments.append(out(world))
        world.clock.advance(1)
    return payments


@pytest.mark.every_database
def test_a_row_the_database_refuses_is_one_payments_trouble(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gas costs nothing here, so no cap stands before a node's absurd answer; two people paid."""
    world.chain.base_fee_wei = world.chain.tip_wei = 0
    world.mine()
    payments = [*in_order(world, 2), world.paid(20, creditor=OUTSIDE, by=world.ann)]
    real = world.chain.estimate_gas

    def absurd(calls: Sequence[Call], *, sender: tp.Address) -> list[Any]:
        told = real(calls, sender=sender)
        return [2**63, *told[1:]] if len(calls) == 3 else told

    with monkeypatch.context() as patching:
        patching.setattr(world.chain, "estimate_gas", absurd)
        submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.assigned, submitted.stuck) == (2, 1)
    assert [world.now(payment).nonce for payment in payments] == [None, FIRST, FIRST + 1]
    assert world.cases() == [("payment_stuck", payments[0].id)]
    for _ in range(2):
        world.to_finality()
    paid_once(world, *payments)


def test_one_call_that_leaves_the_node_without_an_answer_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, poison = in_order(world, 3), world.paid(20, creditor=tp.Address(b"\x77" * 20).caip10(CHAIN_ID))
    real = world.chain.estimate_gas

    def slow(calls: Sequence[Call], *, sender: tp.Address) -> list[Any]:
        if any(b"\x77" * 20 in call.data for call in calls):
            raise tp.ChainUnavailable("the node gave no usable answer")
        return real(calls, sender=sender)

    with monkeypatch.context() as patching:
        patching.setattr(world.chain, "estimate_gas", slow)
        submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.assigned, submitted.sent, submitted.stuck) == (3, 3, 1)
    assert world.cases() == [("payment_stuck", poison.id)]
    world.to_finality()
    assert {world.now(payment).state for payment in others} == {S.FINAL}


def test_a_turn_waits_in_vain_for_a_few_answers_at_most(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned = [world.paid(1, creditor=tp.Address(b"\x77" * 20).caip10(CHAIN_ID)) for _ in range(30)]
    good = world.paid(20, creditor=OUTSIDE)
    silences = 0
    real = world.chain.estimate_gas

    def slow(calls: Sequence[Call], *, sender: tp.Address) -> list[Any]:
        nonlocal silences
        if any(b"\x77" * 20 in call.data for call in calls):
            silences += 1
            raise tp.ChainUnavailable("the node gave no usable answer")
        return real(calls, sender=sender)

    monkeypatch.setattr(world.chain, "estimate_gas", slow)
    for turn in range(1, 6):  # those that were asked in vain wait behind those that were not asked
        world.turn()
        assert silences <= 16 * turn
    assert world.now(good).state is S.SENT
    assert {world.now(payment).state for payment in poisoned} == {S.CLEARED}


def test_a_node_that_goes_away_is_no_payments_own_trouble(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payments = in_order(world, 3)
    real = world.chain.estimate_gas

    def away(calls: Sequence[Call], *, sender: tp.Address) -> list[Any]:
        world.chain.unreachable = True
        return real(calls, sender=sender)

    with monkeypatch.context() as patching:
        patching.setattr(world.chain, "estimate_gas", away)
        assert isinstance(world.turn().error, tp.ChainUnavailable)
    world.chain.unreachable = False
    assert world.cases() == []
    world.to_finality()
    paid_once(world, *payments)


@pytest.mark.usefixtures("twos")
def test_what_follows_a_silence_is_not_sent(world: World) -> None:
    world.chain.refuse_gaps = True
    payments = in_order(world, 5)
    world.chain.lose_requests = 2
    submitted = world.turn().submitted
    assert submitted is not None
    assert submitted.sent == 2
    assert [world.now(payment).state for payment in payments] == [S.SENT] * 2 + [S.CLEARED] * 3
    world.to_finality()
    assert world.cases() == []
    paid_once(world, *payments)


@pytest.mark.usefixtures("twos")
def test_a_group_leaves_before_the_next_is_begun(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payments = in_order(world, 5)

    def crash(_: list[bytes]) -> list[Broadcast]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patching:
        patching.setattr(world.chain, "broadcast", crash)
        with pytest.raises(KeyboardInterrupt):
            world.turn()
    assert [world.now(payment).state for payment in payments] == [S.SENT] * 2 + [S.CLEARED] * 3
    goes_on = iter([True, False])
    tp.submit(world.bank, chain_id=CHAIN_ID, by=world.engine, goes_on=lambda: next(goes_on))
    assert [world.now(payment).state for payment in payments] == [S.SENT] * 2 + [S.CLEARED] * 3, "it was told to stop"
    world.to_finality()
    paid_once(world, *payments)


def test_refused_payments_at_the_end_give_their_nonces_back(world: World) -> None:
    first, *others = in_order(world, 4)
    sound, world.bank = world.bank, replace(world.bank, signer=refusing(world, *others))
    world.turn()
    assert [world.now(payment).state for payment in (first, *others)] == [S.SENT] + [S.FAILED] * 3
    assert next_nonce(world) == FIRST + 1
    world.bank = sound
    world.to_finality()
    paid_once(world, first)


def test_a_refused_payments_gap_is_filled_before_what_is_behind_it_is_sent(world: World) -> None:
    world.chain.refuse_gaps = True
    payments = in_order(world, 4)
    world.bank = replace(world.bank, signer=refusing(world, payments[1]))
    world.turn()
    assert world.cases() == [("payment_stuck", payments[1].id)], "the node took all that is left"
    world.to_finality()
    assert world.now(payments[1]).state is S.FAILED
    (fill,) = (p for p in tp.find_payments(world.bank, by=world.ann) if p.intent.purpose is tp.Purpose.FILL)
    assert (fill.state, fill.nonce) == (S.FINAL, FIRST + 1)
    paid_once(world, payments[0], *payments[2:])


@pytest.mark.usefixtures("twos")
def test_nothing_leaves_once_the_chain_is_halted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payments = in_order(world, 4)
    real = world.chain.broadcast

    def halting(raws: Sequence[bytes]) -> list[Broadcast]:
        with world.bank.store.unit_of_work() as uow:
            uow.chains.set_halted(CHAIN_ID, "look")
        return real(raws)

    with monkeypatch.context() as patching:
        patching.setattr(world.chain, "broadcast", halting)
        world.turn()
    assert [world.now(payment).state for payment in payments] == [S.SENT] * 2 + [S.CLEARED] * 2


def test_what_is_signed_is_sent_again_without_a_signer(world: World) -> None:
    sent = out(world)
    world.turn()
    world.chain.drop(world.chain.waiting[0])
    assigned = out(world)

    def crash(_: SigningRequest) -> None:
        raise KeyboardInterrupt

    sound = world.bank
    world.bank = replace(sound, signer=Signing(world, before=crash))
    with pytest.raises(KeyboardInterrupt):
        world.turn()
    world.clock.advance(SETTINGS.resend_after_s)
    world.bank = sound
    world.bank = replace(sound, signer=Signing(world, before=away))
    assert isinstance(world.turn().error, tp.SignerUnavailable)
    assert (len(attempts(world, sent)), len(world.chain.waiting)) == (2, 1)
    world.bank = sound
    world.to_finality()
    paid_once(world, sent, assigned)


@pytest.mark.parametrize("error", [tp.SignerRefused("not this one"), tp.SignerUnavailable("away")])
def test_what_waits_is_sent_again_where_no_higher_fee_is_signed(world: World, error: tp.TokenpayError) -> None:
    sent = out(world)
    world.turn()
    world.chain.drop(world.chain.waiting[0])
    world.clock.advance(SETTINGS.bump_after_s)

    def before(_: SigningRequest) -> None:
        raise error

    sound, world.bank = world.bank, replace(world.bank, signer=Signing(world, before=before))
    world.turn()
    assert (len(versions(world, sent)), len(attempts(world, sent)), len(world.chain.waiting)) == (1, 2, 1)
    world.bank = sound
    world.to_finality()
    paid_once(world, sent)


def test_a_no_op_that_is_refused_as_well_stays_the_only_one(world: World) -> None:
    payments = in_order(world, 2)

    def before(request: SigningRequest) -> None:
        if request.intent.uetr == payments[0].id or request.intent.purpose is tp.Purpose.FILL:
            raise tp.SignerRefused("not this one")

    sound = world.bank
    world.bank = replace(sound, signer=Signing(world, before=before))
    for _ in range(3):
        world.turn()
    (fill,) = (p for p in tp.find_payments(world.bank, by=world.ann) if p.intent.purpose is tp.Purpose.FILL)
    assert (fill.state, fill.nonce, len(world.cases())) == (S.ASSIGNED, FIRST, 2)
    world.bank = sound
    world.to_finality()
    paid_once(world, payments[1])


def test_one_whose_answer_stays_unknown_keeps_nobody_from_leaving(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = out(world)
    real = world.chain.broadcast

    def unsure(raws: Sequence[bytes]) -> list[Broadcast]:
        (own,) = versions(world, odd)
        told = real([raw for raw in raws if raw != own.raw])
        return [Broadcast(outcome="unknown") if raw == own.raw else told.pop(0) for raw in raws]

    with monkeypatch.context() as patching:
        patching.setattr(world.chain, "broadcast", unsure)
        world.turn()
        other = out(world)
        world.turn()
        assert world.now(other).state is S.SENT
    world.to_finality()
    paid_once(world, odd, other)


def test_a_wrong_signature_for_one_holds_back_no_other(world: World) -> None:
    payments = in_order(world, 3)
    signer = world.bank.required_signer()

    class Wrong(Signing):
        def sign_transactions(self, asked: Sequence[SigningRequest]) -> list[Any]:
            answers = signer.sign_transactions(asked)
            return [answers[1], *answers[1:]] if len(answers) > 1 else answers

    sound, world.bank = world.bank, replace(world.bank, signer=Wrong(world))
    error = world.turn().error
    assert isinstance(error, tp.Halted)
    assert "signed something else" in error.message
    assert [world.now(payment).state for payment in payments] == [S.ASSIGNED, S.SENT, S.SENT]
    world.bank = sound
    go_on(world)
    world.to_finality()
    paid_once(world, *payments)


# --- crashes and silence


@pytest.mark.every_database
def test_bytes_are_stored_before_they_leave(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = out(world)
    stored: list[list[bytes]] = []

    def crash(raws: list[bytes]) -> list[Broadcast]:
        stored.append([version.raw for version in versions(world, payment)])
        assert stored[-1] == list(raws)
        assert world.now(payment).state is S.SENT
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(world.chain, "broadcast", crash)
        with pytest.raises(KeyboardInterrupt):
            world.turn()
    assert outcomes(world, payment) == [(1, "unknown")]
    world.turn()
    assert [version.raw for version in versions(world, payment)] == stored[0]
    assert outcomes(world, payment) == [(1, "unknown"), (1, "accepted")]
    world.to_finality()
    paid_once(world, payment)


@pytest.mark.every_database
def test_a_crash_after_the_broadcast_sends_the_same_bytes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = out(world)
    real = world.chain.broadcast

    def crash(raws: list[bytes]) -> list[Broadcast]:
        real(raws)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(world.chain, "broadcast", crash)
        with pytest.raises(KeyboardInterrupt):
            world.turn()
    world.to_finality()
    assert len(versions(world, payment)) == 1
    paid_once(world, payment)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_the_signer_leaves_the_nonce_to_the_same_payment(world: World, when: str) -> None:
    payment, sound = out(world), world.bank

    def crash(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    world.bank = replace(world.bank, signer=Signing(world, **{when: crash}))
    with pytest.raises(KeyboardInterrupt):
        world.turn()
    assert (world.now(payment).state, world.now(payment).nonce, versions(world, payment)) == (S.ASSIGNED, FIRST, [])
    with pytest.raises(tp.WrongState):
        tp.cancel(world.bank, payment.id, by=world.tom)
    world.bank = sound
    other = out(world)
    world.to_finality()
    assert (world.now(payment).nonce, world.now(other).nonce) == (FIRST, FIRST + 1)
    paid_once(world, payment, other)


def test_without_a_signer_payments_wait(world: World) -> None:
    payment, sound = out(world), world.bank
    world.bank = replace(world.bank, signer=None)
    assert isinstance(world.turn().error, tp.SignerUnavailable)
    world.bank = sound
    world.to_finality()
    paid_once(world, payment)


@pytest.mark.parametrize("lost", ["lose_answers", "lose_requests"])
def test_silence_is_unknown_and_means_the_same_bytes_again(world: World, lost: str) -> None:
    payment = out(world)
    setattr(world.chain, lost, 2)
    for _ in range(3):
        world.turn()
    assert outcomes(world, payment) == [(1, "unknown"), (1, "unknown"), (1, "accepted")]
    assert len(versions(world, payment)) == 1
    world.to_finality()
    paid_once(world, payment)


def test_a_dropped_transaction_is_sent_again_after_a_while(world: World) -> None:
    payment = out(world)
    world.turn()
    (version,) = versions(world, payment)
    world.chain.drop(version.transaction_hash)
    world.turn()
    assert world.chain.waiting == []  # not at every turn
    world.clock.advance(SETTINGS.resend_after_s)
    world.turn()
    assert world.chain.waiting == [version.transaction_hash]
    world.to_finality()
    paid_once(world, payment)


# --- fees


def test_a_fee_is_raised_at_the_same_nonce_and_paid_once(world: World) -> None:
    payment = out(world)
    world.turn()
    world.chain.base_fee_wei *= 3
    world.mine(SETTINGS.bump_after_s // 12)
    world.turn()
    first, second = versions(world, payment)
    assert (first.nonce, second.nonce) == (FIRST, FIRST)
    assert second.max_fee_wei * 100 >= first.max_fee_wei * 110
    assert world.chain.waiting == [second.transaction_hash]
    assert world.now(payment).state is S.SENT
    world.to_finality()
    assert world.now(payment).transaction_hash == second.transaction_hash
    paid_once(world, payment)


def test_the_first_version_may_be_included_after_it_was_raised(world: World) -> None:
    payment = out(world)
    world.turn()
    (first,) = versions(world, payment)
    pooled = world.chain._pool.waiting.copy()
    world.chain.drop(first.transaction_hash)
    world.mine(SETTINGS.bump_after_s // 12)
    world.turn()
    assert len(versions(world, payment)) == 2
    world.chain._pool.waiting = pooled
    world.to_finality()
    assert world.now(payment).transaction_hash == first.transaction_hash
    paid_once(world, payment)


@pytest.mark.every_database
def test_fees_that_rise_beyond_what_was_reserved_have_more_reserved(world: World) -> None:
    payment = out(world)
    world.turn()
    before_wei = world.now(payment).fee_cap_wei or 0
    world.chain.base_fee_wei *= 20
    world.mine(SETTINGS.bump_after_s // world.chain.block_time_s)
    world.turn()
    standing = world.now(payment)
    assert before_wei < (standing.fee_cap_wei or 0) <= SETTINGS.fee_cap_wei
    reserved = world.account(AccountKind.CUSTODY, world.treasury.text, COIN).credits_pending
    assert reserved == standing.fee_cap_wei
    world.to_finality()
    paid_once(world, payment)
    assert world.cases() == []


def test_fees_are_not_raised_above_the_chains_cap(world: World) -> None:
    payment = out(world)
    world.turn()
    world.chain.base_fee_wei *= 10_000
    for _ in range(12):
        world.mine(SETTINGS.bump_after_s // 12)
        world.turn()
    gas = world.now(payment).gas_limit or 0
    assert all(version.max_fee_wei * gas <= SETTINGS.fee_cap_wei for version in versions(world, payment))
    assert world.now(payment).state is S.SENT
    assert world.cases() == [("payment_stuck", payment.id)]
    world.chain.base_fee_wei //= 10_000
    world.to_finality()
    paid_once(world, payment)


@pytest.mark.parametrize("free", [True, False])
def test_a_moment_without_fees_stops_no_chain(world: World, free: bool) -> None:
    """A node that says so by mistake, or a chain that never asks for any: the same bytes are no second version."""
    asks = world.chain.base_fee_wei, world.chain.tip_wei
    world.chain.base_fee_wei = world.chain.tip_wei = 0
    world.mine()
    payment = out(world)
    world.turn()
    if free:
        world.chain.drop(world.chain.waiting[0])
    else:
        world.chain.base_fee_wei, world.chain.tip_wei = asks
    for _ in range(3):
        world.clock.advance(SETTINGS.bump_after_s)
        assert world.turn().error is None
        if not free:
            world.mine()
    other = out(world)
    world.to_finality()
    paid_once(world, payment, other)


def test_a_node_that_finds_it_underpriced_gets_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = out(world)
    with monkeypatch.context() as patch:
        patch.setattr(
            world.chain, "broadcast", lambda raws: [Broadcast(outcome="rejected", reason="underpriced") for _ in raws]
        )
        world.turn()
    assert outcomes(world, payment) == [(1, "rejected")]
    world.turn()
    assert outcomes(world, payment) == [(1, "rejected"), (2, "accepted")]
    world.to_finality()
    paid_once(world, payment)


def test_gas_above_the_chains_cap_waits_with_a_case_and_goes_on_when_it_falls(world: World) -> None:
    payment = out(world)
    dear = world.chain.base_fee_wei
    world.chain.base_fee_wei = 2 * 10**12
    world.mine()
    submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.assigned, submitted.stuck) == (0, 1)
    standing = world.now(payment)
    assert (standing.state, standing.nonce, len(standing.reasons)) == (S.CLEARED, None, 1)
    assert world.cases() == [("payment_stuck", payment.id)]
    world.turn()
    assert len(world.cases()) == 1
    world.chain.base_fee_wei = dear
    world.mine()
    world.to_finality()
    paid_once(world, payment)


@pytest.mark.parametrize("sent", [True, False])
def test_two_people_let_gas_cost_more_and_what_waited_for_that_goes_on(world: World, sent: bool) -> None:
    payment = out(world)
    if sent:
        world.turn()
    world.chain.base_fee_wei = 3 * 10**12
    for _ in range(3):
        world.mine(SETTINGS.bump_after_s // world.chain.block_time_s)
        world.turn()
    assert world.cases() == [("payment_stuck", payment.id)]
    world.decree(fee_caps_wei={CHAIN_ID: 5 * 10**17})
    tp.seal_policy(world.bank, by=world.ann)
    reopen_signer(world)
    world.clock.advance(SETTINGS.bump_after_s)
    world.to_finality()
    standing = world.now(payment)
    assert SETTINGS.fee_cap_wei < (standing.fee_cap_wei or 0) <= 5 * 10**17
    paid_once(world, payment)


def test_a_signer_that_was_not_told_that_gas_may_cost_more_keeps_a_payment_where_it_is(world: World) -> None:
    payment = out(world)
    world.turn()
    world.chain.base_fee_wei = 2 * 10**12
    world.decree(fee_caps_wei={CHAIN_ID: 5 * 10**17})
    for _ in range(3):
        world.mine(SETTINGS.bump_after_s // world.chain.block_time_s)
        world.turn()
    assert world.now(payment).state is S.SENT
    world.chain.base_fee_wei = 10**9
    world.to_finality()
    paid_once(world, payment)


def test_more_gas_than_the_treasury_has_takes_no_nonce(world: World) -> None:
    world.chain.base_fee_wei = 5 * 10**11
    world.mine()
    payments = [out(world) for _ in range(7)]
    submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.assigned, submitted.stuck, next_nonce(world)) == (6, 1, FIRST + 6)
    assert [kind for kind, _ in world.cases()] == ["payment_stuck"]
    for _ in range(2):  # what the others did not use lets the last one go
        world.to_finality()
    paid_once(world, *payments)


# --- what the chain does with it


def test_a_reverted_payment_fails_at_finality_gives_back_the_funds_and_books_the_gas(world: World) -> None:
    payment = out(world)
    world.turn()
    everything = euro(START).units
    world.chain.deposit(CONTRACT, world.treasury, -everything, logged=False)  # gone for one block
    world.mine()
    world.chain.deposit(CONTRACT, world.treasury, everything, logged=False)
    world.turn()
    assert world.now(payment).state is S.INCLUDED
    world.to_finality()
    failed = world.now(payment)
    assert (failed.state, [reason.code for reason in failed.reasons]) == (S.FAILED, ["chain.reverted"])
    assert world.available(world.anna) == everything
    assert world.holding(STRANGER) == 0
    world.prove()
    assert world.paid(20, creditor=OUTSIDE, key=world.key()).state is S.CLEARED


@pytest.mark.parametrize("moved", [19, 21])
def test_a_token_that_moves_another_amount_than_it_is_told_is_frozen_and_stops_no_chain(
    world: World, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    """What it says it moved is what is posted, as far as that was reserved."""
    payment = out(world)
    request = world.request(5)
    world.turn()
    transfers = world.chain.transfers

    def told(blocks: Any, contracts: Any) -> list[TransferLog]:
        logs = transfers(blocks, contracts)
        return [replace(log, units=euro(moved).units) if log.sender == world.treasury else log for log in logs]

    monkeypatch.setattr(world.chain, "transfers", told)
    world.deposit(request, 5)
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    assert world.units(world.anna) == world.available(world.anna) == euro(START - min(moved, 20)).units
    assert not next(known for known in tp.list_assets(world.bank) if known.asset == TOKEN).active
    assert ("asset_changed", TOKEN.id) in world.cases()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    assert deposit.outcome is tp.DepositOutcome.SUSPENSE
    assert world.refused(20, creditor=OUTSIDE) == ["asset.frozen"]


@pytest.mark.parametrize("came", [0, 19])
def test_a_token_that_keeps_a_part_or_redirects_it_is_frozen(
    world: World, monkeypatch: pytest.MonkeyPatch, came: int
) -> None:
    """All of it left the treasury; the rest came to somebody else, as a token's own fee does."""
    payment = out(world)
    transfers, elsewhere = world.chain.transfers, tp.Address(b"\x71" * 20)

    def told(blocks: Any, contracts: Any) -> list[TransferLog]:
        logs: list[TransferLog] = []
        for log in transfers(blocks, contracts):
            if log.sender != world.treasury:
                logs.append(log)
                continue
            kept = log.units - euro(came).units
            logs += [replace(log, units=euro(came).units)] if came else []
            logs.append(replace(log, units=kept, recipient=elsewhere, log_index=log.log_index + 50))
        return logs

    monkeypatch.setattr(world.chain, "transfers", told)
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    assert world.units(world.anna) == euro(START - 20).units
    case = world.case(tp.CaseKind.ASSET_CHANGED)
    assert f"and {euro(came).units} came, in payment {payment.id}" in case.note
    assert world.refused(20, creditor=OUTSIDE) == ["asset.frozen"]


@pytest.mark.every_database
@pytest.mark.parametrize("fee_percent", [5, 100])
def test_what_a_token_keeps_of_a_sweep_is_the_banks_loss(world: World, fee_percent: int) -> None:
    world.endow(world.boris, 100)
    owed = world.units(world.boris)
    world.chain.add_token(CONTRACT, fee_percent=fee_percent, fee_told=True)
    (swept,) = world.sweep()
    assert swept.state is S.FINAL
    lost = world.account(AccountKind.VARIANCE, "bank")
    assert (lost.posted_units, world.units(world.boris)) == (euro(fee_percent).units, owed)
    case = world.case(tp.CaseKind.ASSET_CHANGED)
    assert f"and {euro(100 - fee_percent).units} came, in payment {swept.id}" in case.note
    assert world.refused(20, creditor=OUTSIDE) == ["asset.frozen"]
    world.prove()


@pytest.mark.parametrize("beside", [10, 500])
def test_what_leaves_beside_a_whole_sweep_is_not_taken_off_what_came(
    world: World, monkeypatch: pytest.MonkeyPatch, beside: int
) -> None:
    """A token that takes its fee on top, or whose log tells of money that nobody had."""
    request = world.endow(world.boris, 100)
    transfers, source = world.chain.transfers, address_of(request)

    def told(blocks: Any, contracts: Any) -> list[TransferLog]:
        logs = transfers(blocks, contracts)
        left = [log for log in logs if log.sender == source]
        also = [
            replace(log, units=euro(beside).units, recipient=CONTRACT, log_index=log.log_index + 50) for log in left
        ]
        return [*logs, *also]

    monkeypatch.setattr(world.chain, "transfers", told)
    (swept,) = world.sweep()
    assert swept.state is S.FINAL
    assert world.account(AccountKind.VARIANCE, "bank").posted_units == 0
    assert tp.reconcile(world.bank, by=world.ann).holds
    assert world.refused(20, creditor=OUTSIDE) == ["asset.frozen"]


def test_gas_that_the_books_lack_the_coin_for_keeps_nothing_else_and_is_booked_when_they_have_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rollup charges for its settlement beyond what anybody could reserve, and all coin is reserved by then."""
    world.chain.base_fee_wei = 5 * 10**11
    world.mine()
    payments = [out(world) for _ in range(6)]
    world.turn()
    receipts = world.chain.receipts
    dear = payments[0].id

    def told(hashes: Sequence[bytes]) -> list[Receipt | None]:
        mine = {version.transaction_hash for version in versions(world, payments[0])}
        return [
            replace(receipt, fee_wei=COIN_WEI) if receipt and receipt.transaction_hash in mine else receipt
            for receipt in receipts(hashes)
        ]

    monkeypatch.setattr(world.chain, "receipts", told)
    gas_before = world.account(AccountKind.GAS, "bank", COIN).posted_units
    request = world.request(5)
    world.deposit(request, 5)
    world.chain.deposit(None, world.treasury, COIN_WEI)
    world.mine(4)
    world.turn()
    spent = [payment.id for payment in payments if world.now(payment).state is S.INCLUDED]
    assert spent == [dear]
    assert [subject for kind, subject in world.cases() if kind == "payment_stuck"] == [dear]
    assert tp.get_request(world.bank, request.id, by=world.tom).credited_units == euro(5).units
    assert tp.recognise_holding(world.bank, asset_id=COIN.id, by=world.ann)
    assert world.turn().error is None
    assert world.now(payments[0]).state is S.FINAL
    assert world.account(AccountKind.CUSTODY, world.treasury.text, COIN).credits_pending == 0
    cost = [receipt.fee_wei for it in payments for version in versions(world, it)
            for receipt in told([version.transaction_hash]) if receipt]  # fmt: skip
    assert len(cost) == len(payments)
    gas = world.account(AccountKind.GAS, "bank", COIN)
    assert gas.posted_units == gas_before + sum(cost)
    with world.bank.store.read() as uow:
        held = uow.ledger.entries(f"custody/{world.treasury}/{COIN.id}")
    assert all(entry.block_number for entry in held), "each is of a block"


def test_a_deposit_beside_a_sweep_that_the_books_lack_the_coin_for_waits_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = world.request(300)
    world.deposit(request, 100)
    world.to_finality()
    (swept,) = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    world.turn()
    world.deposit(request, 100)  # in the block that has the sweep
    receipts, dear_wei = world.chain.receipts, 10**6 * COIN_WEI
    monkeypatch.setattr(
        world.chain,
        "receipts",
        lambda hashes: [receipt and replace(receipt, fee_wei=dear_wei) for receipt in receipts(hashes)],
    )
    world.mine(4)
    world.turn()
    credited = lambda: tp.get_request(world.bank, request.id, by=world.tom).credited_units  # noqa: E731
    assert (world.now(swept).state, credited()) == (S.INCLUDED, euro(100).units)
    world.chain.deposit(None, world.treasury, 2 * dear_wei)
    world.mine(4)
    world.turn()
    tp.recognise_holding(world.bank, asset_id=COIN.id, by=world.ann)
    world.turn()
    world.turn()
    assert (world.now(swept).state, credited()) == (S.FINAL, euro(200).units)
    proof = tp.reconcile(world.bank, by=world.ann)  # of the coin the node has told a tale
    assert [line for line in proof.custody if line.asset_id == TOKEN.id and not line.agrees] == []


def test_what_became_of_a_payment_is_not_asked_while_its_block_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = out(world)
    world.turn()
    asked: list[bytes] = []
    receipts = world.chain.receipts

    def told(hashes: Sequence[bytes]) -> list[Receipt | None]:
        asked.extend(hashes)
        return receipts(hashes)

    monkeypatch.setattr(world.chain, "receipts", told)
    (version,) = versions(world, payment)
    often = []
    for _ in range(4):
        world.mine()
        assert world.turn().error is None
        often.append(asked.count(version.transaction_hash))
    assert world.now(payment).state is S.FINAL
    assert often[-1] == 2, "once when a block has it, and once when that is final"
    assert often[1] == 1


@pytest.mark.parametrize("kept", [True, False])
def test_an_included_payment_that_is_orphaned_is_sent_again(world: World, kept: bool) -> None:
    payment = out(world)
    world.turn()
    world.mine()
    world.turn()
    assert world.now(payment).state is S.INCLUDED
    world.chain.reorg(1, keep_transactions=kept)
    if kept:  # the reorg's new block carries it already
        world.turn()
        again = world.now(payment)
        assert (again.state, again.included_hash) == (S.INCLUDED, world.chain.head().hash)
    else:
        world.turn()
        assert (world.now(payment).state, world.now(payment).included_block) == (S.SENT, None)
        world.clock.advance(SETTINGS.resend_after_s)
        world.turn()
    assert len(versions(world, payment)) == 1
    world.to_finality()
    paid_once(world, payment)


@pytest.mark.every_database
@pytest.mark.one_database
def test_a_treasury_whose_nonce_is_ahead_halts(world: World) -> None:
    """The key was used elsewhere, or the bank was restored from an old backup."""
    payment = out(world)
    world.chain._mined[-1].state.nonces[world.treasury] = FIRST + 1
    assert isinstance(world.turn().error, tp.Halted)
    assert [kind for kind, _ in world.cases()] == ["chain_halted"]
    assert world.now(payment).state is S.CLEARED
    with pytest.raises(tp.WrongState):
        tp.resume_chain(world.bank, CHAIN_ID, by=world.ann)
    tp.resolve_case(world.bank, world.case(tp.CaseKind.CHAIN_HALTED).id, resolution="seen", by=world.ann)
    assert isinstance(world.turn().error, tp.Halted)  # nothing resumes by itself
    for by in (world.tom, world.ann):  # a teller, and who resolved the case
        with pytest.raises(tp.NotPermitted):
            tp.resume_chain(world.bank, CHAIN_ID, by=by)
    tp.resume_chain(world.bank, CHAIN_ID, by=world.bob)
    world.to_finality()
    assert world.now(payment).nonce == FIRST + 1
    paid_once(world, payment)


def test_a_payment_whose_nonce_another_transaction_took_halts_the_chain_once_and_stays(world: World) -> None:
    payments = out(world), out(world)
    world.turn()
    first, second = sorted(map(world.now, payments), key=lambda payment: payment.nonce or 0)
    world.chain.drop(world.chain.waiting[0])
    world.chain._mined[-1].state.nonces[world.treasury] = FIRST + 1
    assert world.turn().error is None, "it is in no final block yet"
    world.mine(world.chain.confirmations)
    assert isinstance(world.turn().error, tp.Halted)
    assert [kind for kind, _ in world.cases()] == ["chain_halted", "payment_stuck"]
    now = world.now(first)
    assert (now.state, [reason.code for reason in now.reasons]) == (S.SENT, ["chain.nonce_taken"])
    assert world.now(second).reasons == ()
    assert world.account(AccountKind.CUSTOMER, world.anna.id).debits_pending == 2 * euro(20).units
    tp.resolve_case(world.bank, world.case(tp.CaseKind.CHAIN_HALTED).id, resolution="seen", by=world.ann)
    tp.resume_chain(world.bank, CHAIN_ID, by=world.bob)
    world.clock.advance(SETTINGS.resend_after_s)
    world.turn()
    world.to_finality()
    assert [kind for kind, _ in world.cases()] == ["payment_stuck"], "the chain goes on"
    assert (world.now(first).state, world.now(second).state) == (S.SENT, S.FINAL)
    assert world.account(AccountKind.CUSTOMER, world.anna.id).debits_pending == euro(20).units


def by_the_treasury(world: World, nonce: int, recipient: tp.Address, whole: int, **changes: Any) -> SignedTransaction:
    """Sign elsewhere with the treasury's own key, as nobody who has only the books can."""
    content: dict[str, Any] = {
        "chain_id": CHAIN_ID,
        "nonce": nonce,
        "max_priority_fee_wei": world.chain.tip_wei,
        "max_fee_wei": 3 * world.chain.base_fee_wei,
        "gas_limit": 100_000,
        "to": CONTRACT.raw,
        "data": transfer(recipient, euro(whole).units),
    }
    key = world.bank.required_signer()._treasury.key  # type: ignore[attr-defined]
    return sign(DynamicFeeTransaction(**{**content, **changes}), key)


def overtaken(world: World, recipient: tp.Address, whole: int) -> tuple[tp.Payment, SignedTransaction]:
    """A payment that was sent, and another transaction at its nonce in a final block; people let the chain go on."""
    payment = out(world)
    world.turn()
    world.chain.drop(world.chain.waiting[0])
    other = by_the_treasury(world, FIRST, recipient, whole)
    assert [said.outcome for said in world.chain.broadcast([other.raw])] == ["accepted"]
    world.mine(1 + world.chain.confirmations)
    assert isinstance(world.turn().error, tp.Halted)
    go_on(world)
    assert world.turn().error is None
    return payment, other


def resolved(world: World, payment: tp.Payment, raw: bytes) -> tp.Payment:
    return tp.resolve_overtaken(world.bank, payment.id, raw=raw, by=world.engine)


def go_on(world: World) -> None:
    tp.resolve_case(world.bank, world.case(tp.CaseKind.CHAIN_HALTED).id, resolution="seen", by=world.ann)
    tp.resume_chain(world.bank, CHAIN_ID, by=world.bob)


def test_an_overtaken_payment_fails_by_the_other_transactions_own_bytes(world: World) -> None:
    payment, other = overtaken(world, world.treasury, 1)
    gas_before = world.account(AccountKind.GAS, "bank", COIN).posted_units
    failed = resolved(world, payment, other.raw)
    assert (failed.state, [reason.code for reason in failed.reasons]) == (S.FAILED, ["chain.nonce_taken"])
    assert failed == world.now(payment)
    assert failed.transaction_hash == other.hash
    assert world.available(world.anna) == world.units(world.anna) == euro(START).units
    (receipt,) = world.chain.receipts([other.hash])
    assert receipt is not None
    assert world.account(AccountKind.GAS, "bank", COIN).posted_units == gas_before + receipt.fee_wei
    assert world.account(AccountKind.CUSTODY, world.treasury.text, COIN).credits_pending == 0
    with pytest.raises(tp.WrongState):
        resolved(world, payment, other.raw)
    again = out(world)
    world.to_finality()
    paid_once(world, again)


def test_what_paid_a_payment_that_waits_ends_no_other(world: World) -> None:
    """Books that came back from a copy: in them the payment that was paid there is still held."""
    payee = tp.Address(b"\x71" * 20)
    held = world.paid(150, creditor=payee.caip10(CHAIN_ID))
    assert held.state is S.HELD
    payment, other = overtaken(world, payee, 150)
    with pytest.raises(tp.WrongState, match="people have to look"):
        resolved(world, payment, other.raw)
    tp.cancel(world.bank, held.id, by=world.ann)
    assert resolved(world, payment, other.raw).state is S.FAILED


@pytest.mark.every_database
@pytest.mark.one_database
def test_a_lost_version_that_paid_makes_the_payment_final(world: World) -> None:
    """Books restored from a copy that is older than the fee bump: the payee was paid, and is not paid again."""
    payment, lost = overtaken(world, STRANGER, 20)
    found = resolved(world, payment, lost.raw)
    assert (found.state, versions(world, payment)[-1].raw) == (S.SIGNED, lost.raw)
    with pytest.raises(tp.WrongState, match="the payment's own"):
        resolved(world, payment, lost.raw)
    world.to_finality()
    assert world.now(payment).transaction_hash == lost.hash
    assert world.now(payment).reasons == ()
    paid_once(world, payment)


@pytest.mark.parametrize("what", ["nonce", "chain", "sender", "unsigned", "garbage", "not mined", "not final"])
def test_nothing_else_ends_a_payment(world: World, what: str) -> None:
    if what in ("not mined", "not final"):
        payment = out(world)
        world.turn()
        world.chain.drop(world.chain.waiting[0])
        other = by_the_treasury(world, FIRST, world.treasury, 1)
        if what == "not final":
            world.chain.broadcast([other.raw])
            world.mine()
    else:
        payment, other = overtaken(world, world.treasury, 1)
    raw = {
        "nonce": by_the_treasury(world, FIRST + 1, world.treasury, 1).raw,
        "chain": by_the_treasury(world, FIRST, world.treasury, 1, chain_id=1).raw,
        "sender": sign(other.transaction, new_key()).raw,
        "unsigned": encode_unsigned(other.transaction),
        "garbage": b"\x02\xff",
    }.get(what, other.raw)
    before = world.now(payment)
    with pytest.raises(tp.InvalidTransaction if what in ("unsigned", "garbage") else tp.WrongState):
        resolved(world, payment, raw)
    assert world.now(payment) == before
    assert world.account(AccountKind.CUSTOMER, world.anna.id).debits_pending == euro(20).units


def test_one_that_was_never_signed_here_is_ended_as_well(world: World) -> None:
    """A copy of the books was restored whose signer remembers more than they do: it signs this nonce no more."""
    first, second = assigned_both(world)
    other = by_the_treasury(world, FIRST, world.treasury, 1)
    assert [said.outcome for said in world.chain.broadcast([other.raw])] == ["accepted"]
    world.mine(1 + world.chain.confirmations)
    assert isinstance(world.turn().error, tp.Halted)
    go_on(world)
    tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine)
    tp.settle(world.bank, chain_id=CHAIN_ID, by=world.engine)
    assert world.now(first).state is S.ASSIGNED
    assert resolved(world, first, other.raw).state is S.FAILED
    world.to_finality()
    paid_once(world, second)


@pytest.mark.parametrize("how", ["another amount", "another payment"])
def test_what_may_have_paid_somebody_frees_nothing(world: World, how: str) -> None:
    payment = out(world)
    world.clock.advance(1)
    other = out(world, 30) if how == "another payment" else None
    world.turn()
    for waiting in world.chain.waiting:
        world.chain.drop(waiting)
    raw = by_the_treasury(world, FIRST, STRANGER, 30 if other else 3).raw
    assert [said.outcome for said in world.chain.broadcast([raw])] == ["accepted"]
    world.mine(1 + world.chain.confirmations)
    assert isinstance(world.turn().error, tp.Halted)
    go_on(world)
    world.turn()
    with pytest.raises(tp.WrongState, match="people have to look"):
        resolved(world, payment, raw)
    assert world.now(payment).state is S.SENT
    assert world.account(AccountKind.CUSTOMER, world.anna.id).debits_pending == euro(50 if other else 20).units


def test_coin_is_free_only_where_it_surely_went_elsewhere(world: World) -> None:
    """What a contract passes on leaves no log."""
    coin = replace(out(world).intent, amount=tp.Amount(tp.Asset.native(CHAIN_ID), 5))
    plain = by_the_treasury(world, FIRST, STRANGER, 1, to=world.treasury.raw, value_wei=5, data=b"").transaction
    assert not may_have_paid(coin, plain, [])
    assert may_have_paid(coin, replace(plain, to=STRANGER.raw), [])
    assert may_have_paid(coin, replace(plain, data=b"\x01"), [])
    assert not may_have_paid(coin, replace(plain, value_wei=0, data=b"\x01"), [])


@pytest.mark.parametrize("carried", [True, False])
def test_an_overtaken_collection_is_judged_by_its_authorization(world: World, carried: bool) -> None:
    request, given, payment = collecting(world)
    world.turn()
    world.chain.drop(world.chain.waiting[0])
    if carried:
        carry(world, sign_authorization(given, PAYER))
    other = by_the_treasury(world, FIRST, world.treasury, 1)
    world.chain.broadcast([other.raw])
    world.mine(1 + world.chain.confirmations)
    assert isinstance(world.turn().error, tp.Halted)
    go_on(world)
    assert world.turn().error is None
    ended = resolved(world, payment, other.raw)
    assert ended.state is (S.FINAL if carried else S.FAILED)
    assert world.cases() == [], "what was asked of people is done"
    assert world.units(world.boris) == (euro(50).units if carried else 0)
    if not carried:
        again = collect(world, request, given, key="again")
        assert isinstance(again, tp.Payment)
        world.to_finality()
        assert (world.now(again).state, world.units(world.boris)) == (S.FINAL, euro(50).units)
    world.prove()


def test_a_payment_that_was_made_in_another_form_is_left_to_people(world: World) -> None:
    payment, _ = overtaken(world, world.treasury, 1)
    same = by_the_treasury(world, FIRST, STRANGER, 20).transaction
    assert isinstance(same, DynamicFeeTransaction)
    other = AccessListTransaction(
        chain_id=CHAIN_ID, nonce=FIRST, gas_price_wei=same.max_fee_wei, gas_limit=same.gas_limit, to=same.to,
        data=same.data,
    )  # fmt: skip
    signed = sign(other, world.bank.required_signer()._treasury.key)  # type: ignore[attr-defined]
    final = world.chain.finalized()
    found = Receipt(
        transaction_hash=signed.hash, block_number=final.number, block_hash=final.hash, succeeded=True, gas_used=1,
        fee_wei=1,
    )  # fmt: skip
    with patch.object(world.chain, "receipts", lambda _: [found]), pytest.raises(tp.WrongState, match="form"):
        resolved(world, payment, signed.raw)
    assert world.now(payment).state is S.SENT


def test_a_payment_whose_receipt_is_there_was_not_overtaken(world: World) -> None:
    """Another engine, or a watch that was late: the block is final, and the payment in it still counts as sent."""
    payment = out(world)
    world.turn()
    world.mine(1 + world.chain.confirmations)
    assert world.now(payment).state is S.SENT
    check_overtaken(world.bank, CHAIN_ID, final_number=world.chain.finalized().number, by=world.engine)
    world.to_finality()
    paid_once(world, payment)


def test_an_emergency_stop_keeps_what_is_cleared_and_carries_on_what_is_signed(world: World) -> None:
    gone = out(world)
    world.turn()
    waits = out(world)
    tp.stop_payments(world.bank, reason="drill", by=world.ann)
    world.to_finality()
    assert (world.now(gone).state, world.now(waits).state) == (S.FINAL, S.CLEARED)
    tp.resume_payments(world.bank, by=world.ann)
    tp.resume_payments(world.bank, by=world.bob)
    world.to_finality()
    paid_once(world, gone, waits)


# --- what changes between the nonce and a signature


def away(_: Any) -> None:
    raise tp.SignerUnavailable("away")


def listed(world: World) -> None:
    files = [f"{LISTED.text}\n{STRANGER.text}".encode()]
    tp.load_list(world.bank, name="ofac", form=tp.ListForm.OWN, files=files, dated_s=world.clock.now_s(), by=world.ann)


def resumed(world: World) -> None:
    tp.resume_payments(world.bank, by=world.ann)
    tp.resume_payments(world.bank, by=world.bob)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (listed, "screening.match"),
        (lambda world: tp.freeze_customer(world.bank, world.anna.id, reason="fraud", by=world.ann), "customer.frozen"),
        (World.next_day, "intent.expired"),
    ],
)
@pytest.mark.parametrize("lost", ["before", "after"])
def test_what_may_not_go_any_more_is_not_signed_though_it_has_its_nonce(
    world: World, change: Callable[[World], Any], code: str, lost: str
) -> None:
    payment, sound = out(world), world.bank
    world.bank = replace(sound, signer=Signing(world, **{lost: away}))  # `after`: it signed, and its answer was lost
    assert isinstance(world.turn().error, tp.SignerUnavailable)
    assert world.now(payment).state is S.ASSIGNED
    world.bank = sound
    change(world)
    world.to_finality()
    failed = world.now(payment)
    assert (failed.state, failed.nonce, [reason.code for reason in failed.reasons]) == (S.FAILED, None, [code])
    assert versions(world, payment) == []
    (fill,) = (p for p in tp.find_payments(world.bank, by=world.ann) if p.intent.purpose is tp.Purpose.FILL)
    assert (fill.state, fill.nonce, next_nonce(world)) == (S.FINAL, FIRST, FIRST + 1)
    assert world.cases() == ([("screening_match", OUTSIDE)] if code == "screening.match" else [])
    assert (world.available(world.anna), world.holding(STRANGER)) == (euro(START).units, 0)
    world.prove()


def test_an_emergency_stop_keeps_what_has_its_nonce_from_being_signed(world: World) -> None:
    payment, sound = out(world), world.bank
    world.bank = replace(sound, signer=Signing(world, before=away))
    world.turn()
    world.bank = sound
    tp.stop_payments(world.bank, reason="drill", by=world.ann)
    world.to_finality()
    waits = world.now(payment)
    assert (waits.state, [reason.code for reason in waits.reasons]) == (S.ASSIGNED, ["emergency.stop"])
    resumed(world)
    world.to_finality()
    paid_once(world, payment)


def test_what_a_stop_found_on_its_way_is_sent_again_and_not_at_a_higher_fee(world: World) -> None:
    payment = out(world)
    world.turn()
    tp.stop_payments(world.bank, reason="drill", by=world.ann)
    for again in (2, 3):
        world.chain.drop(world.chain.waiting[0])
        world.clock.advance(SETTINGS.bump_after_s)
        world.turn()
        assert (len(versions(world, payment)), len(attempts(world, payment))) == (1, again)
    world.to_finality()
    paid_once(world, payment)  # its bytes had left


# --- a signer that says no


def test_a_refused_payment_gives_back_its_nonce_and_funds(world: World) -> None:
    refused = out(world)
    world.bank = replace(world.bank, signer=refusing(world, refused))
    world.turn()
    failed = world.now(refused)
    assert (failed.state, failed.nonce, next_nonce(world)) == (S.FAILED, None, FIRST)
    assert [reason.code for reason in failed.reasons] == ["signer.refused"]
    assert world.cases() == [("payment_stuck", refused.id)]
    assert world.available(world.anna) == euro(START).units
    other = out(world)
    world.to_finality()
    assert world.now(other).nonce == FIRST
    paid_once(world, other)


def assigned_both(world: World) -> tuple[tp.Payment, tp.Payment]:
    """Two payments with a nonce and no signature, as two engines leave them that die together."""
    out(world), out(world)

    def crash(_: SigningRequest) -> None:
        raise KeyboardInterrupt

    sound, world.bank = world.bank, replace(world.bank, signer=Signing(world, before=crash))
    with pytest.raises(KeyboardInterrupt):
        world.turn()
    world.bank = sound
    first, second = tp.find_payments(world.bank, by=world.ann, states=[S.ASSIGNED])
    return first, second


@pytest.mark.parametrize("stopped", [False, True])
def test_a_refused_payment_before_another_is_filled_by_a_no_op(world: World, stopped: bool) -> None:
    refused, second = assigned_both(world)
    world.bank = replace(world.bank, signer=refusing(world, refused))
    if stopped:
        tp.stop_payments(world.bank, reason="drill", by=world.ann)
        assert world.turn().error is None
        tp.resume_payments(world.bank, by=world.ann)
        tp.resume_payments(world.bank, by=world.bob)
    world.to_finality()
    world.to_finality()
    assert (world.now(refused).state, world.now(refused).nonce) == (S.FAILED, None)
    (fill,) = (p for p in tp.find_payments(world.bank, by=world.ann) if p.intent.purpose is tp.Purpose.FILL)
    assert (fill.state, fill.nonce, fill.intent.related) == (S.FINAL, FIRST, refused.id)
    paid_once(world, second)


@pytest.mark.every_database
@pytest.mark.parametrize("how", ["another at its nonce", "it at another nonce"])
def test_what_the_signer_remembers_otherwise_halts_until_a_supervisor_gives_it_up(world: World, how: str) -> None:
    """The books come from an old copy, and what they lost was never included: the chain is not ahead of them."""
    payment = out(world)
    world.clock.advance(1)
    other = out(world)
    known, nonce = (b"lost" * 8, FIRST) if how == "another at its nonce" else (payment.intent.hash(), 77)
    memory = world.bank.required_signer()._memory  # type: ignore[attr-defined]
    assert memory.remember([Place(payment=known, chain_id=CHAIN_ID, nonce=nonce)]) == [None]
    for _ in range(2):
        assert isinstance(world.turn().error, tp.Halted)
        now = world.now(payment)
        assert (now.state, [reason.code for reason in now.reasons]) == (S.ASSIGNED, ["signer.signed_before"])
        go_on(world)
    with pytest.raises(tp.WrongState):
        tp.cancel(world.bank, payment.id, by=world.tom)
    given_up = tp.cancel(world.bank, payment.id, by=world.ann)
    assert (given_up.state, given_up) == (S.ASSIGNED, tp.cancel(world.bank, payment.id, by=world.bob))
    world.to_finality()
    assert [reason.code for reason in world.now(payment).reasons] == ["payment.given_up"]
    assert (world.now(payment).state, next_nonce(world)) == (S.FAILED, FIRST + 2)
    paid_once(world, other)


def test_a_payment_whose_books_let_nothing_be_signed_halts_no_chain_and_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = in_order(world, 2)
    transaction = sign_payment._transaction

    def told(asked: sign_payment.ToSign, call: Call) -> DynamicFeeTransaction:
        if asked.payment.id == broken.id:
            raise tp.IntegrityError("a row that cannot be read")
        return transaction(asked, call)

    monkeypatch.setattr(sign_payment, "_transaction", told)
    assert world.turn().error is None
    assert (world.now(broken).state, world.cases()) == (S.ASSIGNED, [("payment_stuck", broken.id)])
    with pytest.raises(tp.WrongState):
        tp.cancel(world.bank, broken.id, by=world.tom)
    tp.cancel(world.bank, broken.id, by=world.ann)
    world.to_finality()
    assert world.now(broken).state is S.FAILED
    paid_once(world, other)


# --- sweeps


def test_a_sweep_empties_each_address_once_with_the_treasury_paying(world: World) -> None:
    requests = [world.endow(world.boris, 100), world.endow(world.boris, 200)]
    made = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    assert [payment.state for payment in made] == [S.CLEARED] * 2
    assert tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine) == []
    world.to_finality()
    assert {world.now(payment).state for payment in made} == {S.FINAL}
    assert [world.holding(address_of(request)) for request in requests] == [0, 0]
    assert world.holding(world.treasury) == euro(START + 300).units
    assert world.units(world.boris) == euro(300).units
    assert tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine) == []
    for session in (world.tom, world.ann):
        with pytest.raises(tp.NotPermitted):
            tp.sweep(world.bank, asset_id=TOKEN.id, by=session)
    world.prove()


@pytest.mark.parametrize("how", ["expired", "reverted", "refused"])
def test_a_sweep_that_came_to_nothing_is_made_anew(world: World, how: str) -> None:
    request = world.endow(world.boris, 100)
    (first,) = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    if how == "expired":
        world.next_day()
        tp.expire(world.bank, by=world.engine)
    elif how == "refused":
        world.bank = replace(world.bank, signer=refusing(world, first))
        world.turn()
    else:
        world.turn()
        world.chain.deposit(CONTRACT, address_of(request), -euro(100).units, logged=False)
        world.mine()
        world.chain.deposit(CONTRACT, address_of(request), euro(100).units, logged=False)
        world.to_finality()
    assert world.now(first).state in (S.EXPIRED, S.FAILED)
    (second,) = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    assert second.id != first.id
    world.to_finality()
    assert (world.now(second).state, world.holding(address_of(request))) == (S.FINAL, 0)
    world.prove()


def test_small_holdings_are_left_where_they_are_if_asked(world: World) -> None:
    world.endow(world.boris, 100)
    world.endow(world.boris, 5)
    made = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine, at_least_units=euro(50).units)
    assert [payment.intent.amount for payment in made] == [euro(100)]


def test_a_watch_tells_how_much_it_saw(world: World) -> None:
    payment = out(world)
    tp.submit(world.bank, chain_id=CHAIN_ID, by=world.engine)
    world.deposit(world.request(5), 5)
    world.mine()
    watched = tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine)
    assert (watched.deposits, watched.included) == (1, 1)
    assert world.now(payment).state is S.INCLUDED
    again = tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine)
    assert (again.deposits, again.included) == (0, 0)
