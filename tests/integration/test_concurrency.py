"""Many at once: nothing is overspent, doubled or shared, and on PostgreSQL nobody is turned away."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.decree import decree
from tests.properties.hot_account import AGAIN, FUNDS, LIMIT, HotAccount
from tests.properties.money_checks import check_books
from tests.properties.small_bank import CHAIN_ID, DEUR, LIMITS, START_UNITS, TOKEN, SmallBank, template, units
from tokenpay.adapters.system import SystemEntropy
from tokenpay.bank import Bank
from tokenpay.bootstrap import engine_session, open_bank
from tokenpay.compliance.case import CaseKind
from tokenpay.engine import run_once
from tokenpay.errors import StoreUnavailable, Unavailable, WrongState
from tokenpay.money.address import Address
from tokenpay.operations.cases import open_case
from tokenpay.operations.customers import close_customer, enrol_customer
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.pay import pay
from tokenpay.operations.read import balances, find_payments
from tokenpay.operations.reconcile import reconcile
from tokenpay.operations.sweep import sweep
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState, Refusal
from tokenpay.primitives.keccak import keccak256
from tokenpay.requests.payment_request import PaymentRequest

AT_ONCE = 32
ALL_DAY = {"customer_day_units": 10**6, "operator_day_units": 10**6}


@dataclass(frozen=True, kw_only=True)
class Counters:
    """A bank with many tellers. `busy`: how often one was turned away and had to repeat, by what they were told."""

    small: SmallBank
    busy: Counter[str] = field(default_factory=Counter)
    _own: threading.local = field(default_factory=threading.local)

    @property
    def tom(self) -> Session:
        """A session of this thread alone."""
        if not hasattr(self._own, "tom"):
            self._own.tom = self.small.another_session("tom")
        session: Session = self._own.tom
        return session

    def until_answered(self, call: Callable[[], Any]) -> Any:
        """Repeat a call while nobody could answer: with the same key that is safe."""
        while True:
            try:
                return call()
            except Unavailable as error:
                self.busy[error.message] += 1

    def nobody_was_turned_away(self) -> None:
        """On PostgreSQL only a deadlock does that; SQLite has one writer, and may be too busy for somebody."""
        if self.small.bank.store.engine.dialect.name == "postgresql":
            assert not self.busy

    def limit(self, **changes: int) -> None:
        with self.small.bank.store.unit_of_work() as uow:
            policy = uow.policies.newest()
            changed = replace(policy, version=policy.version + 1, limits={DEUR.id: replace(LIMITS, **changes)})
            ann, bob = self.small.sessions["ann"], self.small.sessions["bob"]
            decree(uow, changed, maker=ann, checker=bob, at_s=self.small.clock.now_s())

    def pay(self, creditor: str, amount: int, key: str, *, payer: int = 0) -> Payment | Refusal:
        parties = {"debtor": f"customer/{self.small.customers[payer]}", "creditor": creditor}
        call = partial(pay, self.small.bank, **parties, amount=units(amount), by=self.tom, key=key)
        answer: Payment | Refusal = self.until_answered(call)
        return answer

    def pay_some(self, seed: int, count: int, *, payer: int = 0) -> list[Payment | Refusal]:
        """Pay the other customer random amounts."""
        random, payee = Random(seed), f"customer/{self.small.customers[1 - payer]}"
        return [self.pay(payee, random.randint(1, 100), f"{seed}-{n}", payer=payer) for n in range(count)]

    def ask(self, key: str, *, payee: int = 0) -> PaymentRequest:
        asked: dict[str, Any] = {"payee": self.small.customers[payee], "asset": DEUR, "amount": units(10)}
        call = partial(issue_request, self.small.bank, **asked, by=self.tom, key=key)
        request: PaymentRequest = self.until_answered(call)
        return request

    def has(self, number: int) -> int:
        (amount,) = balances(self.small.bank, self.small.customers[number], by=self.small.sessions["tom"])
        return amount.units


@pytest.fixture(params=["sqlite", "postgresql"])
def counters(request: pytest.FixtureRequest) -> Iterator[Counters]:
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with template(server).copy(entropy=SystemEntropy()) as small:
        yield Counters(small=small)


def all_at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make each call in a thread of its own, all starting together; return what they returned."""
    start = threading.Barrier(len(calls))

    def begin(call: Callable[[], Any]) -> Any:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def amounts(answers: Sequence[Any], kind: type[Any]) -> list[int]:
    return [answer.intent.amount.units for answer in answers if isinstance(answer, kind)]


