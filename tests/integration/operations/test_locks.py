"""What each step of the money path locks, in its order: SQLite locks all of itself, and hides one that is forgotten."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.world import CHAIN_ID, CONTRACT, OUTSIDE, TOKEN, World, euro

pytestmark = pytest.mark.one_database


@contextmanager
def locked(world: World) -> Iterator[list[str]]:
    """Note the tables whose rows are locked, each time that they are."""
    found: list[str] = []

    def note(_: sa.Connection, statement: Any, *__: Any) -> None:
        if getattr(statement, "_for_update_arg", None) is not None:
            found.extend(table.name for table in statement.get_final_froms())

    engine = world.bank.store.engine
    sa.event.listen(engine, "before_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_execute", note)


def nothing(_: World) -> None:
    """All is ready as it is."""


def held(world: World) -> tp.Payment:
    return world.paid(200)


def cleared(world: World) -> tp.Payment:
    return world.paid(creditor=OUTSIDE)


def sent(world: World) -> tp.Payment:
    payment = cleared(world)
    submit(world, None)
    return payment


def mined(world: World) -> None:
    sent(world)
    world.mine()


def included(world: World) -> tp.Payment:
    payment = sent(world)
    world.mine(4)
    watch(world, None)
    return payment


def reverted(world: World) -> None:
    sent(world)
    world.chain.add_token(CONTRACT, paused=True)
    world.mine(4)
    watch(world, None)


def asked_back(world: World) -> None:
    payment = sent(world)
    tp.recall(world.bank, payment.id, reason="x", by=world.ann)


def took_back(world: World) -> None:
    asked_back(world)
    submit(world, None)
    world.mine(4)
    watch(world, None)


def arrived(world: World) -> None:
    world.deposit(world.request(5), 5)
    world.mine()


def final(world: World) -> None:
    arrived(world)
    world.mine(3)
    watch(world, None)


def orphaned(world: World) -> None:
    arrived(world)
    sent(world)
    world.mine()
    watch(world, None)
    world.chain.reorg(2)


def to_sweep(world: World) -> None:
    world.endow(world.boris, 5)
    tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)


def suspended(world: World) -> tp.Case:
    request = world.request(5)
    tp.cancel_request(world.bank, request.id, by=world.tom)
    world.deposit(request, 5)
    world.to_finality()
    return world.case(tp.CaseKind.LATE_PAYMENT)


def submit(world: World, _: object) -> object:
    return tp.submit(world.bank, chain_id=CHAIN_ID, by=world.engine)


def watch(world: World, _: object) -> object:
    return tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine)


def settle(world: World, _: object) -> object:
    return tp.settle(world.bank, chain_id=CHAIN_ID, by=world.engine)


def pay_many(world: World, request: tp.PaymentRequest) -> object:
    orders = [
        tp.PaymentOrder(
            debtor=f"customer/{world.anna.id}",
            creditor=OUTSIDE if number else f"customer/{world.boris.id}",
            amount=euro(5),
            request_id="" if number else request.id,
        )
        for number in range(2)
    ]
    return tp.pay_batch(world.bank, orders=orders, by=world.tom, key="many")


def opened_again(world: World, _: object) -> object:
    return tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject="x", note="n", by=world.ann)


def opened(world: World) -> None:
    opened_again(world, None)


def refund(world: World, case: tp.Case) -> object:
    to = f"customer/{world.anna.id}"
    return tp.refund(world.bank, of=case.id, to=to, amount=euro(1), by=world.ann, key="back")


PATHS: dict[str, tuple[Callable[[World], Any], Callable[[World, Any], object], str]] = {
    "pay in the books": (
        nothing,
        lambda world, _: world.paid(),
        "limit_counters customers customers accounts accounts",
    ),
    "pay what a second person must see": (
        nothing,
        lambda world, _: held(world),
        "limit_counters customers customers accounts accounts",
    ),
    "pay to a chain": (nothing, lambda world, _: cleared(world), "limit_counters customers accounts"),
    "pay many": (
        lambda world: world.request(5, payee=world.boris),
        pay_many,
        "requests limit_counters customers accounts accounts",
    ),
    "approve": (
        held,
        lambda world, payment: tp.approve(world.bank, payment.id, by=world.ann),
        "payments limit_counters customers customers accounts",
    ),
    "refuse": (
        held,
        lambda world, payment: tp.refuse(world.bank, payment.id, reason="x", by=world.ann),
        "payments limit_counters limit_counters accounts",
    ),
    "cancel": (
        held,
        lambda world, payment: tp.cancel(world.bank, payment.id, by=world.tom),
        "payments limit_counters limit_counters accounts",
    ),
    "recall": (
        sent,
        lambda world, payment: tp.recall(world.bank, payment.id, reason="x", by=world.ann),
        "payments",
    ),
    "submit what is asked back": (asked_back, submit, "payments payments payments"),
    "settle what came back": (
        took_back,
        settle,
        "payments payments limit_counters limit_counters accounts chains",
    ),
    "open a case again": (opened, opened_again, "cases"),
    "refund a case": (suspended, refund, "cases limit_counters customers accounts"),
    "submit": (cleared, submit, "chains payments customers accounts payments payments"),
    "submit a sweep": (to_sweep, submit, "payments chains payments customers accounts payments payments"),
    "see a deposit": (arrived, watch, "chains deposits accounts accounts"),
    "see a payment in its block": (
        mined,
        watch,
        "chains payments deposits payments",
    ),
    "see a block go": (orphaned, watch, "chains payments deposits accounts deposits payments"),
    "settle a deposit": (final, settle, "deposits requests accounts chains"),
    "settle a payment": (included, settle, "payments accounts chains"),
    "settle one that reverted": (reverted, settle, "payments payments limit_counters limit_counters accounts chains"),
}


@pytest.mark.parametrize("path", PATHS)
def test_the_money_path_locks_what_it_changes(world: World, path: str) -> None:
    ready, act, expected = PATHS[path]
    given = ready(world)
    with locked(world) as found:
        act(world, given)
    assert " ".join(found) == expected
