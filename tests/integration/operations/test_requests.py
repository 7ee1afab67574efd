"""issue_request, cancel_request, resolve_request, collect and expire: asking for money, and what a scan tells."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import current_thread
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.world import CHAIN_ID, CONTRACT, LISTED, OUTSIDE, START, STRANGER, TOKEN, World, address_of, euro
from tokenpay.errors import InvalidRequest
from tokenpay.ethereum.grants.grant import Signed, sign
from tokenpay.payments.payment import PaymentState as S
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import DataObject
from tokenpay.requests.merchant import Merchant
from tokenpay.requests.token_template import TokenTemplate
from tokenpay.steps import assign, propose
from tokenpay.steps.lease import Leases
from tokenpay.store.asset_store import RegisteredAsset
from tokenpay.store.deposit_store import DepositStore
from tokenpay.store.payment_store import PaymentStore
from tokenpay.testing import FakeScorer

pytestmark = pytest.mark.one_database

PAYER = PrivateKey.from_bytes(b"\x07" * 32)
PAYER_ADDRESS = tp.Address(PAYER.public_key.address_bytes())
CASH = tp.Asset.cash("EUR")
R = tp.RequestState


def state(world: World, request: tp.PaymentRequest) -> tp.RequestState:
    return tp.get_request(world.bank, request.id, by=world.tom).state


def pass_time(world: World, seconds: int) -> None:
    world.clock.advance(seconds)
    tp.expire(world.bank, by=world.engine)


# --- issue


def test_the_same_key_is_the_same_request_and_another_has_another_address(world: World) -> None:
    first, again, other = world.request(50, key="a"), world.request(50, key="a"), world.request(50, key="b")
    assert first == again
    assert len({address_of(first), address_of(other), world.treasury}) == 3
    with pytest.raises(tp.KeyReused) as caught:
        world.request(51, key="a")
    assert caught.value.fields["field"] == "units"


def test_who_and_what_may_not_be_asked_for(world: World) -> None:
    base: dict[str, Any] = {"asset": TOKEN, "amount": euro(5), "by": world.tom}
    other = replace(TOKEN, decimals=2)
    anna = world.anna.id
    table: list[tuple[dict[str, Any], type[tp.TokenpayError]]] = [
        ({"payee": "C0"}, tp.NotFound),
        ({"payee": anna, "amount": euro(0)}, InvalidRequest),
        ({"payee": anna, "amount": None, "terms": tp.Terms.EXACT}, InvalidRequest),
        ({"payee": anna, "asset": other, "amount": None}, tp.WrongState),
        ({"payee": anna, "amount": tp.Amount.of(1, other)}, InvalidRequest),
        ({"payee": anna, "expires_in_s": 0}, tp.InvalidInput),
        ({"payee": anna, "expires_in_s": 367 * 86_400}, tp.InvalidInput),
        ({"payee": anna, "remittance_information": "x" * 141}, tp.InvalidInput),
        ({"payee": anna, "by": world.engine}, tp.NotPermitted),
    ]
    for changes, error in table:
        with pytest.raises(error):
            tp.issue_request(world.bank, **{**base, **changes, "key": "k"})
    tp.freeze_customer(world.bank, anna, reason="x", by=world.ann)
    with pytest.raises(tp.WrongState):
        world.request(5)
    assert tp.payment_of_key(world.bank, "k", by=world.tom) is None


# --- cancel and expire


def test_only_what_waits_for_money_is_cancelled(world: World) -> None:
    request = world.request(50)
    assert tp.cancel_request(world.bank, request.id, by=world.tom) is R.CANCELLED
    assert tp.cancel_request(world.bank, request.id, by=world.tom) is R.CANCELLED
    paid = world.request(20, payee=world.boris)
    world.paid(20, request_id=paid.id)
    with pytest.raises(tp.WrongState):
        tp.cancel_request(world.bank, paid.id, by=world.tom)
    with pytest.raises(tp.NotFound):
        tp.cancel_request(world.bank, "0" * 26, by=world.tom)


def test_a_request_is_not_cancelled_while_money_for_it_becomes_final(world: World) -> None:
    """What arrived before would stand aside as if it had come afterwards."""
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine()
    world.turn()
    with pytest.raises(tp.WrongState, match="not final yet"):
        tp.cancel_request(world.bank, request.id, by=world.tom)
    world.to_finality()
    assert (state(world, request), world.units(world.boris)) == (R.PAID, euro(50).units)


def test_a_request_that_expires_while_it_is_paid_is_paid(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second turns between the look at the request and the entry: what was agreed to is what is counted."""
    request = world.request(50, payee=world.boris, expires_in_s=60)
    world.clock.advance(59)
    weigh = propose.weigh

    def and_a_second_is_over(*given: Any, **named: Any) -> Any:
        weighed = weigh(*given, **named)
        world.clock.advance(1)
        return weighed

    monkeypatch.setattr(propose, "weigh", and_a_second_is_over)
    assert world.paid(50, request_id=request.id).state is S.FINAL
    assert tp.get_request(world.bank, request.id, by=world.tom).credited_units == euro(50).units
    assert state(world, request) is R.PAID


