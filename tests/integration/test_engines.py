"""Several engines: each chain is turned by one, and one that slept past its lease does nothing a second time."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from tests.integration.test_concurrency import OneAtATime
from tests.properties.money_checks import check_books
from tests.properties.small_bank import CHAIN_ID, CONFIRMATIONS, SmallBank, template, units
from tokenpay.adapters.system import SystemEntropy
from tokenpay.bank import Bank
from tokenpay.bootstrap import engine_session, open_bank
from tokenpay.engine import Cycle, run, run_once
from tokenpay.errors import SignerRefused
from tokenpay.ethereum.observed import Block
from tokenpay.money.address import Address
from tokenpay.operations.bank_health import bank_health
from tokenpay.operations.pay import pay
from tokenpay.operations.read import find_payments, get_payment
from tokenpay.operations.reconcile import reconcile
from tokenpay.operations.submit import submit
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.store.chain_store import FollowedChain
from tokenpay.store.migrate import create_database
from tokenpay.store.tables import leases
from tokenpay.store.unit_of_work import Store
from tokenpay.testing import FakeChain

OUTSIDER = Address(b"\xab" * 20)
WAIT_S = 30
LEASES = ("books", f"chain/{CHAIN_ID}", "names")


@dataclass
class Sleeper:
    """Sleeps once in one call, before or after it is answered, until it is woken."""

    method: str
    when: str
    asleep: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)

    def around(self, target: Any) -> Any:
        return _Drowsy(target, self)

    def sleep(self, method: str, when: str) -> None:
        if (method, when) == (self.method, self.when) and not self.asleep.is_set():
            self.asleep.set()
            assert self.wake.wait(WAIT_S)


@dataclass
class _Drowsy:
    _target: Any
    _sleeper: Sleeper

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._sleeper.sleep(name, "before")
            answer = found(*given, **named)
            self._sleeper.sleep(name, "after")
            return answer

        return call


@dataclass
class Engine:
    bank: Bank
    by: Session

    def turn(self) -> Cycle:
        return run_once(self.bank, by=self.by)


@dataclass
class House:
    """One bank, and as many engines as are asked for, each with connections and a session of its own."""

    small: SmallBank
    _stack: ExitStack

    def engine(self, sleeper: Sleeper | None = None) -> Engine:
        ports: Any = {CHAIN_ID: self.small.port}
        opened = open_bank(
            self.small.directory, signer=True, clock=self.small.clock, entropy=SystemEntropy(), chain_ports=ports
        )
        bank = self._stack.enter_context(opened)
        if sleeper is not None:
            chains = {CHAIN_ID: sleeper.around(self.small.port)}
            bank = replace(bank, chains=chains, signer=sleeper.around(bank.signer))
        return Engine(bank, engine_session(bank))

    def pay_out(self, key: str, amount: int = 40) -> Payment:
        paid = pay(
            self.small.bank,
            debtor=f"customer/{self.small.customers[0]}",
            creditor=OUTSIDER.caip10(CHAIN_ID),
            amount=units(amount),
            by=self.small.sessions["tom"],
            key=key,
        )
        assert isinstance(paid, Payment)
        return paid

    def state(self, payment: Payment) -> PaymentState:
        return get_payment(self.small.bank, payment.id, by=self.small.sessions["tom"]).state

    def run_out(self) -> None:
        """Let the time of every lease be over."""
        with self.small.bank.store.unit_of_work() as uow:
            uow.connection.execute(update(leases).values(until_s=0))

    def holders(self) -> dict[str, str]:
        with self.small.bank.store.read() as uow:
            return {row.name: row.holder for row in uow.connection.execute(leases.select())}


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with template(server).copy(entropy=SystemEntropy()) as small, ExitStack() as stack:
        small.port = OneAtATime(small.chain)  # type: ignore[assignment]
        small.reopen()
        yield House(small, stack)


@contextmanager
def sleeping(sleeper: Sleeper, call: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Make a call in a thread that falls asleep in the middle of it, and wake it at the end."""
    with ThreadPoolExecutor(1) as pool:
        try:
            running = pool.submit(call)
            assert sleeper.asleep.wait(WAIT_S), "it never slept"
            yield running
        finally:
            sleeper.wake.set()


# --- leases


