"""Passkeys from registration to a signed transaction, and every way in which one is refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import tokenpay as tp
from tests.armed import LARGE, answer, approve, arm, confirm, key_of, register, trust
from tests.integration.operations.test_signer import clearance_of, sign, transaction_of
from tests.world import OUTSIDE, Template, World, euro, opened
from tokenpay.adapters.authenticator.fido import FidoAuthenticator
from tokenpay.adapters.authenticator.software import SoftwareDevice
from tokenpay.compliance.clearance import Clearance
from tokenpay.payments.payment import PaymentState as S
from tokenpay.testing.fake_system import FakeEntropy

pytestmark = pytest.mark.one_database


@pytest.fixture
def world(database_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[World]:
    """A bank whose people have passkeys that the signer trusts."""
    with opened(template_of(database_url, arm), tmp_path, database_url) as found:
        yield found


@pytest.fixture
def plain(sqlite_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[World]:
    """A bank before anybody has one."""
    with opened(template_of(sqlite_url), tmp_path, sqlite_url) as found:
        yield found


def codes(payment: tp.Payment | tp.Refusal) -> list[str]:
    return [reason.code for reason in payment.reasons]


def events(world: World, action: str) -> list[Any]:
    return [event for event in tp.read_events(world.bank, by=world.ann) if event.kind == action]


@pytest.mark.every_database
def test_a_large_payment_leaves_under_two_passkeys(world: World) -> None:
    payment = world.paid(200, creditor=OUTSIDE)
    assert (payment.state, codes(payment)) == (S.HELD, ["approval.second_person", "approval.passkey"])
    payment = confirm(world, payment, world.tom)
    assert codes(payment) == ["approval.second_person"]
    payment = approve(world, payment, world.ann)
    assert payment.state is S.CLEARED
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    world.prove()


def test_either_may_touch_first_and_a_small_payment_asks_nobody(world: World) -> None:
    payment = world.paid(200)
    payment = approve(world, payment, world.ann)
    assert (payment.state, codes(payment)) == (S.HELD, ["approval.passkey"])
    assert confirm(world, payment, world.tom).state is S.FINAL
    assert world.paid(LARGE).state is S.FINAL
    alone = world.paid(LARGE + 1)
    assert codes(alone) == ["approval.passkey"]
    done = confirm(world, alone, world.tom)
    assert done.state is S.FINAL
    again = tp.PasskeyAnswer(challenge_id="00" * 32, given=answer_of(world))
    assert tp.confirm_payment(world.bank, alone.id, passkey=again, by=world.tom) == done


def answer_of(world: World) -> tp.Assertion:
    return tp.Assertion(credential_id=b"k", client_data=b"{}", authenticator_data=b"", signature=b"")


def test_an_approval_without_its_passkey_holds_and_can_be_given_one(world: World) -> None:
    payment = confirm(world, world.paid(200), world.tom)
    assert codes(tp.approve(world.bank, payment.id, by=world.ann)) == ["approval.passkey"]
    assert approve(world, payment, world.ann).state is S.FINAL


def test_a_challenge_is_answered_once_in_time_by_who_was_asked(world: World) -> None:
    first, second = world.paid(200), world.paid(300)
    given = answer(world, first, world.tom)
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, first.id, passkey=given, by=world.ann)  # somebody else's touch
    with pytest.raises(tp.IntegrityError):
        tp.confirm_payment(world.bank, second.id, passkey=given, by=world.tom)  # another payment
    with pytest.raises(tp.WrongState, match="before"):
        tp.confirm_payment(world.bank, first.id, passkey=given, by=world.tom)  # it is over
    late = answer(world, first, world.tom)
    world.clock.advance(181)
    with pytest.raises(tp.WrongState, match="too long ago"):
        tp.confirm_payment(world.bank, first.id, passkey=late, by=world.tom)
    fresh = answer(world, first, world.tom)
    assert codes(tp.confirm_payment(world.bank, first.id, passkey=fresh, by=world.tom)) == ["approval.second_person"]
    replayed = tp.PasskeyAnswer(challenge_id=tp.ask_passkey(world.bank, second.id, by=world.tom).id, given=fresh.given)
    with pytest.raises(tp.IntegrityError, match="another challenge"):
        tp.confirm_payment(world.bank, second.id, passkey=replayed, by=world.tom)
    assert world.now(second).state is S.HELD
    assert [event.content["why"] for event in events(world, "passkey.refused")][-1].endswith("another challenge")


def test_what_the_authenticator_signed_for_another_payment_is_refused(world: World) -> None:
    payment = world.paid(200)
    asked = tp.ask_passkey(world.bank, payment.id, by=world.tom)
    assert asked.shown is not None
    keys = world.bank.required_authenticator()
    table = {
        "another amount": replace(asked.shown, value="2.000000"),
        "another payee": replace(asked.shown, payee=f"customer/{world.anna.id}"),
        "another payer": replace(asked.shown, instrument=f"customer/{world.boris.id}"),
    }
    for why, shown in table.items():
        asked = tp.ask_passkey(world.bank, payment.id, by=world.tom)
        signed = keys.sign(replace(asked, shown=shown), tp.Presence())
        with pytest.raises(tp.IntegrityError, match=why):
            tp.confirm_payment(
                world.bank, payment.id, passkey=tp.PasskeyAnswer(challenge_id=asked.id, given=signed), by=world.tom
            )


def test_a_counter_that_drops_is_refused_and_recorded(world: World) -> None:
    key = key_of(world, "tom")
    folder = world.bank.directory
    assert folder is not None
    file = folder / "authenticators" / "tom.json"
    before = file.read_text()
    confirm(world, world.paid(200), world.tom)
    confirm(world, world.paid(200), world.tom)
    file.write_text(before)  # a copy of the device from earlier
    payment = world.paid(200)
    with pytest.raises(tp.IntegrityError, match="copy"):
        confirm(world, payment, world.tom)
    assert world.now(payment).state is S.HELD
    (event,) = events(world, "passkey.refused")
    assert (event.subject, event.content["passkey"]) == (payment.id, key.id)


def test_nobody_confirms_or_approves_with_another_persons_key(world: World) -> None:
    payment = world.paid(200)
    asked = tp.ask_passkey(world.bank, payment.id, by=world.ann)
    as_tom = tp.ask_passkey(world.bank, payment.id, by=world.tom)
    with pytest.raises(tp.AuthenticatorUnavailable, match="none of your passkeys"):
        world.bank.required_authenticator().sign(replace(asked, operator_id="tom"), tp.Presence())
    signed = world.bank.required_authenticator().sign(as_tom, tp.Presence())
    with pytest.raises(tp.NotPermitted, match="somebody else"):
        tp.approve(world.bank, payment.id, passkey=tp.PasskeyAnswer(challenge_id=asked.id, given=signed), by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, payment.id, passkey=answer(world, payment, world.tom), by=world.tom)
    with pytest.raises(tp.NotPermitted, match="who made it"):
        tp.confirm_payment(world.bank, payment.id, passkey=answer(world, payment, world.ann), by=world.ann)


def test_a_key_works_when_two_people_vouched_and_the_signer_was_told(plain: World) -> None:
    plain.limit(passkey_units=euro(LARGE).units)
    payment = plain.paid(200)
    key = register(plain, plain.ann)
    assert key.state is tp.PasskeyState.WAITING
    with pytest.raises(tp.NotPermitted, match="register one"):
        tp.ask_passkey(plain.bank, payment.id, by=plain.ann)
    with pytest.raises(tp.NotPermitted, match="of their own"):
        tp.confirm_passkey(plain.bank, key.id, by=plain.ann)
    with pytest.raises(tp.NotPermitted):
        tp.confirm_passkey(plain.bank, key.id, by=plain.tom)
    assert trust(plain) == []
    assert tp.confirm_passkey(plain.bank, key.id, by=plain.bob).state is tp.PasskeyState.CONFIRMED
    with pytest.raises(tp.NotPermitted, match="register one"):
        tp.ask_passkey(plain.bank, payment.id, by=plain.ann)
    assert [trusted.state for trusted in trust(plain)] == [tp.PasskeyState.ACTIVE]
    assert codes(approve(plain, payment, plain.ann)) == ["approval.passkey"]  # the maker's is still missing


@pytest.mark.every_database
@pytest.mark.one_database
def test_revoking_a_key_stops_it_and_what_it_signed(world: World) -> None:
    payment = approve(world, confirm(world, world.paid(200, creditor=OUTSIDE), world.tom), world.ann)
    assert payment.state is S.CLEARED
    waiting = answer(world, other := world.paid(200), world.tom)
    for _ in range(2):
        assert tp.revoke_passkey(world.bank, key_of(world, "tom").id, by=world.tom).state is tp.PasskeyState.REVOKED
    world.turn()
    assert (world.now(payment).state, codes(world.now(payment))) == (S.REFUSED, ["approval.passkey"])
    with pytest.raises(tp.NotPermitted, match="revoked"):
        tp.confirm_payment(world.bank, other.id, passkey=waiting, by=world.tom)
    with pytest.raises(tp.NotPermitted, match="register one"):
        tp.ask_passkey(world.bank, other.id, by=world.tom)
    with pytest.raises(tp.WrongState):
        tp.confirm_passkey(world.bank, key_of(world, "tom").id, by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.revoke_passkey(world.bank, key_of(world, "bob").id, by=world.tom)
    assert tp.revoke_passkey(world.bank, key_of(world, "bob").id, by=world.ann).revoked_by == "ann"
    assert {key.operator_id for key in trust(world)} == {"ann"}


def test_one_device_serves_one_person_and_a_person_may_have_several_keys(plain: World) -> None:
    register(plain, plain.tom)
    asked = tp.begin_passkey(plain.bank, by=plain.ann)
    with pytest.raises(tp.AuthenticatorUnavailable, match="one device serves one person"):
        plain.bank.required_authenticator().make(replace(asked, operator_id="tom"), tp.Presence())
    folder = plain.bank.directory
    assert folder is not None
    (folder / "authenticators" / "tom.json").rename(folder / "first.json")  # another device of Tom's
    register(plain, plain.tom, name="second key")
    assert [key.name for key in tp.list_passkeys(plain.bank, by=plain.ann)] == ["blue key", "second key"]


def test_a_new_key_is_refused_when_the_answer_is_not_to_the_question(plain: World) -> None:
    asked = tp.begin_passkey(plain.bank, by=plain.tom)
    made = plain.bank.required_authenticator().make(asked, tp.Presence())
    given = tp.PasskeyAnswer(challenge_id=asked.id, given=made)
    with pytest.raises(tp.NotPermitted):
        tp.register_passkey(plain.bank, name="mine", answer=given, by=plain.ann)
    with pytest.raises(tp.NotFound):
        tp.register_passkey(plain.bank, name="mine", answer=replace(given, challenge_id="00" * 32), by=plain.tom)
    other = tp.begin_passkey(plain.bank, by=plain.tom)
    with pytest.raises(tp.IntegrityError, match="another challenge"):
        tp.register_passkey(plain.bank, name="mine", answer=replace(given, challenge_id=other.id), by=plain.tom)
    with pytest.raises(tp.InvalidInput):
        tp.register_passkey(plain.bank, name=" ", answer=given, by=plain.tom)
    assert tp.register_passkey(plain.bank, name="mine", answer=given, by=plain.tom).name == "mine"
    with pytest.raises(tp.WrongState, match="before"):
        tp.register_passkey(plain.bank, name="mine", answer=given, by=plain.tom)


def test_a_program_stands_for_a_device_in_a_demo_bank_only(plain: World) -> None:
    asked = tp.begin_passkey(plain.bank, by=plain.tom)
    made = plain.bank.required_authenticator().make(asked, tp.Presence())
    plain.sql("UPDATE bank SET value = '' WHERE name = 'demo'")
    with pytest.raises(tp.NotPermitted, match="demo"):
        tp.register_passkey(
            plain.bank, name="x", answer=tp.PasskeyAnswer(challenge_id=asked.id, given=made), by=plain.tom
        )
    with pytest.raises(tp.NotPermitted, match="demo"):
        plain.bank.required_authenticator().make(asked, tp.Presence())


@pytest.mark.every_database
@pytest.mark.one_database
def test_a_customer_confirms_their_own_payment_with_a_key_that_a_teller_registered(world: World) -> None:
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="271828", by=world.tom, key="own")
    key = register(world, world.tom, customer_id=world.anna.id)
    assert (key.state, key.customer_id) == (tp.PasskeyState.ACTIVE, world.anna.id)
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="271828", terminal="kiosk")
    payment = world.paid(LARGE + 1, creditor=OUTSIDE, by=anna)
    assert codes(payment) == ["approval.passkey"]
    assert confirm(world, payment, anna).state is S.CLEARED
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    boris = tp.open_self_service(world.bank, customer_id=world.boris.id, pin="271828", by=world.tom, key="his")
    assert boris.customer_id == world.boris.id
    theirs = tp.open_customer_session(world.bank, customer_id=world.boris.id, pin="271828", terminal="kiosk")
    with pytest.raises(tp.NotPermitted):
        tp.ask_passkey(world.bank, world.paid(LARGE + 1).id, by=theirs)
    assert tp.revoke_passkey(world.bank, key.id, by=world.tom).state is tp.PasskeyState.REVOKED


def test_who_registered_a_customers_passkey_is_no_second_person(world: World) -> None:
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="271828", by=world.tom, key="own")
    register(world, world.ann, customer_id=world.anna.id)
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="271828", terminal="kiosk")
    confirmed, approved = (world.paid(200, by=anna) for _ in range(2))
    confirm(world, confirmed, anna)
    with pytest.raises(tp.NotPermitted, match="gave a customer the key"):
        approve(world, confirmed, world.ann)
    assert approve(world, confirmed, world.bob).state is S.FINAL
    approve(world, approved, world.ann)
    with pytest.raises(tp.NotPermitted, match="the second person registered"):
        confirm(world, approved, anna)
    assert world.now(approved).state is S.HELD


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE passkeys SET registered_signature = :value WHERE operator_id = 'tom'", "does not carry"),
        ("UPDATE passkeys SET confirmed_signature = :value WHERE operator_id = 'tom'", "does not carry"),
        ("UPDATE passkeys SET confirmed_by = 'engine' WHERE operator_id = 'tom'", "not confirmed by a supervisor"),
        ("UPDATE passkeys SET customer_id = :anna, registered_by = 'bob' WHERE operator_id = 'tom'", "or of somebody"),
    ],
)
def test_the_gate_takes_no_passkey_that_nobody_signed_for(world: World, change: str, why: str) -> None:
    payment = world.paid(200)
    named = {"value": bytes(64)} if ":value" in change else {"anna": world.anna.id} if ":anna" in change else {}
    world.sql(change, **named)
    with pytest.raises(tp.IntegrityError, match=why):
        confirm(world, payment, world.tom)
    assert world.now(payment).state is S.HELD


def test_an_answer_that_proves_nothing_is_used_up_and_recorded(world: World) -> None:
    payment = world.paid(LARGE + 1)
    table: dict[str, tuple[type[Exception], dict[str, Any]]] = {
        "bytes that cannot be read": (tp.InvalidInput, {"client_data": b"\xff{"}),
        "bytes too many": (tp.InvalidInput, {"authenticator_data": b"x" * 36}),
        "somebody else's key": (tp.NotPermitted, {"credential_id": bytes.fromhex(key_of(world, "ann").id)}),
        "nobody's key": (tp.NotFound, {"credential_id": b"nobody"}),
    }
    for number, (why, (error, changed)) in enumerate(table.items(), start=1):
        good = answer(world, payment, world.tom)
        assert isinstance(good.given, tp.Assertion), why
        bad = replace(good, given=replace(good.given, **changed))
        with pytest.raises(error):
            tp.confirm_payment(world.bank, payment.id, passkey=bad, by=world.tom)
        assert len(events(world, "passkey.refused")) == number, why
        with pytest.raises(tp.WrongState, match="before"):
            tp.confirm_payment(world.bank, payment.id, passkey=good, by=world.tom)
    theirs = answer(world, payment, world.tom)
    with pytest.raises(tp.NotPermitted):
        tp.approve(world.bank, payment.id, passkey=theirs, by=world.ann)  # nobody uses up what another was asked
    assert len(events(world, "passkey.refused")) == len(table)
    assert tp.confirm_payment(world.bank, payment.id, passkey=theirs, by=world.tom).state is S.FINAL


def test_a_passkey_of_a_second_supervisor_is_not_dropped(world: World) -> None:
    payment = confirm(world, world.paid(200), world.tom)
    tp.approve(world.bank, payment.id, by=world.ann)
    with pytest.raises(tp.WrongState, match="waits for their passkey"):
        approve(world, payment, world.bob)
    assert approve(world, payment, world.ann).state is S.FINAL


def test_a_key_that_says_otherwise_whether_it_may_leave_its_device_is_refused(world: World) -> None:
    payment = world.paid(LARGE + 1)
    world.sql("UPDATE passkeys SET backup_eligible = NOT backup_eligible WHERE operator_id = 'tom'")
    with pytest.raises(tp.IntegrityError, match="may leave it"):
        confirm(world, payment, world.tom)


def test_a_device_that_holds_a_customers_key_makes_none_for_the_staff(world: World) -> None:
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="271828", by=world.tom, key="own")
    key = register(world, world.tom, customer_id=world.anna.id)
    asked = tp.begin_passkey(world.bank, by=world.ann)
    assert key.facts.credential_id in {id for id, _ in asked.credentials}
    tp.open_self_service(world.bank, customer_id=world.boris.id, pin="271829", by=world.tom, key="his")
    asked = tp.begin_passkey(world.bank, by=world.tom, customer_id=world.boris.id)
    assert key.facts.credential_id not in {id for id, _ in asked.credentials}  # two customers may share one


class Pulled(SoftwareDevice):
    """A device that is pulled out while it is asked."""

    def call(self, *_: Any, **__: Any) -> bytes:
        raise OSError(19, "no such device")


def untouched(stop: Event) -> bool:
    return not stop.wait(5)


@pytest.mark.parametrize(
    ("devices", "why"),
    [
        ((), "no authenticator is plugged in"),
        ((Pulled(FakeEntropy(1)),), "the authenticator was taken away, or may not be opened here"),
        ((SoftwareDevice(FakeEntropy(1), touched=untouched),), "nobody touched the authenticator in time"),
        ((SoftwareDevice(FakeEntropy(1)),), "this authenticator holds none of your passkeys"),
    ],
    ids=["none", "pulled out", "untouched", "another's"],
)
def test_without_an_authenticator_no_payment_leaves_and_it_says_why(
    world: World, devices: tuple[SoftwareDevice, ...], why: str
) -> None:
    payment = world.paid(200, creditor=OUTSIDE)
    wait_s = 0.05 if "in time" in why else 60
    there = world.holding(world.treasury)
    world.bank = replace(world.bank, authenticator=FidoAuthenticator(lambda: iter(devices), wait_s=wait_s))
    for session, given in ((world.tom, confirm), (world.ann, approve)):
        with pytest.raises(tp.AuthenticatorUnavailable) as caught:
            given(world, payment, session)
        assert caught.value.message == why
    tp.approve(world.bank, payment.id, by=world.ann)  # a signature alone lets nothing go
    world.to_finality()
    assert (world.now(payment).state, codes(world.now(payment))) == (S.HELD, ["approval.passkey"])
    assert world.holding(world.treasury) == there


# --- the signer


def approved(world: World) -> tuple[tp.Payment, Clearance]:
    payment = approve(world, confirm(world, world.paid(200, creditor=OUTSIDE), world.tom), world.ann)
    return payment, clearance_of(world, payment)


def refusal(world: World, payment: tp.Payment, clearance: Clearance) -> str:
    with pytest.raises(tp.SignerRefused) as caught:
        sign(world, transaction_of(payment.intent), payment.intent, clearance)
    return caught.value.message


def test_the_signer_believes_no_row_about_passkeys(world: World) -> None:
    payment, clearance = approved(world)
    maker, checker = clearance.approvals
    assert maker.passkey is not None
    assert checker.passkey is not None
    table = {
        "does so with a passkey": (replace(maker, passkey=None), checker),
        "not one that this signer was told of": (replace(maker, passkey=checker.passkey), checker),
        "another time": (replace(maker, passkey=replace(maker.passkey, asked_at_s=0)), checker),
        "another challenge": (replace(maker, passkey=replace(maker.passkey, nonce=bytes(32))), checker),
    }
    for why, approvals in table.items():
        assert why in refusal(world, payment, replace(clearance, approvals=approvals))
    assert sign(world, transaction_of(payment.intent), payment.intent, clearance)


def test_the_signer_is_told_only_of_keys_that_two_people_signed(world: World) -> None:
    for statement in (
        "UPDATE passkeys SET operator_id = 'bob', registered_by = 'bob' WHERE operator_id = 'tom'",
        "UPDATE passkeys SET confirmed_signature = registered_signature WHERE operator_id = 'tom'",
        "UPDATE passkeys SET confirmed_by = 'bob' WHERE operator_id = 'tom'",
        "UPDATE passkeys SET public_key = :other WHERE operator_id = 'tom'",
    ):
        with world.bank.store.read() as uow:
            row = uow.connection.exec_driver_sql("SELECT * FROM passkeys WHERE operator_id = 'tom'").one()._mapping
        other = {"other": bytes([*key_of(world, "ann").facts.public_key[:-1], 0])} if ":other" in statement else {}
        world.sql(statement, **other)
        if other:  # what cannot be read is no key
            assert len(tp.trust_passkeys(world.bank, by=world.ann)) == 2
        else:
            with pytest.raises(tp.IntegrityError):
                tp.trust_passkeys(world.bank, by=world.ann)
        world.sql(
            "UPDATE passkeys SET operator_id = :operator_id, registered_by = :registered_by, public_key = :public_key,"
            " confirmed_by = :confirmed_by, confirmed_signature = :confirmed_signature WHERE id = :id",
            **{name: row[name] for name in (
                "operator_id", "registered_by", "public_key", "confirmed_by", "confirmed_signature", "id"
            )},
        )  # fmt: skip
    assert len(tp.trust_passkeys(world.bank, by=world.bob)) == 3


def test_a_revoked_key_is_forgotten_by_the_signer_too(world: World) -> None:
    payment, clearance = approved(world)
    tp.revoke_passkey(world.bank, key_of(world, "tom").id, by=world.ann)
    trust(world)
    assert "not one that this signer was told of" in refusal(world, payment, clearance)


def test_no_ceremony_raises_what_the_signer_asks_for(world: World) -> None:
    payment, clearance = approved(world)
    world.limit()  # an edited policy asks for no passkey any more
    trust(world)
    bare = replace(clearance, approvals=tuple(replace(given, passkey=None) for given in clearance.approvals))
    assert "does so with a passkey" in refusal(world, payment, bare)
