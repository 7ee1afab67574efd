"""Travel Rule data between two institutions: sealed to the one, signed by the other, attached to its deposit once."""

from dataclasses import replace
from typing import Any

import pytest

import tokenpay as tp
from tests.travel_data import travel_data
from tests.world import CHAIN_ID, OUTSIDE, STRANGER, TOKEN, World, address_of, euro
from tokenpay.adapters.signer.data_keys import LocalDataKeys
from tokenpay.compliance.travel_message import Envelope, TravelMessage
from tokenpay.payments.intent import ChainParty, parse_party
from tokenpay.steps.seal_data import seal
from tokenpay.testing.fake_exchange import FakeExchange, Post, new_post
from tokenpay.wallets.secret import Secret

pytestmark = pytest.mark.one_database

THEIR_KEYS = LocalDataKeys(Secret(b"\x05" * 32))
OTHERS = LocalDataKeys(Secret(b"\x06" * 32))
THRESHOLD = 50


@pytest.fixture
def post() -> Post:
    return new_post()


@pytest.fixture
def world(world: World, post: Post) -> World:
    them = tp.InstitutionSettings(id="second-bank", key=THEIR_KEYS.public().hex(), legal_name="SECOND  Bank")
    third = tp.InstitutionSettings(id="third-bank", key=OTHERS.public().hex(), legal_name="Third Bank")
    named = {"id": "first-bank", "legal_name": "First Token Bank", "path": "travel"}
    travel = tp.TravelSettings(**named, institutions=(them, third))  # type: ignore[arg-type]
    settings = world.bank.settings.model_copy(update={"travel": travel})
    world.bank = replace(world.bank, settings=settings, travel_exchange=FakeExchange("first-bank", post))
    world.decree(travel_rule=tp.TravelRule(units={TOKEN.id: euro(THRESHOLD).units}))
    return world


def sent(world: World) -> tp.Payment:
    payment = world.paid(THRESHOLD, creditor=OUTSIDE)
    tp.attach_travel_rule(world.bank, payment.id, travel_data(world.anna.id), by=world.tom, key=world.key())
    return payment


def send(world: World, payment: tp.Payment, **changes: Any) -> tp.TravelRecord:
    return tp.send_travel_rule(world.bank, payment.id, **{"to": "second-bank", "by": world.ann, **changes})


def receive(world: World) -> list[tuple[str, str]]:
    return [(taken.id, taken.outcome.value) for taken in tp.receive_travel_rule(world.bank, by=world.ann)]


def incoming(
    world: World, request: tp.PaymentRequest, *, whole: int = THRESHOLD, id: str = "M-1", **manner: Any
) -> bytes:
    """What the other institution sends about its transfer to a request's address."""
    keys = manner.get("signed_by", THEIR_KEYS)
    account = ChainParty(CHAIN_ID, manner.get("payee", address_of(request)))
    message = TravelMessage(
        payer=ChainParty(CHAIN_ID, manner.get("payer", STRANGER)),
        payee=account,
        asset_id=manner.get("asset_id", TOKEN.id),
        units=euro(whole).units,
        sent_at_s=manner.get("sent_at_s", world.clock.now_s()),
        document=travel_data("theirs", account=str(account), sender=manner.get("named", "Second Bank")),
    )
    bare = Envelope(id=id, sender=manner.get("sender", "second-bank"), recipient="first-bank", sealed=b"")
    ours = world.bank.required_data_keys().public()
    sealed = seal(message.content(), to=manner.get("sealed_to", ours), bound_to=bare.bound_to)
    whole_envelope = replace(bare, sealed=sealed)
    return replace(whole_envelope, signature=keys.sign(whole_envelope.signed)).text()


def seen(world: World, whole: int = THRESHOLD) -> tp.PaymentRequest:
    request = world.request(whole, payee=world.boris)
    world.deposit(request, whole, sender=STRANGER)
    world.mine()
    world.turn()
    return request


def actions(world: World) -> list[str]:
    with world.bank.store.read() as uow:
        return [record.action for record in uow.audit.records("main")]


def test_what_is_sent_opens_for_the_other_institution_alone(world: World, post: Post) -> None:
    payment = sent(world)
    record = send(world, payment)
    (name, content) = next(iter(post["second-bank"].items()))
    assert name == f"{record.id}.json"
    assert b"Barnes" not in content
    envelope = Envelope.read(content)
    envelope.verify(world.bank.required_data_keys().public())
    message = TravelMessage.read(THEIR_KEYS.open(envelope.sealed, bound_to=envelope.bound_to))
    assert message.document == travel_data(world.anna.id)
    assert (message.payee, message.units) == (parse_party(OUTSIDE), euro(THRESHOLD).units)
    with pytest.raises(tp.IntegrityError):
        OTHERS.open(envelope.sealed, bound_to=envelope.bound_to)
    with pytest.raises(tp.IntegrityError):
        THEIR_KEYS.open(envelope.sealed, bound_to=replace(envelope, id="another").bound_to)
    for changed in (replace(envelope, id="another"), replace(envelope, sealed=envelope.sealed + b"x")):
        with pytest.raises(tp.IntegrityError):
            changed.verify(world.bank.required_data_keys().public())
    assert send(world, payment) == record
    assert len(post["second-bank"]) == 1