@pytest.mark.parametrize("address", ["somebody's", "the bank's"])
def test_a_request_that_a_terminal_s_own_sql_wrote_stops_nothing(world: World, address: str) -> None:
    """One names an address that is not the bank's, and one cannot be read: chain, expiry and lists go on without."""
    request = world.request(50, payee=world.boris, expires_in_s=60)
    held = world.paid(200)
    strange = address == "somebody's"
    copy = (
        "INSERT INTO requests (id, payee, asset_id, units, remittance_information, created_at_s, expires_at_s, state,"
        " credited_units, terms, chain_id, deposit_address, deposit_index) SELECT :id, payee, asset_id, units, '', 1,"
        " 2, 'open', credited_units, :terms, chain_id, :address, 999 FROM requests WHERE id = :of"
    )
    terms = "parts" if strange else "none"
    with world.bank.store.engine.begin() as connection:
        values = {"id": "0" * 26, "terms": terms, "address": STRANGER.text, "of": request.id}
        connection.execute(sa.text(copy), values)
    world.chain.deposit(CONTRACT, STRANGER, 7)
    world.deposit(request, 50)
    world.to_finality()
    assert (state(world, request), world.units(world.boris)) == (R.PAID, euro(50).units)
    assert world.cases() == ([("unmatched_deposit", "0" * 26)] if strange else [])
    listed = tp.find_requests(world.bank, by=world.tom, customer_id=world.boris.id)
    assert [issued.request.id for issued in listed] == [request.id]
    with pytest.raises(tp.IntegrityError):
        tp.get_request(world.bank, "0" * 26, by=world.tom)
    world.next_day()
    tp.expire(world.bank, by=world.engine)
    assert world.now(held).state is S.EXPIRED


def test_what_may_have_been_paid_in_a_block_that_was_not_read_expires_later(world: World) -> None:
    """No engine ends what another one is still to read of; what is of other chains does not wait for it."""
    request, other, outside = world.request(50), world.request(50), world.paid(20, creditor=OUTSIDE)
    world.sql("UPDATE requests SET chain_id = NULL, deposit_address = NULL WHERE id = :id", id=other.id)
    world.next_day()
    reader = Leases(world.bank, holder="another engine", for_s=60)
    assert reader.hold(f"chain/{CHAIN_ID}", by=world.engine)
    cycle = tp.run_once(world.bank, by=world.engine)
    assert (cycle.chains[0].elsewhere, cycle.error) == (True, None)
    assert cycle.expired == tp.Expired(requests=1, payments=0)
    assert [state(world, each) for each in (request, other)] == [R.OPEN, R.EXPIRED]
    assert world.now(outside).state is S.CLEARED
    reader.give_back()
    cycle = tp.run_once(world.bank, by=world.engine)
    assert cycle.expired == tp.Expired(requests=1, payments=1)
    assert (state(world, request), world.now(outside).state) == (R.EXPIRED, S.EXPIRED)


