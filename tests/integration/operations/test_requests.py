"""issue_request, cancel_request, resolve_request and expire: asking for money, and what a scan tells."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.world import CHAIN_ID, CONTRACT, LISTED, OUTSIDE, START, STRANGER, TOKEN, World, address_of, euro
from tokenpay.errors import InvalidRequest
from tokenpay.payments.payment import PaymentState as S
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import DataObject
from tokenpay.requests.merchant import Merchant
from tokenpay.requests.token_template import TokenTemplate
from tokenpay.steps import propose
from tokenpay.steps.lease import Leases
from tokenpay.store.asset_store import RegisteredAsset

pytestmark = pytest.mark.one_database

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