def check_paid(counters: Counters, paid: list[int], refused: list[int], most: int) -> None:
    """No more than `most` was paid, what was refused would have been too much, and the balances are exact."""
    total = sum(paid)
    assert total <= most < total + min(refused)
    assert (counters.has(0), counters.has(1)) == (START_UNITS - total, START_UNITS + total)
    check_books(counters.small)
    counters.nobody_was_turned_away()


@pytest.mark.parametrize(
    ("limits", "most", "code"),
    [
        pytest.param({}, LIMITS.customer_day_units, "limit.customer_day", id="a customer's day"),
        pytest.param(ALL_DAY, START_UNITS, "funds.insufficient", id="a balance"),
    ],
)
def test_nothing_is_overspent_by_32_tellers(counters: Counters, limits: dict[str, int], most: int, code: str) -> None:
    counters.limit(**limits)
    count = 2 * most // (AT_ONCE * 50) + 1
    found = all_at_once([partial(counters.pay_some, seed, count) for seed in range(AT_ONCE)])
    answers = [answer for each in found for answer in each]
    assert {answer.state for answer in answers if isinstance(answer, Payment)} == {PaymentState.FINAL}
    reasons = [answer.reasons for answer in answers if isinstance(answer, Refusal)]
    assert {reason.code for of_one in reasons for reason in of_one} == {code}
    check_paid(counters, amounts(answers, Payment), amounts(answers, Refusal), most)


@pytest.mark.parametrize(
    ("database", "isolation", "lines"),
    [("sqlite", "", 0), ("postgresql", "", 6), ("postgresql", "serializable", 0)],
)
def test_nothing_is_overspent_by_processes(
    database: str, isolation: str, lines: int, request: pytest.FixtureRequest
) -> None:
    """The stricter levels turn payers away, and corrupt nothing. Many more: python -m tests.benchmarks.hot_account."""
    server = request.getfixturevalue("postgresql_server") if database == "postgresql" else ""
    with template(server).copy(entropy=SystemEntropy()) as small:
        hot = HotAccount(
            small=small, processes=8, attempts=480 if lines else 240, seed=5, lines=lines, isolation=isolation
        )
        hot.run()
        check_books(small)
    assert hot.made >= 240
    away = [outcome for outcome in hot.told.outcomes if outcome.startswith("turned away")]
    assert all("busy with another writer" in outcome for outcome in away), away
    if server:
        assert hot.told.isolation == (isolation or "read committed")
    if not isolation:
        assert {f"refused: {LIMIT}", f"refused: {FUNDS}", "paid", AGAIN} <= set(hot.told.outcomes)
        assert not server or not away


def test_the_same_key_from_32_tellers_is_one_payment(counters: Counters) -> None:
    payee = f"customer/{counters.small.customers[1]}"
    payments = all_at_once([partial(counters.pay, payee, 90, "once")] * AT_ONCE)
    assert len({payment.id for payment in payments}) == 1
    assert counters.has(1) == START_UNITS + 90
    check_books(counters.small)
    counters.nobody_was_turned_away()


def test_requests_issued_at_once_never_share_an_address(counters: Counters) -> None:
    asked = all_at_once([partial(counters.ask, f"ask-{number}") for number in range(AT_ONCE)])
    assert len({request.deposit_address for request in asked}) == AT_ONCE
    counters.nobody_was_turned_away()


def test_the_same_case_entered_at_once_is_one_case(counters: Counters) -> None:
    small = counters.small
    enter = partial(open_case, small.bank, kind=CaseKind.OTHER, subject="s", note="n", by=small.sessions["ann"])
    cases = all_at_once([partial(counters.until_answered, enter)] * AT_ONCE)
    assert len({case.id for case in cases}) == 1
    counters.nobody_was_turned_away()


