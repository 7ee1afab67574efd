"""collect: what a payer authorized, carried for a request, by the bank or by somebody else."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import current_thread
from typing import Any

import pytest

import tokenpay as tp
from tests.integration.operations.test_requests import R, pass_time, state
from tests.world import CHAIN_ID, CONTRACT, LISTED, OUTSIDE, START, World, address_of, euro
from tokenpay.ethereum.grants.grant import Signed, sign
from tokenpay.payments.payment import PaymentState as S
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.steps import assign
from tokenpay.store.deposit_store import DepositStore
from tokenpay.store.payment_store import PaymentStore
from tokenpay.testing import FakeScorer

pytestmark = pytest.mark.one_database

PAYER = PrivateKey.from_bytes(b"\x07" * 32)
PAYER_ADDRESS = tp.Address(PAYER.public_key.address_bytes())


def authorization(world: World, request: tp.PaymentRequest, **changes: object) -> tp.Authorization:
    domain = tp.Domain(name="Demo Euro", version="1", chain_id=CHAIN_ID, verifying_contract=CONTRACT)
    content = {
        "domain": domain,
        "sender": PAYER_ADDRESS,
        "recipient": address_of(request),
        "units": euro(50).units,
        "valid_after_s": 0,
        "valid_before_s": world.clock.now_s() + 3_600,
        "nonce": b"\x09" * 32,
    }
    return tp.Authorization(**{**content, **changes})  # type: ignore[arg-type]


def collect(world: World, request: tp.PaymentRequest, signed: tp.Authorization, key: str = "c") -> object:
    signature = sign(signed, PAYER).signature
    return tp.collect(
        world.bank, request_id=request.id, authorization=signed, signature=signature, by=world.tom, key=key
    )


def load(world: World, *listed: tp.Address, age_s: int = 0) -> None:
    """Load a list of addresses; an old one is stale, and holds what it is asked about."""
    content, dated_s = "\n".join(address.text for address in listed), world.clock.now_s() - age_s
    tp.load_list(world.bank, name="own", form=tp.ListForm.OWN, files=[content.encode()], dated_s=dated_s, by=world.ann)


def fund(world: World, whole: int) -> None:
    """Let the payer have tokens."""
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(whole).units)
    world.mine()


def away(*_: Any, **__: Any) -> Any:
    """What a signer does that cannot be reached."""
    raise tp.SignerUnavailable("away")


def collecting(world: World, *, valid_for_s: int = 3_600) -> tuple[tp.PaymentRequest, tp.Authorization, tp.Payment]:
    """Issue a request of 50 for Boris, and take the authorization of a payer who has them."""
    fund(world, 50)
    request = world.request(50, payee=world.boris)
    given = authorization(world, request, valid_before_s=world.clock.now_s() + valid_for_s)
    payment = collect(world, request, given)
    assert isinstance(payment, tp.Payment)
    return request, given, payment


def test_an_authorization_is_carried_and_credited_as_a_deposit(world: World) -> None:
    request, given, payment = collecting(world)
    assert collect(world, request, given) == payment
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    assert (world.units(world.boris), state(world, request)) == (euro(50).units, R.PAID)
    world.prove()


@pytest.mark.parametrize("end", ["cancelled", "expired", "paid"])
def test_nothing_is_collected_for_a_request_that_asks_for_nothing_any_more(world: World, end: str) -> None:
    fund(world, 50)
    request = world.request(50, payee=world.boris, expires_in_s=60)
    payment = collect(world, request, authorization(world, request))
    assert isinstance(payment, tp.Payment)
    if end == "cancelled":
        tp.cancel_request(world.bank, request.id, by=world.tom)
    elif end == "paid":
        world.paid(50, request_id=request.id)
    else:
        world.clock.advance(60)
    world.to_finality()
    assert world.now(payment).state is S.REFUSED
    assert [reason.code for reason in world.now(payment).reasons] == ["request.closed"]
    assert world.holding(PAYER_ADDRESS) == euro(50).units
    world.prove()


def test_anybody_may_carry_it_first_and_it_is_credited_once(world: World) -> None:
    """The authorization is used by another transaction in the same block, before ours, which reverts."""
    request, _, payment = collecting(world)
    world.turn()
    carry_elsewhere(world, request)
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    assert world.units(world.boris) == euro(50).units
    world.prove()


@pytest.mark.parametrize("held", [True, False])
def test_a_collection_that_waits_is_final_when_somebody_else_carried_it(world: World, held: bool) -> None:
    if held:
        load(world, LISTED, age_s=10**9)
    request, _, payment = collecting(world)
    assert payment.state is (S.HELD if held else S.CLEARED)
    carry_elsewhere(world, request)
    assert world.now(payment).state is payment.state
    world.to_finality()
    assert (world.now(payment).state, world.now(payment).nonce) == (S.FINAL, None)
    world.prove()


def test_an_authorization_that_was_carried_out_is_not_collected(world: World) -> None:
    fund(world, 50)
    request = world.request(80, payee=world.boris)
    carry_elsewhere(world, request)
    world.turn()
    refusal = collect(world, request, authorization(world, request, valid_before_s=world.clock.now_s() + 3_600))
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["authorization.used", "request.under_way"]


def carry_elsewhere(world: World, request: tp.PaymentRequest) -> None:
    carry(world, sign(authorization(world, request, valid_before_s=world.clock.now_s() + 3_600), PAYER))


def carry(world: World, signed: Signed[tp.Authorization]) -> None:
    """Somebody else has an authorization included, before whatever of ours waits."""
    from tokenpay.ethereum.grants.authorization import calldata
    from tokenpay.ethereum.transaction import DynamicFeeTransaction, sign as sign_transaction

    carrier = PrivateKey.from_bytes(b"\x08" * 32)
    world.chain.deposit(None, tp.Address(carrier.public_key.address_bytes()), 10**18)
    treasury_waits = world.chain._pool.waiting.copy()
    world.chain._pool.waiting.clear()
    world.mine()
    call = calldata(signed)
    transaction = DynamicFeeTransaction(
        chain_id=CHAIN_ID, nonce=0, max_priority_fee_wei=10**9, max_fee_wei=10**10, gas_limit=200_000,
        to=CONTRACT.raw, data=call,
    )  # fmt: skip
    (answer,) = world.chain.broadcast([sign_transaction(transaction, carrier).raw])
    assert answer.outcome == "accepted"
    world.mine()
    world.chain._pool.waiting.update(treasury_waits)


def test_what_cannot_be_collected(world: World) -> None:
    request, other = world.request(50, payee=world.boris), world.request(50, payee=world.boris)
    now_s = world.clock.now_s()
    elsewhere = tp.Domain(name="Demo Euro", version="1", chain_id=1, verifying_contract=CONTRACT)
    for changes in (
        {"recipient": address_of(other)},
        {"recipient": world.treasury},
        {"units": 0},
        {"valid_before_s": now_s},
        {"valid_after_s": now_s},
        {"domain": elsewhere},
        {"kind": "receive"},
    ):
        with pytest.raises(tp.InvalidAuthorization):
            collect(world, request, authorization(world, request, **changes))
    good = authorization(world, request)
    forged = replace(sign(good, PAYER).signature, r=1)
    with pytest.raises(tp.InvalidAuthorization):
        tp.collect(world.bank, request_id=request.id, authorization=good, signature=forged, by=world.tom, key="c")
    with pytest.raises(tp.NotFound):
        tp.collect(
            world.bank, request_id="0" * 26, authorization=good, signature=sign(good, PAYER).signature,
            by=world.tom, key="c",
        )  # fmt: skip
    tp.cancel_request(world.bank, request.id, by=world.tom)
    refusal = collect(world, request, good)
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["request.closed"]


def test_one_authorization_is_carried_for_one_payment(world: World) -> None:
    fund(world, 100)
    request = world.request(50, payee=world.boris)
    collect(world, request, authorization(world, request), "c1")
    refusal = collect(world, request, authorization(world, request), "c2")
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["authorization.carried", "request.under_way"]


@pytest.mark.every_database
@pytest.mark.parametrize("where", ["cleared", "sent", "seen"])
def test_a_wallet_that_signs_anew_does_not_pay_twice(world: World, where: str) -> None:
    """Where the first is on its way, a second for the same money is refused, at the counter too once it was sent."""
    fund(world, 100)
    request, other = world.request(50, payee=world.boris), world.request(None, payee=world.boris)  # of any amount
    first = collect(world, request, authorization(world, request), "c1")
    assert isinstance(first, tp.Payment)
    if where != "cleared":
        world.turn()
    if where == "sent":
        assert world.refused(50, request_id=request.id) == ["request.under_way"]
    if where == "seen":
        world.mine()
        world.turn()
        assert world.refused(50, request_id=request.id) == ["request.under_way"]
    refusal = collect(world, request, authorization(world, request, nonce=b"\x0a" * 32), "c2")
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["request.under_way"]
    for nonce, taken in ((b"\x0b" * 32, tp.Payment), (b"\x0c" * 32, tp.Refusal)):
        each = authorization(world, other, nonce=nonce, units=euro(10).units)
        assert isinstance(collect(world, other, each, nonce.hex()), taken)
    world.to_finality()
    assert (world.now(first).state, state(world, request)) == (S.FINAL, R.PAID)
    assert world.units(world.boris) == euro(60).units
    assert [kind for kind, _ in world.cases()] == []
    world.prove()


@pytest.mark.parametrize("held", [True, False])
def test_a_collection_waits_no_longer_than_its_authorization(world: World, held: bool) -> None:
    """Then it makes room for another one; the payer's wallet may sign anew."""
    if held:
        load(world, LISTED, age_s=10**9)
    request, _, first = collecting(world, valid_for_s=60)
    assert (first.state, first.intent.expires_at_s) == (S.HELD if held else S.CLEARED, world.clock.now_s() + 60)
    pass_time(world, 60)
    assert world.now(first).state is first.state  # a block that was not read yet may have it in time
    world.chain.mine(timestamp_s=first.intent.expires_at_s - 1)
    world.turn()
    assert world.now(first).state is first.state
    world.chain.mine(timestamp_s=first.intent.expires_at_s)
    world.turn()
    assert (world.now(first).state, world.cases()) == (S.EXPIRED, [])
    load(world, LISTED)
    second = collect(world, request, authorization(world, request, nonce=b"\x0a" * 32), "c2")
    assert isinstance(second, tp.Payment)
    world.to_finality()
    assert (world.now(second).state, state(world, request)) == (S.FINAL, R.PAID)
    world.prove()


