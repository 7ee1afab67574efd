"""What is broken lets no payment leave and says why: each trouble before a payment, before its approval, on its way.

Lists, authenticators and scorers that fail have their own scenarios in test_load_list.py, test_passkeys.py and
test_risk.py; here each is put beside a clock that went back and a database that cannot be written.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.world import CHAIN_ID, LIMITS, OUTSIDE, TOKEN, World, euro, sign_in
from tokenpay.testing.fake_scorer import FakeScorer


@contextmanager
def clock_turned_back(world: World) -> Iterator[None]:
    """A day back; people sign in again, which is let through whatever the clock says."""
    now_s, sessions = world.clock.at_s, (world.tom, world.bob, world.engine)
    world.clock.at_s -= 86_400
    world.tom, world.bob = sign_in(world.bank, "tom"), sign_in(world.bank, "bob")
    world.engine = tp.engine_session(world.bank)
    yield
    world.clock.at_s = now_s
    world.tom, world.bob, world.engine = sessions


@contextmanager
def database_read_only(world: World) -> Iterator[None]:
    engine = world.bank.store.engine
    closed, opened = (
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if engine.dialect.name == "sqlite"
        else (f"SET default_transaction_read_only = {state}" for state in ("on", "off"))
    )

    def told(statement: str) -> Callable[..., None]:
        def tell(connection: Any, *_: object) -> None:
            connection.execute(statement)
            connection.commit()

        return tell

    shut, open_again = told(closed), told(opened)
    sa.event.listen(engine, "checkout", shut)
    yield
    sa.event.remove(engine, "checkout", shut)
    sa.event.listen(engine, "checkout", open_again)
    with engine.connect():
        sa.event.remove(engine, "checkout", open_again)
    engine.dispose()


@contextmanager
def list_missing(world: World) -> Iterator[None]:
    world.decree(lists=(tp.ListRule(name="ofac"), tp.ListRule(name="un", form=tp.ListForm.UN)))
    yield
    world.decree(lists=())


@contextmanager
def list_stale(world: World) -> Iterator[None]:
    world.decree(list_max_age_s=1)
    yield
    world.decree(list_max_age_s=30 * 86_400)


@contextmanager
def scorer_crashing(world: World) -> Iterator[None]:
    whole, crashing = world.bank, FakeScorer()
    crashing.breaks = RuntimeError("out of memory")
    world.bank = replace(whole, scorers=(crashing,))
    yield
    world.bank = whole


Trouble = Callable[[World], AbstractContextManager[None]]

HOLDS: dict[Trouble, str] = {
    list_missing: "screening.unavailable",
    list_stale: "screening.unavailable",
    scorer_crashing: "risk.unavailable",
}
HALTS: dict[Trouble, tuple[str, str]] = {
    clock_turned_back: ("halted", "clock"),
    database_read_only: ("store.unavailable", "cannot be written"),
}


def turned(world: World) -> str:
    """What ended the engine's turn short."""
    try:
        return str(world.turn().error)
    except tp.TokenpayError as error:
        return str(error)


def never_left(world: World, payment: tp.Payment, *, there: int) -> bool:
    return world.now(payment).state not in (tp.PaymentState.SENT, tp.PaymentState.FINAL) and there == world.holding(
        world.treasury
    )


@pytest.mark.parametrize("trouble", HOLDS, ids=lambda trouble: trouble.__name__)
@pytest.mark.one_database
def test_what_cannot_be_asked_holds_the_payment_and_a_second_person_does_not_help(
    world: World, trouble: Trouble
) -> None:
    there = world.holding(world.treasury)
    with trouble(world):
        held = world.paid(20, creditor=OUTSIDE)
        for payment in (held, tp.approve(world.bank, held.id, by=world.bob)):
            assert payment.state is tp.PaymentState.HELD
            assert [reason.code for reason in payment.reasons] == [HOLDS[trouble]]
        world.to_finality()
        assert never_left(world, held, there=there)
    assert tp.approve(world.bank, held.id, by=world.ann).state is tp.PaymentState.CLEARED
    world.to_finality()
    assert world.now(held).state is tp.PaymentState.FINAL


@pytest.mark.parametrize("trouble", [list_missing, list_stale], ids=lambda trouble: trouble.__name__)
@pytest.mark.one_database
def test_what_was_cleared_before_waits_and_says_for_what(world: World, trouble: Trouble) -> None:
    there = world.holding(world.treasury)
    cleared = world.paid(20, creditor=OUTSIDE)
    with trouble(world):
        world.to_finality()
        assert never_left(world, cleared, there=there)
        assert [reason.code for reason in world.now(cleared).reasons] == ["screening.unavailable"]
        told = [event for event in tp.read_events(world.bank, by=world.tom) if event.kind == "payment.waits"]
        assert [event.subject for event in told] == [cleared.id]  # once, however often the engine asks
    world.to_finality()
    assert (world.now(cleared).state, world.now(cleared).reasons) == (tp.PaymentState.FINAL, ())


@pytest.mark.every_database
@pytest.mark.parametrize("trouble", HALTS, ids=lambda trouble: trouble.__name__)
def test_what_cannot_be_written_or_dated_is_refused_whole(world: World, trouble: Trouble) -> None:
    code, says = HALTS[trouble]
    waits = world.paid(200, creditor=OUTSIDE)
    cleared = world.paid(20, creditor=OUTSIDE)
    units, there = world.available(world.anna), world.holding(world.treasury)

    def refused(act: Callable[[], object]) -> None:
        with pytest.raises(tp.TokenpayError) as caught:
            act()
        assert caught.value.code == code
        assert says in caught.value.message

    with trouble(world):
        refused(lambda: world.pay(5))
        refused(lambda: world.pay(5, creditor=OUTSIDE))
        refused(lambda: tp.approve(world.bank, waits.id, by=world.bob))
        assert says in turned(world)
        assert (world.available(world.anna), world.now(waits).state) == (units, tp.PaymentState.HELD)
        assert never_left(world, cleared, there=there)
        assert world.chain.waiting == []
    world.to_finality()
    assert world.now(cleared).state is tp.PaymentState.FINAL
    world.prove()


def test_every_payment_of_one_look_is_asked_by_the_policy_in_force(world: World) -> None:
    """Whose consent the first one needed is told by an older policy, and nothing else of it, nor of the next one."""
    first = world.paid(60, creditor=OUTSIDE)
    world.clock.advance(1)
    limits = {TOKEN.id: replace(LIMITS, alone_units=euro(50).units)}
    world.decree(limits=limits, lists=(tp.ListRule(name="ofac", max_age_s=10_000),))
    second = world.paid(10, creditor=tp.Address(b"\x5a" * 20).caip10(CHAIN_ID))
    world.clock.advance(10_001)
    world.turn()
    for payment in (first, second):
        now = world.now(payment)
        assert (now.state, [reason.code for reason in now.reasons]) == (
            tp.PaymentState.CLEARED, ["screening.unavailable"],
        )  # fmt: skip