def test_a_customer_is_never_closed_with_money(counters: Counters) -> None:
    """A payment to somebody, and somebody else closing them: one of both comes too late."""
    small = counters.small

    def close(customer: str) -> bool:
        call = partial(close_customer, small.bank, customer, reason="left", by=small.sessions["ann"])
        try:
            counters.until_answered(call)
        except WrongState:
            return False
        return True

    for number in range(8):
        key = f"short-{number}"
        customer = enrol_customer(small.bank, name=key, by=small.sessions["tom"], key=key).id
        give = partial(counters.pay, f"customer/{customer}", 1, f"to-{key}")
        answer, closed = all_at_once([give, partial(close, customer)])
        assert isinstance(answer, Payment) is not closed
    counters.nobody_was_turned_away()


def test_a_customer_is_never_closed_with_a_request_that_waits(counters: Counters) -> None:
    small = counters.small

    def ends_well(call: Callable[[], Any]) -> bool:
        try:
            counters.until_answered(call)
        except WrongState:
            return False
        return True

    for number in range(4):
        key = f"asks-{number}"
        customer = enrol_customer(small.bank, name=key, by=small.sessions["tom"], key=key).id
        tom = small.another_session("tom")
        ask = partial(issue_request, small.bank, payee=customer, asset=DEUR, amount=None, by=tom, key=f"request-{key}")
        close = partial(close_customer, small.bank, customer, reason="left", by=small.sessions["ann"])
        asked, closed = all_at_once([partial(ends_well, ask), partial(ends_well, close)])
        assert asked is not closed
    counters.nobody_was_turned_away()


def test_who_finds_no_free_connection_may_try_again(counters: Counters) -> None:
    store = counters.small.bank.store
    pool: Any = store.engine.pool
    pool._timeout = 0.05
    with ExitStack() as stack:
        for _ in range(pool.size() + pool._max_overflow):
            stack.enter_context(store.read())
        with pytest.raises(StoreUnavailable, match="in use"):
            stack.enter_context(store.read())
    assert counters.has(0) == START_UNITS


# --- two engines


class OneAtATime:
    """The fake chain among threads: one call at a time, as one node answers."""

    def __init__(self, chain: Any) -> None:
        self._chain = chain
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._chain, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            with self._lock:
                return found(*given, **named)

        return call


def test_two_engines_at_once_and_tellers_beside_them(counters: Counters) -> None:
    """Nonces, deposits and payments are each taken once, while customers pay each other both ways."""
    small = counters.small
    small.port = chain = OneAtATime(small.chain)  # type: ignore[assignment]
    small.reopen()
    counters.limit(**ALL_DAY)
    over = threading.Event()

    def engine(bank: Bank) -> None:
        by = engine_session(bank)
        while not over.is_set():
            counters.until_answered(partial(run_once, bank, by=by))
            counters.until_answered(partial(sweep, bank, asset_id=DEUR.id, by=by))

    def teller(number: int) -> None:
        payer = number % 2
        for turn in range(4):
            request = counters.ask(f"ask-{number}-{turn}", payee=payer)
            chain.deposit(TOKEN, request.deposit_address, 10)
            counters.pay_some(1000 * number + turn, 2, payer=payer)
            outsider = Address(keccak256(f"{number} {turn}".encode())[:20]).caip10(CHAIN_ID)
            counters.pay(outsider, 5, f"out-{number}-{turn}", payer=payer)
            chain.mine()

    def tellers() -> None:
        try:
            all_at_once([partial(teller, number) for number in range(6)])
        finally:
            over.set()

    ports: Any = {CHAIN_ID: chain}
    with ExitStack() as stack:
        banks = [
            stack.enter_context(
                open_bank(small.directory, signer=True, clock=small.clock, entropy=SystemEntropy(), chain_ports=ports)
            )
            for _ in range(2)
        ]
        all_at_once([tellers, *(partial(engine, bank) for bank in banks)])
    small.settle_all(8)
    check_books(small)
    assert reconcile(small.bank, by=small.sessions["ann"]).holds
    payments = find_payments(small.bank, by=small.sessions["tom"], limit=10**6)
    assert {payment.state for payment in payments} == {PaymentState.FINAL}
    counters.nobody_was_turned_away()