def test_what_cannot_be_sent(world: World) -> None:
    payment = sent(world)
    with pytest.raises(tp.NotFound):
        send(world, payment, to="fourth-bank")
    with pytest.raises(tp.NotFound):
        send(world, world.paid(1, creditor=OUTSIDE))
    with pytest.raises(tp.InvalidTravelRule):  # the document is for the second one
        send(world, payment, to="third-bank")
    with pytest.raises(tp.NotPermitted):
        send(world, payment, by=world.tom)
    for bank in (replace(world.bank, data_keys=None), replace(world.bank, travel_exchange=None)):
        with pytest.raises(tp.Unavailable):
            tp.send_travel_rule(bank, payment.id, to="second-bank", by=world.ann)
    tp.cancel(world.bank, payment.id, by=world.tom)
    with pytest.raises(tp.WrongState):
        send(world, payment)


def test_an_acknowledgement_is_recorded(world: World, post: Post) -> None:
    record = send(world, sent(world))
    bare = Envelope(id=record.id, sender="second-bank", recipient="first-bank", sealed=b"")
    post["first-bank"][f"{record.id}.ack"] = replace(bare, signature=THEIR_KEYS.sign(bare.signed)).text()
    assert receive(world) == [(record.id, "acknowledged")]
    assert actions(world)[-1] == "travel_rule.acknowledged"
    assert receive(world) == []


def test_nobody_acknowledges_what_went_to_somebody_else(world: World, post: Post) -> None:
    record = send(world, sent(world))
    bare = Envelope(id=record.id, sender="third-bank", recipient="first-bank", sealed=b"")
    post["first-bank"][f"{record.id}.ack"] = replace(bare, signature=OTHERS.sign(bare.signed)).text()
    assert receive(world) == [(record.id, "refused")]


def test_no_other_institutions_data_goes_out(world: World) -> None:
    payment = world.paid(THRESHOLD, creditor=OUTSIDE)
    data = travel_data(world.anna.id, sender="Third Bank")
    with pytest.raises(tp.InvalidTravelRule):
        tp.attach_travel_rule(world.bank, payment.id, data, by=world.tom, key=world.key())


def test_data_of_one_transfer_is_not_anothers(world: World, post: Post) -> None:
    request = world.request(None, payee=world.boris)
    for sender in (tp.Address(b"\x01" * 20), STRANGER):
        world.deposit(request, THRESHOLD, sender=sender)
        world.mine()
        world.turn()
    post["first-bank"]["M-1.json"] = incoming(world, request)
    assert receive(world) == [("M-1", "attached")]
    world.to_finality()
    found = tp.request_deposits(world.bank, request.id, by=world.tom)
    assert [str(deposit.outcome) for deposit in found] == ["suspense", "credited"]


