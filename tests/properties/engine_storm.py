"""Several engines, each a process, over one bank and one chain, killed at any moment, with a teller beside them."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from random import Random
from typing import Any

from tests.forked import forked
from tests.properties.crashes import RemoteChain
from tests.properties.money_checks import check_books
from tests.properties.small_bank import CHAIN_ID, DEUR, START_UNITS, TOKEN, SmallBank, units
from tokenpay.adapters.system import SystemClock, SystemEntropy
from tokenpay.bootstrap import engine_session
from tokenpay.engine import run
from tokenpay.errors import TokenpayError, Unavailable
from tokenpay.money.address import Address
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.pay import pay
from tokenpay.operations.read import balances, find_payments
from tokenpay.operations.reconcile import reconcile
from tokenpay.payments.deposit import DepositOutcome
from tokenpay.payments.payment import Payment, PaymentState
from tokenpay.primitives.keccak import keccak256
from tokenpay.testing.fake_system import FakeClock

BLOCK_EVERY_S, PAUSE_S, LEASE_S = 0.1, 0.05, 1
DEPOSIT_EVERY, DEPOSIT_UNITS = 3, 10
_MOST_TURNS = 400


@dataclass(kw_only=True)
class Storm:
    """So many payments out, a deposit with every third of them, and engines that are killed so often meanwhile."""

    small: SmallBank
    engines: int
    payments: int
    kills: int
    random: Random
    acknowledged: dict[str, str] = field(default_factory=dict)
    killed: int = 0
    _lines: dict[int, Connection] = field(default_factory=dict)

    def blow(self) -> None:
        """Live through it, let the engines stop by themselves, and look at all there is."""
        small = self.small
        small.close()
        small.clock = SystemClock()  # type: ignore[assignment]
        small.entropy = SystemEntropy()
        small.chain.block_time_s = 1
        for _ in range(self.engines):
            self._start(_engine)
        teller, heard = self._start_teller()
        try:
            self._serve(teller, heard)
            self._stop()
        finally:
            for process in list(self._lines):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
        self._look()

    # What goes on in this process: the chain, and the killing

    def _serve(self, teller: int, heard: Connection) -> None:
        """Be the chain until the teller has gone home and everybody was killed who should be."""
        block_s = kill_s = time.monotonic()
        while teller in self._lines or self.killed < self.kills:
            self._answer(0.02, heard)
            now_s = time.monotonic()
            if now_s >= block_s:
                block_s = now_s + BLOCK_EVERY_S
                self._mine()
            if now_s >= kill_s and self.killed < self.kills:
                kill_s = now_s + self.random.uniform(0, 0.5)
                self._kill(self.random.choice([process for process in self._lines if process != teller]))

    def _mine(self) -> None:
        chain = self.small.chain
        chain.mine(timestamp_s=max(int(time.time()), chain.head().timestamp_s))

    def _answer(self, most_s: float, heard: Connection | None = None) -> None:
        lines = {line: process for process, line in self._lines.items()}
        for ready in wait([*lines, *([heard] if heard is not None and not heard.closed else [])], most_s):
            assert isinstance(ready, Connection)
            try:
                said = ready.recv()
            except EOFError:
                ready.close()
                if ready is not heard:
                    self._ended(lines[ready])
                continue
            if ready is heard:
                self.acknowledged[said[0]] = said[1]
            else:
                ready.send(self._told(*said))

    def _told(self, name: str, given: Any, named: Any) -> Any:
        try:
            return getattr(self.small.chain, name)(*given, **named)
        except TokenpayError as error:
            return error

    def _ended(self, process: int) -> None:
        """A process is gone that nobody killed: it was told to stop, or is the teller, and it did well."""
        del self._lines[process]
        _, status = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(status) == 0, "a process failed by itself"

    def _kill(self, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "an engine ended by itself"
        self.killed += 1
        self._lines.pop(process).close()
        self._start(_engine)

    def _stop(self) -> None:
        """Tell the engines to stop: each ends its step, for which it may need the chain, and leaves with 0."""
        time.sleep(LEASE_S)  # those that stood by when their fellow was killed have taken over
        for process in self._lines:
            os.kill(process, signal.SIGTERM)
        end_s = time.monotonic() + 60
        while self._lines:
            assert time.monotonic() < end_s, "an engine does not stop"
            self._answer(0.1)

    def _start(self, work: Any, *given: Any) -> int:
        def begin(line: Connection) -> None:
            self.small.port = RemoteChain(line, CHAIN_ID)  # type: ignore[assignment]
            self.small.open()
            work(self.small, *given)

        process, line = forked(begin, duplex=True)
        self._lines[process] = line
        return process

    def _start_teller(self) -> tuple[int, Connection]:
        heard, spoken = Pipe(duplex=False)
        process = self._start(_teller, self.payments, spoken)
        spoken.close()
        return process, heard

    # What is left

    def _look(self) -> None:
        small = self.small
        small.clock, small.port = FakeClock(int(time.time())), None
        small.open()
        small.sign_in()
        for _ in range(_MOST_TURNS):
            small.turn()
            small.mine()
            if self._is_over():
                break
            time.sleep(0.02)
        tom = small.sessions["tom"]
        payments = {payment.id: payment for payment in find_payments(small.bank, by=tom, limit=10**6)}
        assert set(self.acknowledged.values()) <= payments.keys(), "an acknowledged payment is lost"
        assert {payment.state for payment in payments.values()} == {PaymentState.FINAL}
        assert len(payments) == len(self.acknowledged) == self.payments
        nonces = sorted(payment.nonce for payment in payments.values() if payment.nonce is not None)
        assert nonces == list(range(self.payments)), "a nonce is missing or doubled"
        assert len(small.receipts()) == self.payments
        for number in range(self.payments):
            assert small.held(TOKEN, outsider(number)) == amount(number), number
        self._look_at_deposits(sum(amount(number) for number in range(self.payments)))
        check_books(small)
        assert reconcile(small.bank, by=small.sessions["ann"]).holds

    def _look_at_deposits(self, paid_units: int) -> None:
        small, count = self.small, len(range(0, self.payments, DEPOSIT_EVERY))
        with small.bank.store.read() as uow:
            came = [
                deposit for deposit in uow.deposits.find(chain_id=CHAIN_ID) if deposit.amount == units(DEPOSIT_UNITS)
            ]
        assert [deposit.outcome for deposit in came] == [DepositOutcome.CREDITED] * count
        (has,) = balances(small.bank, small.customers[0], by=small.sessions["tom"])
        assert has.units == START_UNITS + count * DEPOSIT_UNITS - paid_units

    def _is_over(self) -> bool:
        with self.small.bank.store.read() as uow:
            moving, seen = uow.payments.under_way(), uow.deposits.waiting()
        return not moving and not seen


def outsider(number: int) -> Address:
    return Address(keccak256(f"storm {number}".encode())[:20])


def amount(number: int) -> int:
    return 1 + number % 3


def _engine(small: SmallBank) -> None:
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    run(
        small.bank,
        sign_in=lambda: _answered(lambda: engine_session(small.bank)),
        stop=lambda: bool(stopped),
        pause_s=PAUSE_S,
        lease_s=LEASE_S,
    )


def _teller(small: SmallBank, payments: int, spoken: Connection) -> None:
    tom: Any = _answered(lambda: small.another_session("tom"))
    for number, key in _numbered(payments):
        if number % DEPOSIT_EVERY == 0:
            asked: dict[str, Any] = {"payee": small.customers[0], "asset": DEUR, "amount": units(DEPOSIT_UNITS)}
            request = _answered(lambda: issue_request(small.bank, **asked, by=tom, key=f"ask-{key}"))  # noqa: B023
            small.port.deposit(TOKEN, request.deposit_address, DEPOSIT_UNITS)  # type: ignore[union-attr]
        parties = {"debtor": f"customer/{small.customers[0]}", "creditor": outsider(number).caip10(CHAIN_ID)}
        out = {**parties, "amount": units(amount(number)), "by": tom, "key": key}
        paid = _answered(lambda: pay(small.bank, **out))  # noqa: B023
        assert isinstance(paid, Payment), paid
        spoken.send((key, paid.id))


def _numbered(payments: int) -> Iterator[tuple[int, str]]:
    for number in range(payments):
        yield number, f"out-{number}"
        time.sleep(0.02)


def _answered(call: Any) -> Any:
    """Repeat while nobody can answer: with the same key that is safe."""
    while True:
        try:
            return call()
        except Unavailable:
            time.sleep(0.01)