def test_a_lease_has_one_holder_until_its_time_is_over(database_url: str) -> None:
    create_database(database_url)
    store = Store(database_url)

    def take(holder: str, now_s: int = 100) -> bool:
        with store.unit_of_work() as uow:
            return uow.leases.take("chain/1", holder=holder, for_s=10, now_s=now_s)

    assert take("a")
    assert not take("b")
    assert take("a"), "it renews what it holds"
    with store.unit_of_work() as uow:
        uow.leases.give_back("b")
    assert not take("b"), "nobody gives back what another holds"
    with store.unit_of_work() as uow:
        uow.leases.give_back("a")
    assert take("b")
    with store.unit_of_work() as uow:
        uow.connection.execute(update(leases).values(until_s=100))
    assert take("a", now_s=100), "the time is over"
    assert not take("b")
    store.close()


def test_nobody_waits_for_a_lease_that_another_takes(postgresql_url: str) -> None:
    create_database(postgresql_url)
    store = Store(postgresql_url)
    take = {"for_s": 10, "now_s": 0}
    with store.unit_of_work() as uow:
        uow.leases.take("books", holder="a", **take)
        uow.leases.give_back("a")
    with store.unit_of_work() as first, store.unit_of_work() as second:
        second.connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        assert first.leases.take("books", holder="a", **take)
        assert not second.leases.take("books", holder="b", **take)
    store.close()


def test_a_fact_may_be_entered_by_two_at_once(house: House) -> None:
    store, entered = house.small.bank.store, threading.Event()

    def second() -> None:
        entered.wait(WAIT_S)
        with store.unit_of_work() as uow:
            uow.facts.set("new", "2")

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        with store.unit_of_work() as uow:
            uow.facts.set("new", "1")
            entered.set()
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
        waiting.result(WAIT_S)
    with store.read() as uow:
        assert uow.facts.get("new") == "2"


def test_an_engine_leaves_to_another_what_that_one_turns(house: House) -> None:
    sleeper = Sleeper("head", "after")
    one, two = house.engine(sleeper), house.engine()
    with sleeping(sleeper, one.turn) as running:
        house.small.mine()
        beside = two.turn()
        assert [turn.elsewhere for turn in beside.chains] == [True]
        assert beside.leases == ("books",), "what belongs to no chain is turned meanwhile"
        house.run_out()
        after = two.turn()
        assert after.chains[0].watched is not None
        assert after.leases == LEASES
    assert running.result().chains[0].error is None
    assert set(house.holders().values()) == {""}


def test_engines_turn_two_chains_at_once(house: House) -> None:
    small, other = house.small, FakeChain(2)
    other.mine(3)
    head: Block = other.head()
    with small.bank.store.unit_of_work() as uow:
        known = uow.chains.get(CHAIN_ID)
        uow.chains.add(
            FollowedChain(
                chain_id=2,
                treasury=known.treasury,
                native_asset_id=known.native_asset_id,
                next_nonce=0,
                head_number=head.number,
                final_number=head.number,
                halted="",
            )
        )
        uow.chains.add_block(2, head)
    other.mine(2)
    sleeper = Sleeper("head", "after")
    one, two = house.engine(sleeper), house.engine()
    for engine in (one, two):
        engine.bank = replace(engine.bank, chains={**engine.bank.chains, 2: other})
    with sleeping(sleeper, one.turn):
        first, second = two.turn().chains
        assert first.elsewhere
        assert second.watched is not None
        assert second.watched.blocks == 2


# --- a run keeps its leases, gives them back at its end, and loses them when it dies


def test_a_run_keeps_its_leases_and_gives_them_back(house: House) -> None:
    one, two = house.engine(), house.engine()
    cycles: list[Cycle] = []

    def after_each(cycle: Cycle) -> None:
        cycles.append(cycle)
        if len(cycles) == 2:
            assert two.turn().leases == ()
            assert len({house.holders()[name] for name in cycle.leases}) == 1

    run(one.bank, sign_in=lambda: one.by, stop=lambda: len(cycles) == 3, pause_s=0, after_each=after_each)
    assert [cycle.leases for cycle in cycles] == [LEASES] * 3
    assert two.turn().leases == LEASES


def test_a_stop_ends_the_step_in_hand(house: House) -> None:
    sleeper, stopped = Sleeper("head", "after"), threading.Event()
    one = house.engine(sleeper)
    cycles: list[Cycle] = []
    call = partial(run, one.bank, sign_in=lambda: one.by, stop=stopped.is_set, pause_s=60, after_each=cycles.append)
    with sleeping(sleeper, call) as running:
        stopped.set()
    running.result(WAIT_S)
    (turn,) = cycles[0].chains
    assert turn.watched is not None
    assert (turn.settled, turn.submitted, turn.elsewhere) == (None, None, False)
    assert set(house.holders().values()) == {""}


