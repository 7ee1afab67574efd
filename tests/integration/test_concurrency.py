"""Many at once: nothing is overspent, doubled or shared, and on PostgreSQL nobody is turned away."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe
from random import Random
from typing import Any

import pytest

from tests.properties.money_checks import check_books
from tests.properties.small_bank import (
    CHAIN_ID,
    DEUR,
    LIMITS,
    START_UNITS,
    TOKEN,
    SmallBank,
    template,
    units,
)
from tokenpay.adapters.system import SystemEntropy
from tokenpay.bank import Bank
from tokenpay.bootstrap import engine_session, open_bank
from tokenpay.engine import run_once
from tokenpay.errors import StoreUnavailable, Unavailable
from tokenpay.money.address import Address
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.pay import pay
from tokenpay.operations.read import balances, find_payments
from tokenpay.operations.reconcile import reconcile
from tokenpay.operations.sweep import sweep
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState, Refusal
from tokenpay.primitives.keccak import keccak256

AT_ONCE = 32
_PASSWORD = "correct horse battery"


@pytest.fixture(params=["sqlite", "postgresql"])
def small(request: pytest.FixtureRequest) -> Iterator[SmallBank]:
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with template(server).copy(entropy=SystemEntropy()) as small:
        yield small


@pytest.fixture
def busy() -> Counter[str]:
    """How often somebody was turned away and had to repeat, by the reason given."""
    return Counter()


def set_limits(small: SmallBank, **changes: int) -> None:
    with small.bank.store.unit_of_work() as uow:
        policy = uow.compliance.policy()
        limits = {DEUR.id: replace(LIMITS, **changes)}
        policy = replace(policy, version=policy.version + 1, limits=limits)
        uow.compliance.add_policy(policy, at_s=small.clock.now_s(), maker="ann", checker="bob")


def all_at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make each call in a thread of its own, all starting together; return what they returned."""
    start = threading.Barrier(len(calls))

    def begin(call: Callable[[], Any]) -> Any:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def until_answered(busy: Counter[str], call: Callable[[], Any]) -> Any:
    """Repeat a call while its answer is that nobody could answer: with the same key that is safe."""
    while True:
        try:
            return call()
        except Unavailable as error:
            busy[error.message] += 1


def pay_some(
    bank: Bank, payer: str, payee: str, by: Session, *, seed: int, count: int, busy: Counter[str]
) -> list[Any]:
    random = Random(seed)
    answers = []
    for number in range(count):
        amount, key = random.randint(1, 100), f"{seed}-{number}"

        def call(amount: int = amount, key: str = key) -> Payment | Refusal:
            return pay(
                bank, debtor=f"customer/{payer}", creditor=f"customer/{payee}", amount=units(amount), by=by, key=key
            )

        answers.append(until_answered(busy, call))
    return answers


def has(small: SmallBank, number: int) -> int:
    (amount,) = balances(small.bank, small.customers[number], by=small.sessions["tom"])
    return amount.units


def check_paid(small: SmallBank, answers: list[Any], most: int, code: str) -> None:
    """No more than `most` was paid; what was refused would have been too much; the balances are exact."""
    paid = [answer for answer in answers if isinstance(answer, Payment)]
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {payment.state for payment in paid} == {PaymentState.FINAL}
    total = sum(payment.intent.amount.units for payment in paid)
    assert total <= most
    assert refused, "nobody met the limit"
    assert all({reason.code for reason in refusal.reasons} == {code} for refusal in refused)
    assert min(refusal.intent.amount.units for refusal in refused) > most - total
    assert (has(small, 0), has(small, 1)) == (START_UNITS - total, START_UNITS + total)
    check_books(small)


@pytest.mark.parametrize(
    ("limits", "most", "code"),
    [
        pytest.param({}, LIMITS.customer_day_units, "limit.customer_day", id="a customer's day"),
        pytest.param(
            {"customer_day_units": 10**6, "operator_day_units": 10**6},
            START_UNITS,
            "funds.insufficient",
            id="a balance",
        ),
    ],
)
def test_nothing_is_overspent_by_32_tellers(
    small: SmallBank, busy: Counter[str], limits: dict[str, int], most: int, code: str
) -> None:
    set_limits(small, **limits)
    payer, payee = small.customers
    tellers = [tellers_session(small, f"terminal {number}") for number in range(AT_ONCE)]
    count = 2 * most // (AT_ONCE * 50) + 1
    found = all_at_once(
        [
            lambda seed=seed, by=by: pay_some(small.bank, payer, payee, by, seed=seed, count=count, busy=busy)
            for seed, by in enumerate(tellers)
        ]
    )
    check_paid(small, [answer for answers in found for answer in answers], most, code)
    nobody_was_turned_away(small, busy)


def nobody_was_turned_away(small: SmallBank, busy: Counter[str]) -> None:
    """On PostgreSQL only a deadlock turns anybody away; SQLite has one writer, and may be too busy for somebody."""
    if small.bank.store.engine.dialect.name == "postgresql":
        assert not busy


def tellers_session(small: SmallBank, terminal: str, who: str = "tom") -> Session:
    from tokenpay.operations.open_session import open_session

    return open_session(small.bank, operator_id=who, password=_PASSWORD, terminal=terminal)


