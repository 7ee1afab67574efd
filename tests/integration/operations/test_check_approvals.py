"""Who signed an intent is believed where signatures say so: each thing that the gate asks, missing by itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tokenpay as tp
from tests.armed import arm, confirm
from tests.world import Template, World, opened
from tokenpay.compliance.approval import Approval, Part, give
from tokenpay.parties.introduction import introduce
from tokenpay.steps.check_approvals import check_approvals, with_passkeys


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[World]:
    with opened(template_of(sqlite_url, arm), tmp_path, sqlite_url) as found:
        yield found


def approvals_of(world: World, payment: tp.Payment) -> tuple[Approval, ...]:
    with world.bank.store.read() as uow:
        return uow.approvals.of(payment.id)


def test_two_people_signed_this_very_content(world: World) -> None:
    intent = world.paid(200).intent
    maker = give(world.tom, intent.hash(), part=Part.MAKER, at_s=intent.created_at_s)
    checker = give(world.ann, intent.hash(), part=Part.CHECKER, at_s=intent.created_at_s)
    one_person = "made by one person and checked by another"
    table: list[tuple[str, tuple[Approval, ...]]] = [
        (one_person, (checker,)),
        (one_person, (give(world.ann, intent.hash(), part=Part.MAKER, at_s=intent.created_at_s),)),
        (one_person, (maker, give(world.tom, intent.hash(), part=Part.CHECKER, at_s=intent.created_at_s))),
        ("another content", (maker, give(world.ann, bytes(32), part=Part.CHECKER, at_s=intent.created_at_s))),
        ("its operator's signature", (maker, replace(checker, signature=maker.signature))),
        ("its operator's signature", (replace(maker, at_s=maker.at_s + 1), checker)),
    ]
    with world.bank.store.read() as uow:
        check_approvals(uow, intent, intent.hash(), (maker, checker))
        for why, given in table:
            with pytest.raises(tp.IntegrityError, match=why):
                check_approvals(uow, intent, intent.hash(), given)


def test_a_passkey_is_its_operators_own(world: World) -> None:
    """Ann lets her device sign what Tom was asked: it proves that somebody was there, and not that Tom was."""
    payment = confirm(world, world.paid(200), world.tom)
    (maker,) = approvals_of(world, payment)
    another = world.paid(200)
    asked, hers = (tp.ask_passkey(world.bank, another.id, by=by) for by in (world.tom, world.ann))
    assert maker.passkey is not None
    with world.bank.store.read() as uow:
        (by_tom,) = uow.approvals.of(another.id)
        assert with_passkeys(uow, world.bank, payment.intent, (maker,))
        cannot_tell = replace(world.bank, settings=world.bank.settings.model_copy(update={"passkeys": None}))
        assert not with_passkeys(uow, cannot_tell, payment.intent, (maker,))
        signed = world.bank.required_authenticator().sign(
            replace(asked, operator_id="ann", credentials=hers.credentials), tp.Presence()
        )
        lent = replace(
            maker.passkey,
            nonce=bytes.fromhex(asked.id),
            asked_at_s=uow.passkeys.asked(asked.id).asked_at_s,
            assertion=signed,
        )
        with pytest.raises(tp.IntegrityError, match="somebody else's passkey"):
            with_passkeys(uow, world.bank, another.intent, (replace(by_tom, passkey=lent),))


def test_a_passkey_says_each_time_whether_it_may_leave_its_device(world: World) -> None:
    payment = confirm(world, world.paid(200), world.tom)
    world.sql("UPDATE passkeys SET backup_eligible = NOT backup_eligible WHERE operator_id = 'tom'")
    with pytest.raises(tp.IntegrityError, match="may leave it"):
        tp.approve(world.bank, payment.id, by=world.ann)


def test_a_customers_key_is_known_through_the_counter(world: World) -> None:
    """The engine signs for a customer's key: a signature that holds, of somebody who sees no customers."""
    own = tp.open_self_service(world.bank, customer_id=world.anna.id, pin="402857", by=world.tom, key=world.key())
    by_engine = introduce(
        world.engine, operator_id=own.id, customer_id=world.anna.id, public_key=own.public_key, at_s=1
    )
    world.sql(
        "UPDATE introductions SET introduced_by = 'engine', at_s = 1, signature = :value", value=by_engine.signature
    )
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="402857", terminal="kiosk")
    with pytest.raises(tp.IntegrityError, match="not at the counter"):
        world.pay(20, by=anna)