def test_one_message_stops_no_other(world: World, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    request = seen(world)
    post["first-bank"]["A-1.json"] = incoming(world, request, id="A-1", sent_at_s=2**39)
    post["first-bank"]["M-1.json"] = incoming(world, request)
    assert receive(world) == [("A-1", "refused"), ("M-1", "attached")]
    post["first-bank"]["M-2.json"] = incoming(world, request, id="M-2")
    with monkeypatch.context() as patch:
        patch.setattr(TravelMessage, "read", lambda content: 1 // 0)
        assert receive(world) == [("M-2", "refused")]


def test_what_came_is_attached_to_its_deposit_and_acknowledged(world: World, post: Post) -> None:
    request = seen(world)
    post["first-bank"]["M-1.json"] = incoming(world, request)
    assert receive(world) == [("M-1", "attached")]
    assert post["first-bank"] == {}
    acknowledgement = Envelope.read(post["second-bank"]["M-1.ack"])
    acknowledgement.verify(world.bank.required_data_keys().public())
    world.to_finality()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    assert deposit.outcome == "credited"
    assert tp.get_travel_rule(world.bank, deposit.id, by=world.ann).record.institution == "Second Bank"


def test_what_came_early_waits_for_its_deposit(world: World, post: Post) -> None:
    request = world.request(THRESHOLD, payee=world.boris)
    post["first-bank"]["M-1.json"] = incoming(world, request)
    assert receive(world) == [("M-1", "waits")]
    world.deposit(request, THRESHOLD, sender=STRANGER)
    world.mine()
    assert [(it.id, it.outcome.value) for it in tp.run_once(world.bank, by=world.engine).taken] == [("M-1", "attached")]
    assert receive(world) == []


def test_one_message_is_data_of_one_deposit(world: World, post: Post) -> None:
    first = world.request(None, payee=world.boris)
    for _ in range(2):
        world.deposit(first, THRESHOLD, sender=STRANGER)
        world.mine()
    world.turn()
    content = incoming(world, first)
    post["first-bank"]["M-1.json"] = content
    assert receive(world) == [("M-1", "attached")]
    post["first-bank"]["M-1.json"] = content  # replayed
    assert receive(world) == [("M-1", "attached")]
    world.to_finality()
    outcomes = sorted(str(it.outcome) for it in tp.request_deposits(world.bank, first.id, by=world.tom))
    assert outcomes == ["credited", "suspense"]


def test_nobody_takes_the_key_of_a_message_before_it_comes(world: World, post: Post) -> None:
    request = seen(world)
    key = "travel/second-bank/M-1"
    with pytest.raises(tp.InvalidInput, match="received"):
        world.pay(THRESHOLD, creditor=OUTSIDE, key=key)
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    data = travel_data("theirs", account=address_of(request).caip10(CHAIN_ID))
    with pytest.raises(tp.InvalidInput, match="received"):
        tp.attach_travel_rule(world.bank, deposit.id, data, by=world.tom, key=key)
    post["first-bank"]["M-1.json"] = incoming(world, request)
    assert receive(world) == [("M-1", "attached")]


REFUSED: dict[str, dict[str, Any]] = {
    "nobody we know": {"sender": "fourth-bank"},
    "signed by somebody else": {"signed_by": OTHERS},
    "sealed to somebody else": {"sealed_to": OTHERS.public()},
    "not our address": {"payee": STRANGER},
    "no asset of ours": {"asset_id": "eip155:31337/erc20:0x" + "77" * 20},
    "in somebody else's name": {"named": "First Token Bank"},
    "somebody else in the name of another": {"sender": "third-bank", "signed_by": OTHERS},
}


@pytest.mark.parametrize("manner", REFUSED.values(), ids=REFUSED)
def test_what_is_not_for_us_is_refused_and_set_aside(world: World, post: Post, manner: dict[str, Any]) -> None:
    request = seen(world)
    post["first-bank"]["M-1.json"] = incoming(world, request, **manner)
    assert receive(world) == [("M-1", "refused")]
    assert post["first-bank"] == {}
    assert post["second-bank"] == {}
    exchange: Any = world.bank.travel_exchange
    assert exchange.refused == ["M-1.json"]
    assert actions(world)[-1] == "travel_rule.refused"
    world.to_finality()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    assert deposit.outcome == "suspense"


def test_another_amount_waits_and_a_file_of_another_name_is_refused(world: World, post: Post) -> None:
    request = seen(world)
    post["first-bank"]["M-1.json"] = incoming(world, request, whole=THRESHOLD + 1)
    post["first-bank"]["M-2.json"] = incoming(world, request)
    post["first-bank"]["M-3.json"] = b"{}"
    post["first-bank"]["M-4.ack"] = incoming(world, request, id="M-4")
    assert receive(world) == [("M-1", "waits"), ("M-2", "refused"), ("M-3", "refused"), ("M-4", "refused")]


def test_every_bit_of_a_message_counts(world: World, post: Post) -> None:
    request = seen(world)
    content = incoming(world, request)
    envelope = Envelope.read(content)
    for at in range(0, 8 * len(envelope.sealed), 97):
        sealed = bytearray(envelope.sealed)
        sealed[at // 8] ^= 1 << at % 8
        with pytest.raises(tp.IntegrityError):
            replace(envelope, sealed=bytes(sealed)).verify(THEIR_KEYS.public())
        with pytest.raises(tp.IntegrityError):
            world.bank.required_data_keys().open(bytes(sealed), bound_to=envelope.bound_to)


def test_the_engine_takes_in_what_came_with_each_turn(world: World, post: Post) -> None:
    request = seen(world)
    post["first-bank"]["M-1.json"] = incoming(world, request)
    post["first-bank"]["M-2.json"] = b"noise"
    cycle = tp.run_once(world.bank, by=world.engine)
    assert {(taken.id, taken.outcome.value) for taken in cycle.taken} == {("M-1", "attached"), ("M-2", "refused")}
    assert cycle.error is None
    with world.bank.store.read() as uow:
        told = [record.action for record in uow.audit.records("engine")]
    assert {"travel_rule.attached", "travel_rule.refused"} <= set(told)
    assert tp.run_once(world.bank, by=world.engine).taken == ()
    world.to_finality()
    assert tp.get_request(world.bank, request.id, by=world.tom).state is tp.RequestState.PAID
    assert world.cases() == []


def test_an_exchange_that_is_away_keeps_nothing_else_from_being_done(world: World) -> None:
    world.bank = replace(world.bank, travel_exchange=Away())
    request = world.request(5, expires_in_s=60)
    world.clock.advance(61)
    cycle = tp.run_once(world.bank, by=world.engine)
    assert isinstance(cycle.error, tp.Unavailable)
    assert (cycle.expired.requests, cycle.chains[0].error) == (1, None)
    assert tp.get_request(world.bank, request.id, by=world.tom).state is tp.RequestState.EXPIRED


class Away(FakeExchange):
    """An exchange that does not answer."""

    def __init__(self) -> None:
        super().__init__("first-bank", new_post())

    def received(self) -> list[tuple[str, bytes]]:
        raise tp.Unavailable("the exchange does not answer")
