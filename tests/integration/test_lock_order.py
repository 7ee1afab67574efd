"""Every unit of work takes its locks in one order, so that no two can wait for each other in a circle.

Deadlocks come too rarely for a test to meet them. The order is there to be read in every single run.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from tests.decree import decree
from tests.properties.crashes import World, world_of
from tests.properties.exchange_counter import open_counter, quote
from tests.properties.small_bank import DEUR, LIMITS, TOKEN, SmallBank, template
from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.quote import Direction
from tokenpay.counter.shift import Shift
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.operations.approve import approve
from tokenpay.operations.assets import register_asset
from tokenpay.operations.close_shift import close_shift
from tokenpay.operations.exchange import exchange
from tokenpay.operations.issue_request import issue_request, issue_requests
from tokenpay.operations.move_cash import CashDirection, allocate_cash, receive_cash
from tokenpay.operations.open_shift import open_shift
from tokenpay.operations.pay_batch import pay_batch
from tokenpay.operations.read import find_payments
from tokenpay.operations.refuse import refuse
from tokenpay.operations.shift_report import shift_report
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.requests.request_order import RequestOrder

ORDER = [
    "leases",
    "operators",
    "chains",
    "keys",
    "payments",
    "deposits",
    "requests",
    "quotes",
    "shifts",
    "bank",
    "cases",
    "limit_counters",
    "accounts",
]
LAST = "audit_heads"
OUTSIDE = Address(b"\xbb" * 20).caip10(31_337)
_LOCKED = re.compile(r"\nFROM (\w+).* FOR NO KEY UPDATE", re.DOTALL)
_CLAIMED = re.compile(r"INSERT INTO (keys) .*ON CONFLICT", re.DOTALL)


class Locks:
    """What the current unit of work has locked, and every pair of locks that was taken the wrong way round."""

    def __init__(self) -> None:
        self.held: list[tuple[int, str]] = []
        self.wrong: set[str] = set()
        self.met: set[str] = set()

    def forget(self, *_: Any) -> None:
        self.held = []

    def statement(self, _c: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        found = _LOCKED.search(sql) or _CLAIMED.search(sql)
        if found is None:
            return
        table = found[1]
        self.met.add(table)
        rank = len(ORDER) if table == LAST else ORDER.index(table)
        names = sorted(str(value) for value in values.values()) if rank < len(ORDER) else [table]
        taken = [(rank, name) for name in (names if table in ("accounts", "payments") else [" ".join(names)])]
        for lock in [lock for lock in taken if lock not in self.held]:
            later = [
                held for held in self.held if held > lock and (held[0] > rank or table in ("accounts", "payments"))
            ]
            self.wrong |= {f"{table} after {[*ORDER, LAST][held[0]]}" for held in later}
            self.held.append(lock)


@pytest.fixture
def world(postgresql_server: str) -> Iterator[World]:
    with world_of(template(postgresql_server)) as world:
        yield world


def work_a_drawer(small: SmallBank) -> None:
    """A shift with two currencies, whose count is refused, then agreed to."""
    bank, tom, ann = small.bank, small.sessions["tom"], small.sessions["ann"]
    currencies = [Asset.cash("EUR"), Asset.cash("USD")]
    with bank.store.unit_of_work() as uow:
        policy = uow.policies.newest()
        limits = {**policy.limits, **{asset.id: LIMITS for asset in currencies}}
        changed = replace(policy, version=policy.version + 1, limits=limits)
        decree(uow, changed, maker=ann, checker=small.sessions["bob"], at_s=1)
    for asset in currencies:
        register_asset(bank, asset, by=ann)
    receive_cash(bank, count=CashCount.parse("1x1", "EUR"), by=ann, key="delivery")
    opening = [CashCount.parse("1x0.50", asset.symbol) for asset in currencies]
    shift = open_shift(bank, drawer="D1", opening=opening, by=tom, key="open")
    assert isinstance(shift, Shift)
    moved: dict[str, Any] = {"drawer": "D1", "amount": Amount(currencies[0], 20), "by": tom}
    allocate_cash(bank, **moved, direction=CashDirection.TO_DRAWER, key="out")
    for key in ("once", "again"):
        counts = [CashCount.parse("1x10", asset.symbol) for asset in currencies]
        close_shift(bank, shift.id, counts=counts, by=tom, key=key)
        for held in find_payments(bank, by=ann, states=[PaymentState.HELD]):
            if held.intent.related == shift.id and key == "once":
                refuse(bank, held.id, reason="again", by=ann)
            elif held.intent.related == shift.id:
                approve(bank, held.id, by=ann)
    assert shift_report(bank, shift.id, by=tom).letter == "Z"


def exchange_cash(small: SmallBank) -> None:
    """Exchanges both ways: one final at once, others held and then agreed to or refused."""
    open_counter(small)
    bank, tom, bob, (anna, *_) = small.bank, small.sessions["tom"], small.sessions["bob"], small.customers
    for direction in Direction:
        for units, verb in ((50, None), (200, approve), (200, refuse)):
            offered = quote(small, anna, direction, Amount(DEUR, units))
            made = exchange(bank=small.bank, quote_id=offered.id, by=tom, key=offered.id)
            assert isinstance(made, Payment)
            assert made.state is (PaymentState.FINAL if verb is None else PaymentState.HELD)
            if verb is approve:
                approve(bank, made.id, by=bob)
            elif verb is refuse:
                refuse(bank, made.id, reason="no", by=bob)


def pay_a_batch(small: SmallBank) -> None:
    """Orders whose locks, one after the other, would be taken to and fro: a request after accounts, for one."""
    anna, boris = (f"customer/{number}" for number in sorted(small.customers)[:2])
    ask: dict[str, Any] = {"asset": DEUR, "amount": Amount(DEUR, 3), "by": small.sessions["tom"]}
    asked = [issue_request(small.bank, payee=anna.partition("/")[2], key=f"ask {n}", **ask) for n in range(2)]
    ways = [(boris, anna, ""), (anna, OUTSIDE, ""), *((boris, anna, request.id) for request in reversed(asked))]
    orders = [
        PaymentOrder(debtor=debtor, creditor=creditor, amount=Amount(DEUR, 3), request_id=request_id)
        for debtor, creditor, request_id in [*ways, (anna, boris, "")]
    ]
    issue_requests(
        small.bank,
        orders=[RequestOrder(payee=number, asset=DEUR, amount=None) for number in reversed(small.customers)],
        by=small.sessions["tom"],
        key="many",
    )
    outcomes = pay_batch(small.bank, orders=orders, by=small.sessions["tom"], key="batch")
    assert [outcome.reasons for outcome in outcomes] == [()] * len(orders)


def test_locks_are_taken_in_one_order(world: World) -> None:
    small, locks = world.small, Locks()
    world.next_day()
    engine = small.bank.store.engine
    event.listen(engine, "before_cursor_execute", locks.statement)
    for end in ("begin", "commit", "rollback"):
        event.listen(engine, end, locks.forget)
    day = world.day(1)
    day.counter()
    work_a_drawer(small)
    exchange_cash(small)
    pay_a_batch(small)
    (waiting,) = small.chain._scripted
    small.chain.deposit(TOKEN, waiting.recipient, 3)  # two deposits in one block, and the second is too much
    for keep in (True, False):
        small.mine()
        small.turn()
        small.chain.reorg(1, keep_deposits=keep)
        small.turn()
    day.live()
    for _ in range(2):
        day.pay("too late", f"customer/{small.customers[0]}", day.outsider.caip10(31_337), 101)
        small.clock.advance(90_000)
        small.sign_in()
        small.turn()
        day.number += 1
    assert locks.wrong == set()
    assert locks.met == {*ORDER, LAST} - {"cases"}