def test_what_an_engine_died_with_is_taken_over_when_its_time_is_over(house: House) -> None:
    class Killed(BaseException):
        pass

    def die(_: Cycle) -> None:
        raise Killed

    one, two = house.engine(), house.engine()
    with pytest.raises(Killed):
        run(one.bank, sign_in=lambda: one.by, stop=lambda: False, after_each=die)
    assert two.turn().leases == ()
    house.run_out()
    assert two.turn().leases == LEASES


# --- asleep past the end of its lease

PLACES = [
    ("head", "after"),
    ("blocks", "after"),
    ("transfers", "after"),
    ("receipts", "before"),
    ("receipts", "after"),
    ("finalized", "before"),
    ("finalized", "after"),
    ("transaction_count", "before"),
    ("transaction_count", "after"),
    ("estimate_gas", "after"),
    ("sign_transactions", "before"),
    ("sign_transactions", "after"),
    ("broadcast", "before"),
    ("broadcast", "after"),
]


@pytest.mark.one_database
@pytest.mark.parametrize(("method", "when"), PLACES)
def test_who_slept_past_its_lease_pays_nothing_twice(house: House, method: str, when: str) -> None:
    """One engine sleeps somewhere; another carries the payment to its end; the first wakes and goes on."""
    small, sleeper = house.small, Sleeper(method, when)
    one, two = house.engine(sleeper), house.engine()
    earlier, payment = house.pay_out("earlier", 30), house.pay_out("once")
    if method in ("blocks", "transfers", "receipts"):
        two.turn()
        small.mine()
    with sleeping(sleeper, one.turn) as running:
        house.run_out()
        for _ in range(6):
            two.turn()
            small.mine()
        assert {house.state(earlier), house.state(payment)} == {PaymentState.FINAL}
    (turn,) = running.result().chains
    assert turn.error is None or turn.error.code == "chain.unavailable"
    for _ in range(CONFIRMATIONS + 2):
        small.mine()
        assert one.turn().chains[0].error is None, "and the chain is not halted"
    assert {house.state(earlier), house.state(payment)} == {PaymentState.FINAL}
    assert small.held(payment.intent.amount.asset.contract, OUTSIDER) == 70
    payments = find_payments(small.bank, by=small.sessions["tom"], limit=1000)
    nonces = sorted(paid.nonce for paid in payments if paid.nonce is not None)
    assert nonces == list(range(len(nonces)))
    assert len(small.receipts()) == len(nonces)
    check_books(small)
    assert reconcile(small.bank, by=small.sessions["ann"]).holds


def test_a_fee_bump_is_made_by_one_of_two(house: House) -> None:
    """Both see a payment that waits too long; the second finds the bump made, and the same bytes are no conflict."""
    small = house.small
    two = house.engine()
    payment = house.pay_out("slow")
    two.turn()
    small.clock.advance(small.bank.settings.chain(CHAIN_ID).bump_after_s)
    sleeper = Sleeper("sign_transactions", "before")
    one = house.engine(sleeper)
    with sleeping(sleeper, one.turn) as running:
        house.run_out()
        assert two.turn().chains[0].error is None
    assert running.result().chains[0].error is None
    with small.bank.store.read() as uow:
        assert [version.version for version in uow.attempts.signed(payment.id)] == [1, 2]


def test_a_signature_over_what_was_given_up_is_sent_by_nobody(house: House) -> None:
    sleeper = Sleeper("sign_transactions", "after")
    one, two = house.engine(sleeper), house.engine()

    class Refusing:
        def sign_transactions(self, asked: Sequence[Any]) -> list[SignerRefused]:
            return [SignerRefused("it may not be signed") for _ in asked]

    payment = house.pay_out("given up")
    with sleeping(sleeper, partial(submit, one.bank, chain_id=CHAIN_ID, by=one.by)) as running:
        signer: Any = Refusing()
        submit(replace(two.bank, signer=signer), chain_id=CHAIN_ID, by=two.by)
        assert house.state(payment) is PaymentState.FAILED
    assert running.result().sent == 0
    house.small.mine(CONFIRMATIONS + 1)
    assert house.small.held(payment.intent.amount.asset.contract, OUTSIDER) == 0
    check_books(house.small)


def test_a_halted_chain_assigns_nothing_more(house: House) -> None:
    """It is halted while an engine is in the middle of its turn."""
    sleeper = Sleeper("estimate_gas", "after")
    one = house.engine(sleeper)
    payment = house.pay_out("halted")
    with sleeping(sleeper, one.turn), house.small.bank.store.unit_of_work() as uow:
        uow.chains.set_halted(CHAIN_ID, "look")
    assert house.state(payment) is PaymentState.CLEARED
    assert bank_health(house.small.bank, by=house.small.sessions["ann"]).chains[0].halted == "look"