@pytest.mark.parametrize("kept", [True, False])
def test_a_collection_that_somebody_else_carries_outlives_its_time(
    world: World, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    """It is final with its block, and where a reorg took that away there was nothing to wait for."""
    _, signed, payment = collecting(world, valid_for_s=60)
    carry(world, sign(signed, PAYER))
    world.turn()
    world.chain.mine(timestamp_s=payment.intent.expires_at_s)
    pass_time(world, 60)
    world.turn()
    assert (world.now(payment).state, world.cases()) == (S.CLEARED, [])
    with monkeypatch.context() as patched:
        patched.setattr(world.bank.store, "unit_of_work", lambda: 1 / 0)
        assert tp.expire(world.bank, by=world.engine) == tp.Expired()
    if not kept:
        world.chain.reorg(2, keep_transactions=False)
        world.chain.mine(timestamp_s=payment.intent.expires_at_s)
    world.to_finality()
    assert world.now(payment).state is (S.FINAL if kept else S.EXPIRED)
    assert world.units(world.boris) == (euro(50).units if kept else 0)
    world.prove()


def test_a_block_that_comes_late_has_a_collection_in_time(world: World) -> None:
    """The contract goes by the block's clock: until ours has read past it, nothing else is collected instead."""
    fund(world, 50)
    request, signed, payment = collecting(world, valid_for_s=60)
    pass_time(world, 60)
    anew = authorization(world, request, nonce=b"\x0a" * 32)
    refusal = collect(world, request, anew, "c2")
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["request.under_way"]
    carry(world, sign(signed, PAYER))
    assert world.chain.head().timestamp_s < signed.valid_before_s
    world.to_finality()
    assert (world.now(payment).state, state(world, request)) == (S.FINAL, R.PAID)
    assert (world.holding(PAYER_ADDRESS), world.cases()) == (euro(50).units, [])
    world.prove()


@pytest.mark.parametrize("seen", [True, False])
def test_a_collection_with_its_nonce_that_somebody_else_carries_is_final(
    world: World, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    """The signer was away until its time was over: ours reverts, and the payer's authorization says that it is paid.

    So where the block that has it comes late: nothing else is collected meanwhile.
    """
    request, signed, payment = collecting(world, valid_for_s=60)

    with monkeypatch.context() as patched:
        patched.setattr(type(world.bank.signer), "sign_transactions", away)
        world.turn()
        assert world.now(payment).state is S.ASSIGNED
        if seen:
            carry(world, sign(signed, PAYER))
            world.chain.mine(timestamp_s=signed.valid_before_s)
        world.clock.advance(60)
        world.turn()
    world.turn()
    assert world.now(payment).state is S.SENT
    refusal = collect(world, request, authorization(world, request, nonce=b"\x0a" * 32), "c2")
    assert isinstance(refusal, tp.Refusal)
    if not seen:
        carry(world, sign(signed, PAYER))
    world.to_finality()
    assert (world.now(payment).state, state(world, request)) == (S.FINAL, R.PAID)
    assert world.units(world.boris) == euro(50).units
    world.prove()


def test_a_late_collection_that_would_wait_holds_up_nothing_behind_its_nonce(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else has carried it, and a list is silent: a no-op takes its nonce, and what comes behind it goes."""
    request, signed, payment = collecting(world, valid_for_s=60)
    behind = world.paid(5, creditor=OUTSIDE)

    with monkeypatch.context() as patched:
        patched.setattr(type(world.bank.signer), "sign_transactions", away)
        world.turn()
        carry(world, sign(signed, PAYER))
        world.turn()
    assert [world.now(each).state for each in (payment, behind)] == [S.ASSIGNED, S.ASSIGNED]
    load(world, LISTED, age_s=10**9)
    world.clock.advance(60)
    world.turn()
    assert world.now(payment).state is S.FAILED
    load(world, LISTED)
    world.to_finality()
    assert (world.now(behind).state, state(world, request)) == (S.FINAL, R.PAID)
    world.prove()


def test_a_nonce_that_paid_somebody_else_keeps_a_second_away_until_that_is_final(world: World) -> None:
    """The payer signed it twice; a reorg takes the other use away, and what was collected first is paid."""
    fund(world, 150)
    request, _, first = collecting(world)
    world.turn()
    carry(world, sign(authorization(world, request, recipient=world.treasury, units=1), PAYER))
    tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine)
    refusal = collect(world, request, authorization(world, request, nonce=b"\x0a" * 32), "c2")
    assert isinstance(refusal, tp.Refusal)
    assert world.refused(50, request_id=request.id) == ["request.under_way"]
    world.chain.reorg(1, keep_transactions=False)
    world.to_finality()
    assert (world.now(first).state, state(world, request), world.cases()) == (S.FINAL, R.PAID, [])


@pytest.mark.every_database
def test_nobody_approves_while_a_collection_takes_its_nonce(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine has looked at it and has not committed: who approves waits, and then meets it."""
    fund(world, 200)
    request = world.request(200, payee=world.boris)
    held = world.paid(200, request_id=request.id)
    collected = collect(world, request, authorization(world, request, units=euro(200).units))
    assert (held.state, isinstance(collected, tp.Payment)) == (S.HELD, True)
    look, approvals = assign._look, ThreadPoolExecutor(1)
    approved: list[Future[tp.Payment]] = []

    def and_somebody_approves(*given: Any) -> Any:
        looked = look(*given)
        approved.append(approvals.submit(tp.approve, world.bank, held.id, by=world.ann))
        assert not wait(approved, timeout=1).done
        return looked

    with monkeypatch.context() as patched, approvals:
        patched.setattr(assign, "_look", and_somebody_approves)
        world.turn()
    waits = approved[0].result()
    assert (waits.state, [reason.code for reason in waits.reasons]) == (S.HELD, ["request.under_way"])
    world.to_finality()
    world.turn()
    assert (world.now(held).state, state(world, request), world.cases()) == (S.REFUSED, R.PAID, [])
    world.prove()


@pytest.mark.every_database
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets nobody write meanwhile
@pytest.mark.parametrize("store", [PaymentStore, DepositStore])
@pytest.mark.parametrize("taken_back", [True, False])
def test_nobody_approves_while_a_block_is_taken_in(
    world: World, monkeypatch: pytest.MonkeyPatch, taken_back: bool, store: type[PaymentStore | DepositStore]
) -> None:
    """After the look at what is collected, or at what came, the engine reads a block, or its end."""
    fund(world, 200)
    request = world.request(200, payee=world.boris)
    held = world.paid(200, request_id=request.id)
    collected = collect(world, request, authorization(world, request, units=euro(200).units))
    assert isinstance(collected, tp.Payment)
    world.turn()
    world.mine()
    if taken_back:
        world.turn()
        world.chain.reorg(1, keep_transactions=False)
    find, here, watched = store.find, current_thread(), list[tp.Watched]()

    def and_a_block_comes(*given: Any, **wanted: Any) -> Any:
        found = find(*given, **wanted)
        if current_thread() is here and not watched:
            with ThreadPoolExecutor(1) as engine:
                watched.append(engine.submit(tp.watch, world.bank, chain_id=CHAIN_ID, by=world.engine).result(20))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(store, "find", and_a_block_comes)
        waits = tp.approve(world.bank, held.id, by=world.ann)
    assert (watched[0].included, watched[0].orphaned) == ((0, 1) if taken_back else (1, 0))
    assert (waits.state, [reason.code for reason in waits.reasons]) == (S.HELD, ["request.under_way"])
    world.to_finality()
    world.to_finality()  # what was taken back is sent again
    assert (world.now(held).state, world.now(collected).state) == (S.REFUSED, S.FINAL)
    assert (state(world, request), world.cases()) == (R.PAID, [])
    world.prove()


def test_what_waits_for_its_request_is_no_new_risk(world: World) -> None:
    """Who approved it had seen the risk, and resolved the case: the engine that lets it go enters no other."""
    world.decree(risk=tp.RiskLines())
    fund(world, 200)
    request = world.request(50, payee=world.boris)
    finding = tp.Finding(typology="own_rule", score=900, rules=("own",), explanation="three of four signs")
    world.bank = replace(world.bank, scorers=(*world.bank.scorers, FakeScorer(finding)))
    held = world.paid(50, request_id=request.id)
    tp.resolve_case(world.bank, world.case(tp.CaseKind.RISK).id, resolution="asked them", by=world.ann)
    carry_elsewhere(world, request)
    tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine)
    waits = tp.approve(world.bank, held.id, by=world.bob)
    assert (waits.state, waits.reasons[0].code) == (S.HELD, "request.under_way")
    world.chain.reorg(2, keep_transactions=False)
    world.turn()
    world.turn()
    assert (world.now(held).state, world.cases()) == (S.FINAL, [])


def test_what_somebody_else_carried_of_a_part_leaves_room_for_the_rest(world: World) -> None:
    """It is on its way once, though a collection and a deposit tell of it."""
    fund(world, 50)
    request = world.request(50, payee=world.boris)
    part = authorization(world, request, units=euro(30).units)
    ours = collect(world, request, part, "c1")
    assert isinstance(ours, tp.Payment)
    world.turn()
    assert world.now(ours).state is S.SENT
    carry(world, sign(part, PAYER))
    world.turn()
    rest = authorization(world, request, nonce=b"\x0a" * 32, units=euro(20).units)
    assert isinstance(collect(world, request, rest, "c2"), tp.Payment)
    world.to_finality()
    assert (world.now(ours).state, state(world, request)) == (S.FINAL, R.PAID)
    assert world.units(world.boris) == euro(50).units
    world.prove()


def test_a_held_collection_is_not_in_its_own_way(world: World) -> None:
    load(world, LISTED, age_s=10**9)
    request, _, payment = collecting(world)
    assert payment.state is S.HELD
    load(world, LISTED)
    tp.approve(world.bank, payment.id, by=world.ann)
    assert world.now(payment).state is S.CLEARED
    world.to_finality()
    assert (world.now(payment).state, state(world, request)) == (S.FINAL, R.PAID)


@pytest.mark.parametrize("kept", [True, False])
def test_a_collection_waits_for_what_was_seen_to_come(world: World, kept: bool) -> None:
    """The payer sent it as well: what is final then pays, and what a reorg takes away was in nobody's way."""
    request, _, payment = collecting(world)
    world.deposit(request, 50)
    world.mine()
    world.turn()
    waiting = world.now(payment)
    assert (waiting.state, [reason.code for reason in waiting.reasons]) == (S.CLEARED, ["request.under_way"])
    if not kept:
        world.chain.reorg(1, keep_transactions=False)
    world.to_finality()
    assert world.now(payment).state is (S.REFUSED if kept else S.FINAL)
    assert (state(world, request), world.units(world.boris)) == (R.PAID, euro(50).units)
    world.prove()


@pytest.mark.parametrize(
    ("whole", "codes"), [(50, ["request.under_way"]), (31, ["request.under_way"]), (30, [])], ids=str
)
def test_what_was_seen_to_come_is_not_paid_again_at_the_counter(world: World, whole: int, codes: list[str]) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 20)
    world.mine()
    world.turn()
    paid = world.pay(whole, creditor=request.payee, request_id=request.id)
    assert [reason.code for reason in paid.reasons] == codes


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_approved_waits_for_what_was_seen_to_come(world: World, kept: bool) -> None:
    request = world.request(200, payee=world.boris)
    held = world.paid(200, request_id=request.id)
    assert held.state is S.HELD
    world.deposit(request, 200)
    world.mine()
    world.turn()
    waits = tp.approve(world.bank, held.id, by=world.ann)
    assert (waits.state, [reason.code for reason in waits.reasons]) == (S.HELD, ["request.under_way"])
    world.turn()
    assert world.now(held) == waits
    if not kept:
        world.chain.reorg(1, keep_transactions=False)
    world.to_finality()
    world.turn()
    assert world.now(held).state is (S.REFUSED if kept else S.FINAL)
    assert (state(world, request), world.units(world.boris)) == (R.PAID, euro(200).units)
    assert world.available(world.anna) == euro(START if kept else START - 200).units
    assert world.cases() == []
    world.prove()


def test_what_comes_of_another_token_is_in_nobodys_way(world: World) -> None:
    request = world.request(50, payee=world.boris)
    other = tp.Address(b"\x5e" * 20)
    world.chain.add_token(other)
    token = tp.Asset.token(chain_id=CHAIN_ID, contract=other, symbol="DEUR", decimals=6)
    tp.register_asset(world.bank, token, by=world.ann)
    world.chain.deposit(other, address_of(request), 10**12)
    world.mine()
    world.turn()
    assert [deposit.state for deposit in tp.request_deposits(world.bank, request.id, by=world.tom)] == [
        tp.DepositState.SEEN
    ]
    assert isinstance(world.pay(50, creditor=request.payee, request_id=request.id), tp.Payment)


def test_a_part_that_is_on_its_way_leaves_room_for_the_rest(world: World) -> None:
    fund(world, 100)
    request = world.request(50, payee=world.boris)
    for nonce, units in ((1, 20), (2, 30)):
        part = authorization(world, request, nonce=bytes([nonce]) * 32, units=euro(units).units)
        assert isinstance(collect(world, request, part, f"part {nonce}"), tp.Payment)
    refusal = collect(world, request, authorization(world, request, nonce=b"\x03" * 32), "too many")
    assert isinstance(refusal, tp.Refusal)
    world.to_finality()
    assert (state(world, request), world.units(world.boris)) == (R.PAID, euro(50).units)


def test_a_listed_payer_is_not_collected_from(world: World) -> None:
    request = world.request(50, payee=world.boris)
    load(world, LISTED, PAYER_ADDRESS)
    refusal = collect(world, request, authorization(world, request))
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["screening.match"]


def test_collecting_asks_for_the_session_first(world: World) -> None:
    request = world.request(50, payee=world.boris)
    tp.close_session(world.bank, by=world.tom)
    with pytest.raises(tp.SessionExpired):
        collect(world, request, authorization(world, request, units=0))