def test_where_nothing_is_past_its_time_nothing_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each engine looks each second, also one that stands by."""
    world.request(50, expires_in_s=60), world.paid(200)
    monkeypatch.setattr(world.bank.store, "unit_of_work", lambda: 1 / 0)
    assert tp.expire(world.bank, by=world.engine) == tp.Expired()


def test_what_waited_too_long_expires_and_funds_go_back(world: World) -> None:
    request, held = world.request(50, expires_in_s=60), world.paid(200)
    done = tp.expire(world.bank, by=world.engine)
    assert (done.requests, done.payments) == (0, 0)
    world.clock.advance(60)
    done = tp.expire(world.bank, by=world.engine)
    assert (done.requests, done.payments, state(world, request)) == (1, 0, R.EXPIRED)
    cleared, final = world.paid(20, creditor=OUTSIDE), world.paid(10)
    world.next_day()
    done = tp.expire(world.bank, by=world.engine)
    assert (done.requests, done.payments) == (0, 2)
    assert [world.now(p).state for p in (held, cleared, final)] == [S.EXPIRED, S.EXPIRED, S.FINAL]
    assert world.available(world.anna) == euro(START - 10).units
    world.to_finality()
    assert world.holding(STRANGER) == 0
    with pytest.raises(tp.NotPermitted):
        tp.expire(world.bank, by=world.ann)
    world.prove()


# --- resolve


def test_each_state_of_our_own_request_resolves_by_reference_address_and_eip681(world: World) -> None:
    requests = {name: world.request(50, payee=world.boris, expires_in_s=600) for name in (
        "open", "part_paid", "paid", "cancelled")}  # fmt: skip
    world.paid(20, request_id=requests["part_paid"].id)
    world.paid(50, request_id=requests["paid"].id)
    tp.cancel_request(world.bank, requests["cancelled"].id, by=world.tom)
    for name, request in requests.items():
        for text in (request.reference, address_of(request).text, str(tp.Eip681.of(request))):
            resolved = tp.resolve_request(world.bank, text)
            assert (resolved.resolution.value, resolved.trusted, resolved.request) == (name, True, request)
        assert resolved.payee == request.deposit_address
    assert tp.resolve_request(world.bank, requests["part_paid"].reference).amount == euro(30)
    world.clock.advance(600)
    assert tp.resolve_request(world.bank, requests["open"].reference).resolution is tp.Resolution.EXPIRED
    world.chain.add_token(CONTRACT, code=b"other")
    tp.check_asset(world.bank, TOKEN.id, by=world.ann)
    frozen = tp.resolve_request(world.bank, requests["paid"].reference)
    assert (frozen.resolution, frozen.trusted) == (tp.Resolution.FROZEN_TOKEN, True)


def test_what_is_not_ours_is_named_and_never_trusted(world: World) -> None:
    other_token = tp.Address(b"\x77" * 20).text
    table = {
        "TKP:" + world.request().id[::-1]: {"unknown_reference", "unreadable"},
        STRANGER.text: {"foreign_address"},
        STRANGER.caip10(CHAIN_ID): {"foreign_address", "unreadable"},
        f"ethereum:{CONTRACT.text}@{CHAIN_ID}/transfer?address={STRANGER.text}&uint256=5": {"foreign_address"},
        f"ethereum:{other_token}@{CHAIN_ID}/transfer?address={STRANGER.text}&uint256=5": {"unknown_token"},
        f"ethereum:{STRANGER.text}@{CHAIN_ID}?value=5": {"foreign_address"},
        f"ethereum:{STRANGER.text}@1?value=5": {"other_chain"},
        "": {"unreadable"},
        "hello": {"unreadable"},
        "ethereum:0x12": {"unreadable"},
        "\x00" * 50: {"unreadable"},
    }
    for text, expected in table.items():
        resolved = tp.resolve_request(world.bank, text)
        assert resolved.resolution.value in expected, text
        assert not resolved.trusted
        assert resolved.request is None


def test_a_request_of_ours_in_another_token_is_not_taken_for_ours(world: World) -> None:
    request = world.request(50)
    coin = tp.resolve_request(world.bank, f"ethereum:{address_of(request).text}@{CHAIN_ID}?value=5")
    assert (coin.resolution, coin.trusted) == (tp.Resolution.FOREIGN_ADDRESS, False)


ACME = Merchant(name="ACME", city="Berlin", country="DE")
STICKER = TokenTemplate(chain_id=CHAIN_ID, payee=STRANGER, contract=CONTRACT, units=euro(5).units)


def test_a_merchants_code_with_our_reference_leads_to_our_request(world: World) -> None:
    request = world.request(50, payee=world.boris)
    code = EmvcoRequest.of(request, ACME)
    resolved = tp.resolve_request(world.bank, str(code))
    assert (resolved.resolution, resolved.trusted, resolved.request) == (tp.Resolution.OPEN, True, request)
    assert (resolved.amount, resolved.payee_name) == (euro(50), "")
    assert tp.resolve_request(world.bank, str(code)[:-4] + "0000").unreadable is not None
    world.paid(20, request_id=request.id)
    assert tp.resolve_request(world.bank, str(code)).amount == euro(30)
    alone = EmvcoRequest.asking(TokenTemplate(reference=request.id), ACME)
    assert tp.resolve_request(world.bank, str(alone)).request == request


def test_a_changed_code_with_our_reference_is_not_taken_for_ours(world: World) -> None:
    request = world.request(50, payee=world.boris)
    true = TokenTemplate.of(request)
    for changes in ({"payee": STRANGER}, {"units": 1}, {"units": None}, {"chain_id": 1}, {"contract": None}):
        code = EmvcoRequest.asking(replace(true, **changes), ACME)  # type: ignore[arg-type]
        resolved = tp.resolve_request(world.bank, str(code))
        assert (resolved.resolution, resolved.trusted, resolved.payee) == (tp.Resolution.ALTERED, False, None)
        assert not resolved.resolution.payable
    priced = EmvcoRequest.asking(TokenTemplate(reference=request.id), ACME, currency=CASH, amount=tp.Amount(CASH, 5))
    assert tp.resolve_request(world.bank, str(priced)).resolution is tp.Resolution.ALTERED


def test_a_merchants_code_of_somebody_else_is_named_and_never_trusted(world: World) -> None:
    cash = tp.Amount(CASH, 1250)
    reference = TokenTemplate(reference="0" * 26)
    table: list[tuple[EmvcoRequest, str, tp.Asset | None, tp.Amount | None]] = [
        (EmvcoRequest.asking(STICKER, ACME, static=True), "foreign_address", TOKEN, euro(5)),
        (EmvcoRequest.asking(replace(STICKER, reference="0" * 26), ACME), "foreign_address", TOKEN, euro(5)),
        (EmvcoRequest.asking(replace(STICKER, contract=STRANGER, payee=LISTED), ACME), "unknown_token", None, None),
        (EmvcoRequest.asking(replace(STICKER, chain_id=1), ACME), "other_chain", None, None),
        (EmvcoRequest.asking(reference, ACME), "unknown_reference", None, None),
        (EmvcoRequest.asking(reference, ACME, currency=CASH, amount=cash), "unknown_reference", None, None),
        (other_scheme(("53", "978"), ("54", "12.50")), "foreign_code", CASH, cash),
        (other_scheme(("53", "978")), "foreign_code", CASH, None),
        (other_scheme(("53", "999")), "foreign_code", None, None),
        (other_scheme(*sticker(), ("53", "978"), ("54", "12.50")), "foreign_code", CASH, cash),
        (other_scheme(*sticker(), ("53", "999"), ("55", "01")), "foreign_code", None, None),
        (other_scheme(*sticker(), ("53", "999")), "foreign_address", TOKEN, euro(5)),
    ]
    for code, expected, asset, amount in table:
        resolved = tp.resolve_request(world.bank, str(code))
        assert (resolved.resolution.value, resolved.asset, resolved.amount) == (expected, asset, amount), code
        assert (resolved.trusted, resolved.request, resolved.payee_name) == (False, None, "ACME")
        assert resolved.resolution.payable is (expected == "foreign_address")


def sticker() -> list[tuple[str, str]]:
    return [(str(int(found.id) + 10), found.value) for found in STICKER.objects()]


def other_scheme(*parts: tuple[str, str]) -> EmvcoRequest:
    """A code with a template of another scheme, and these fields."""
    fields = {"00": "01", "26": "0008com.acme0101x", "52": "0000", "58": "DE", "59": "ACME", "60": "Berlin"}
    return EmvcoRequest.made_of(DataObject(id, value) for id, value in sorted({**fields, **dict(parts)}.items()))


def test_a_request_in_cash_as_a_merchants_code(world: World) -> None:
    due = tp.Amount(CASH, 1250)
    request = tp.PaymentRequest(
        id="1" * 26, payee=f"customer/{world.boris.id}", asset=CASH, amount=due,
        created_at_s=world.clock.now_s(), expires_at_s=world.clock.now_s() + 60,
    )  # fmt: skip
    with world.bank.store.unit_of_work() as uow:
        uow.assets.add(RegisteredAsset(asset=CASH, active=True, checked_at_s=world.clock.now_s()))
        uow.requests.add(tp.IssuedRequest(request=request, state=R.OPEN))
    resolved = tp.resolve_request(world.bank, str(EmvcoRequest.of(request, ACME)))
    assert (resolved.resolution, resolved.request, resolved.amount) == (tp.Resolution.OPEN, request, due)
    other = EmvcoRequest.of(replace(request, amount=tp.Amount(CASH, 1251)), ACME)
    assert tp.resolve_request(world.bank, str(other)).resolution is tp.Resolution.ALTERED


def test_what_names_nobody_by_an_address_is_not_payable(world: World) -> None:
    table = {
        "vitalik.eth": "ens_name",
        "ethereum:pay-vitalik.eth?value=1": "ens_name",
        f"ethereum:{CONTRACT}@{CHAIN_ID}/transfer?address=vitalik.eth&uint256=5": "ens_name",
        f"ethereum:{CONTRACT}@{CHAIN_ID}/approve?address={STRANGER}&uint256=5": "unknown_function",
        TOKEN.id: "asset_only",
        "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT": "unreadable",
    }
    for text, expected in table.items():
        resolved = tp.resolve_request(world.bank, text)
        assert (resolved.resolution.value, resolved.trusted) == (expected, False), text
        assert not resolved.resolution.payable
    assert resolved.message.endswith("Bitcoin")


# --- collect


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


def collecting(world: World) -> tuple[tp.PaymentRequest, tp.Authorization, tp.Payment]:
    """Issue a request of 50 for Boris, and take the authorization of a payer who has them."""
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    given = authorization(world, request)
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    payment = collect(world, request, authorization(world, request))
    assert isinstance(payment, tp.Payment)
    world.turn()
    carry_elsewhere(world, request)
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    assert world.units(world.boris) == euro(50).units
    world.prove()


@pytest.mark.parametrize("held", [True, False])
def test_a_collection_that_waits_is_final_when_somebody_else_carried_it(world: World, held: bool) -> None:
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    if held:
        load(world, LISTED, age_s=10**9)
    payment = collect(world, request, authorization(world, request))
    assert isinstance(payment, tp.Payment)
    assert payment.state is (S.HELD if held else S.CLEARED)
    carry_elsewhere(world, request)
    assert world.now(payment).state is payment.state
    world.to_finality()
    assert (world.now(payment).state, world.now(payment).nonce) == (S.FINAL, None)
    world.prove()


def test_an_authorization_that_was_carried_out_is_not_collected(world: World) -> None:
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(100).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    collect(world, request, authorization(world, request), "c1")
    refusal = collect(world, request, authorization(world, request), "c2")
    assert isinstance(refusal, tp.Refusal)
    assert [reason.code for reason in refusal.reasons] == ["authorization.carried", "request.under_way"]


@pytest.mark.every_database
@pytest.mark.parametrize("where", ["cleared", "sent", "seen"])
def test_a_wallet_that_signs_anew_does_not_pay_twice(world: World, where: str) -> None:
    """Where the first is on its way, a second for the same money is refused, at the counter too once it was sent."""
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(100).units)
    world.mine()
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    if held:
        load(world, LISTED, age_s=10**9)
    first = collect(world, request, authorization(world, request, valid_before_s=world.clock.now_s() + 60), "c1")
    assert isinstance(first, tp.Payment)
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    signed = authorization(world, request, valid_before_s=world.clock.now_s() + 60)
    payment = collect(world, request, signed)
    assert isinstance(payment, tp.Payment)
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(100).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    signed = authorization(world, request, valid_before_s=world.clock.now_s() + 60)
    payment = collect(world, request, signed, "c1")
    assert isinstance(payment, tp.Payment)
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    signed = authorization(world, request, valid_before_s=world.clock.now_s() + 60)
    payment = collect(world, request, signed)
    assert isinstance(payment, tp.Payment)

    def away(*_: Any, **__: Any) -> Any:
        raise tp.SignerUnavailable("away")

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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    signed = authorization(world, request, valid_before_s=world.clock.now_s() + 60)
    payment, behind = collect(world, request, signed), world.paid(5, creditor=OUTSIDE)
    assert isinstance(payment, tp.Payment)

    def away(*_: Any, **__: Any) -> Any:
        raise tp.SignerUnavailable("away")

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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(200).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    first = collect(world, request, authorization(world, request), "c1")
    assert isinstance(first, tp.Payment)
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(200).units)
    world.mine()
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(200).units)
    world.mine()
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(200).units)
    world.mine()
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
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
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(100).units)
    world.mine()
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