def test_nothing_is_overspent_by_processes(postgresql_server: str) -> None:
    with template(postgresql_server).copy(entropy=SystemEntropy()) as small:
        small.close()
        workers = [start_process(small, seed) for seed in range(8)]
        found = [line.recv() for _, line in workers]
        for worker, _ in workers:
            os.waitpid(worker, 0)
        small.open()
        amounts = [amount for paid, _, _ in found for amount in paid]
        refused = [amount for _, amounts, _ in found for amount in amounts]
        assert sum((busy for _, _, busy in found), Counter()) == Counter()
        total = sum(amounts)
        assert total <= LIMITS.customer_day_units < total + min(refused)
        assert (has(small, 0), has(small, 1)) == (START_UNITS - total, START_UNITS + total)
        check_books(small)


def start_process(small: SmallBank, seed: int) -> tuple[int, Connection]:
    """Pay in another process, with four sessions at once; it sends (paid, refused, turned away)."""
    ours, theirs = Pipe(duplex=False)
    worker = os.fork()
    if worker:
        theirs.close()
        return worker, ours
    try:
        busy: Counter[str] = Counter()
        small.open()
        payer, payee = small.customers
        sessions = [tellers_session(small, f"terminal {seed}-{number}") for number in range(4)]
        found = all_at_once(
            [
                lambda number=number, by=by: pay_some(
                    small.bank, payer, payee, by, seed=100 * seed + number, count=3, busy=busy
                )
                for number, by in enumerate(sessions)
            ]
        )
        answers = [answer for answers in found for answer in answers]
        paid = [answer.intent.amount.units for answer in answers if isinstance(answer, Payment)]
        theirs.send((paid, [a.intent.amount.units for a in answers if isinstance(a, Refusal)], busy))
    finally:
        os._exit(0)


def test_the_same_key_from_32_tellers_is_one_payment(small: SmallBank, busy: Counter[str]) -> None:
    payer, payee = small.customers

    def call() -> Any:
        return until_answered(
            busy,
            lambda: pay(
                small.bank,
                debtor=f"customer/{payer}",
                creditor=f"customer/{payee}",
                amount=units(90),
                by=small.sessions["tom"],
                key="once",
            ),
        )

    assert len({payment.id for payment in all_at_once([call] * AT_ONCE)}) == 1
    assert has(small, 1) == START_UNITS + 90
    check_books(small)
    nobody_was_turned_away(small, busy)


def test_requests_issued_at_once_never_share_an_address(small: SmallBank, busy: Counter[str]) -> None:
    def call(number: int) -> Any:
        return until_answered(
            busy,
            lambda: issue_request(
                small.bank,
                payee=small.customers[0],
                asset=DEUR,
                amount=None,
                by=small.sessions["tom"],
                key=f"ask-{number}",
            ),
        )

    asked = all_at_once([lambda number=number: call(number) for number in range(AT_ONCE)])
    assert len({request.deposit_address for request in asked}) == AT_ONCE
    nobody_was_turned_away(small, busy)


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


def test_two_engines_at_once_and_tellers_beside_them(small: SmallBank, busy: Counter[str]) -> None:
    """Nonces, deposits and payments are each taken once, while customers pay each other both ways."""
    chain: Any = OneAtATime(small.chain)
    small.port = chain
    small.reopen()
    set_limits(small, customer_day_units=10**6, operator_day_units=10**6)
    customers = small.customers
    with ExitStack() as stack:
        banks = [
            stack.enter_context(
                open_bank(
                    small.directory,
                    signer=True,
                    clock=small.clock,
                    entropy=SystemEntropy(),
                    chain_ports={CHAIN_ID: chain},
                )
            )
            for _ in range(2)
        ]
        over = threading.Event()

        def engine(bank: Bank) -> None:
            by = engine_session(bank)
            while not over.is_set():
                cycle = until_answered(busy, lambda: run_once(bank, by=by))
                errors = [turn.error for turn in cycle.chains if isinstance(turn.error, StoreUnavailable)]
                busy.update(error.message for error in errors)
                until_answered(busy, lambda: sweep(bank, asset_id=DEUR.id, by=by))

        def teller(number: int) -> None:
            by = tellers_session(small, f"terminal {number}")
            payer, payee = customers[number % 2], customers[1 - number % 2]
            for turn in range(4):
                request = until_answered(
                    busy,
                    lambda turn=turn: issue_request(
                        small.bank,
                        payee=payer,
                        asset=DEUR,
                        amount=units(10),
                        by=by,
                        key=f"ask-{number}-{turn}",
                    ),
                )
                chain.deposit(TOKEN, request.deposit_address, 10)
                pay_some(small.bank, payer, payee, by, seed=1000 * number + turn, count=2, busy=busy)
                outsider = Address(keccak256(f"{number} {turn}".encode())[:20]).caip10(CHAIN_ID)
                until_answered(
                    busy,
                    lambda outsider=outsider, turn=turn: pay(
                        small.bank,
                        debtor=f"customer/{payer}",
                        creditor=outsider,
                        amount=units(5),
                        by=by,
                        key=f"out-{number}-{turn}",
                    ),
                )
                chain.mine()

        engines = [threading.Thread(target=engine, args=(bank,)) for bank in banks]
        failures: list[threading.ExceptHookArgs] = []
        threading.excepthook, before = failures.append, threading.excepthook
        try:
            for thread in engines:
                thread.start()
            all_at_once([lambda number=number: teller(number) for number in range(6)])
        finally:
            over.set()
            for thread in engines:
                thread.join()
            threading.excepthook = before
    assert failures == [], [failure.exc_value for failure in failures]
    small.settle_all(8)
    check_books(small)
    assert reconcile(small.bank, by=small.sessions["ann"]).holds
    payments = find_payments(small.bank, by=small.sessions["tom"], limit=10**6)
    assert {payment.state for payment in payments} == {PaymentState.FINAL}
    nobody_was_turned_away(small, busy)
