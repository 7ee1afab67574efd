"""One account that many processes pay from at once, until its day's limit and its money are used up, and the proof."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from random import Random

from sqlalchemy import select

from tests.decree import decree
from tests.forked import forked
from tests.properties.small_bank import DEUR, LIMITS, START_UNITS, TOKEN, SmallBank, units
from tokenpay.errors import Unavailable
from tokenpay.ledger.chart import AccountKind, account_id
from tokenpay.money.amount import Amount
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.pay import pay
from tokenpay.operations.pay_batch import pay_batch
from tokenpay.operations.reconcile import reconcile
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import Payment, PaymentState, Refusal
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.store.tables import keys, limit_counters, payments

DAYS = 2
"""On the first day the limit stops the payers, on the last one the balance."""
MOST_UNITS = 100
_UNITS_AN_ATTEMPT = 25
"""The account is given half of what the attempts ask for."""
_DAY_PER_CENT = 60
_REPEATS = 0.125
"""So many calls ask again what they, or another process, have asked before under the same key."""
_BATCHES = 0.5
"""So many calls are batches, where there are any; the others are single payments."""
_PAGE = 10_000

LIMIT, FUNDS = "limit.customer_day", "funds.insufficient"
PAID, AGAIN = "paid", "paid before, asked again"


@dataclass(kw_only=True)
class Told:
    """What one process was answered: the payment of each attempt, what was refused, and how often what.

    An attempt is named by its key, in a batch with the number of its line behind.
    """

    payments: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)
    """The keys of those that were answered."""
    outcomes: Counter[str] = field(default_factory=Counter)
    isolation: str = ""


@dataclass(kw_only=True)
class HotAccount:
    """So many attempts in total to pay from the first customer to the second, shared among processes.

    With `lines` half of the calls are batches of so many, each line an attempt. A process that is turned away asks
    again at once, which is another attempt. `isolation` is PostgreSQL's level for units of work; empty: as it comes.
    After `most_s` it ends early, half of that time for each day.
    """

    small: SmallBank
    processes: int
    attempts: int
    seed: int
    lines: int = 0
    isolation: str = ""
    most_s: float = float("inf")
    told: Told = field(default_factory=Told)
    took_s: float = 0
    paid_units: Counter[int] = field(default_factory=Counter)
    """By day, of what was acknowledged."""
    _given: int = 0

    @property
    def made(self) -> int:
        return self.told.outcomes.total()

    def run(self) -> None:
        """Pay for all days, and prove what is left."""
        self._prepare()
        for day in range(DAYS):
            self._live(day)
            self.small.clock.advance(86_400)
        self.small.open()
        self.small.sign_in()
        self._prove()

    def _prepare(self) -> None:
        """Endow the account, set its limit, and leave the bank closed: no connection is shared with a process."""
        small = self.small
        engine = small.bank.store.engine
        if self.isolation:
            with engine.begin() as connection:
                connection.exec_driver_sql(
                    f"ALTER DATABASE \"{engine.url.database}\" SET default_transaction_isolation TO '{self.isolation}'"
                )
        self._given = max(START_UNITS, _UNITS_AN_ATTEMPT * self.attempts)
        day_units = self._given * _DAY_PER_CENT // 100
        with small.bank.store.unit_of_work() as uow:
            policy = uow.policies.newest()
            limits = replace(LIMITS, customer_day_units=day_units, operator_day_units=10**12)
            changed = replace(policy, version=policy.version + 1, limits={DEUR.id: limits})
            ann, bob = small.sessions["ann"], small.sessions["bob"]
            decree(uow, changed, maker=ann, checker=bob, at_s=small.clock.now_s())
        if more := self._given - START_UNITS:
            self._endow(more)
        small.close()
        small.signer = False  # as a till

    def _endow(self, more: int) -> None:
        """Let so many units more reach the account, by a deposit that becomes final."""
        small, ann = self.small, self.small.sessions["ann"]
        payee, amount = small.customers[0], units(more)
        request = issue_request(small.bank, payee=payee, asset=DEUR, amount=amount, by=ann, key="endow")
        assert request.deposit_address is not None
        small.chain.deposit(TOKEN, request.deposit_address, more)
        small.mine()
        small.settle_all(4)

    # The payers

    def _live(self, day: int) -> None:
        """Let every process pay for a day, all starting together, and gather what they were told."""
        payers = [
            forked(lambda line, number=number: self._payer(line, day, number), duplex=True)  # type: ignore[misc]
            for number in range(self.processes)
        ]
        for _, line in payers:
            line.recv()
        began = time.monotonic()
        for _, line in payers:
            line.send("go")
        for process, line in payers:
            self._gather(line.recv())
            assert os.waitpid(process, 0)[1] == 0
        self.took_s += time.monotonic() - began

    def _payer(self, line: Connection, day: int, number: int) -> None:
        """Pay in a process of its own, with connections and a session of its own."""
        small = self.small
        small.open()
        by, told, random = self._session(), Told(), Random(f"{self.seed}/{day}/{number}")
        with small.bank.store.unit_of_work() as uow:
            if uow.connection.dialect.name == "postgresql":
                told.isolation = str(uow.connection.exec_driver_sql("SHOW transaction_isolation").scalar_one())
        share = self.attempts * (day + 1) // DAYS - self.attempts * day // DAYS
        share = share * (number + 1) // self.processes - share * number // self.processes
        line.send("ready")
        line.recv()
        asked, waiting, until_s = 0, "", time.monotonic() + self.most_s / DAYS
        while told.outcomes.total() < share and time.monotonic() < until_s:
            if waiting:
                key = waiting
            elif asked and random.random() < _REPEATS:
                key = f"{day}/{random.randrange(self.processes)}/{random.randrange(asked)}"
            else:
                key, asked = f"{day}/{number}/{asked}", asked + 1
            waiting = "" if self._ask(key, by, told) else key
        line.send(told)

    def _session(self) -> Session:
        """Sign in at a terminal of this process; under a strict level many at once are turned away."""
        while True:
            try:
                return self.small.another_session("tom")
            except Unavailable:
                time.sleep(0.05)

    def _ask(self, key: str, by: Session, told: Told) -> bool:
        """Ask once, for one payment or a batch of them; return whether there was an answer."""
        debtor, creditor = (f"customer/{customer}" for customer in self.small.customers)
        names = [f"{key}#{line}" for line in range(self.lines)] if self._is_batch(key) else [key]
        amounts = [units(self.units_of(name)) for name in names]
        bank, answers = self.small.bank, tuple[Payment | Refusal, ...]()
        try:
            if self._is_batch(key):
                orders = [PaymentOrder(debtor=debtor, creditor=creditor, amount=amount) for amount in amounts]
                answers = pay_batch(bank, orders=orders, by=by, key=key)
                told.batches.add(key)
            else:
                answers = (pay(bank, debtor=debtor, creditor=creditor, amount=amounts[0], by=by, key=key),)
        except Unavailable as error:
            told.outcomes[f"turned away: {error.message}"] += len(names)
            return False
        for name, amount, answer in zip(names, amounts, answers, strict=True):
            self._hear(name, amount, answer, told)
        return True

    def _hear(self, name: str, amount: Amount, answer: Payment | Refusal, told: Told) -> None:
        if isinstance(answer, Payment):
            assert (answer.state, answer.intent.amount) == (PaymentState.FINAL, amount)
            assert told.payments.get(name, answer.id) == answer.id, "a key was answered twice, differently"
            told.outcomes[AGAIN if name in told.payments else PAID] += 1
            told.payments[name] = answer.id
        else:
            told.outcomes["refused: " + " and ".join(sorted(reason.code for reason in answer.reasons))] += 1
            told.refused.add(name)

    def _is_batch(self, key: str) -> bool:
        return self.lines > 0 and Random(f"{self.seed}/{key}/batch").random() < _BATCHES

    def units_of(self, name: str) -> int:
        """What is asked for in an attempt: whoever asks again says the same."""
        return Random(f"{self.seed}/{name}").randint(1, MOST_UNITS)

    def _gather(self, one: Told) -> None:
        told = self.told
        for name, payment in one.payments.items():
            if name in told.payments:  # two processes asked, and each counted it as its own
                assert told.payments[name] == payment, "a key was answered twice, differently"
                one.outcomes[PAID] -= 1
                one.outcomes[AGAIN] += 1
            told.payments[name] = payment
        told.refused |= one.refused
        told.batches |= one.batches
        told.outcomes += one.outcomes
        told.isolation = one.isolation

    # The proof

    def _prove(self) -> None:
        """Compare every answer with every row, the account with its own history, and the books with themselves."""
        small, told = self.small, self.told
        assert told.payments.keys().isdisjoint(told.refused), "an attempt was both paid and refused, in one day"
        with small.bank.store.read() as uow:
            stored = uow.connection.execute(select(payments.c.id, payments.c.state, payments.c.asset_id))
            standing = {row.id: row.state for row in stored if row.asset_id == DEUR.id}
            bound = select(keys.c.key, keys.c.result_id, keys.c.verb).where(keys.c.verb.in_([Purpose.PAYMENT, "batch"]))
            rows = uow.connection.execute(bound).all()
            single = {name: id for name, id in told.payments.items() if "#" not in name}
            assert {row.key: row.result_id for row in rows if row.verb == Purpose.PAYMENT} == single
            assert {row.key for row in rows if row.verb == "batch"} == told.batches
            assert standing == dict.fromkeys(told.payments.values(), PaymentState.FINAL)
            for name in told.payments:
                self.paid_units[int(name.partition("/")[0])] += self.units_of(name)
            most = uow.policies.newest().limits[DEUR.id].customer_day_units
            counted = uow.connection.execute(
                select(limit_counters.c.used_units)
                .where(limit_counters.c.scope == f"customer/{small.customers[0]}")
                .order_by(limit_counters.c.day)
            ).scalars()
            used = [units for units in counted if units]
            assert used == [self.paid_units[day] for day in range(DAYS) if self.paid_units[day]], used
            assert max(used) <= most, "the day's limit was overrun"
        paid = self.paid_units.total()
        left, got = (list(self._balances(customer)) for customer in small.customers)
        assert min(left) >= 0, "the account was overdrawn"
        assert (left[-1], got[-1]) == (self._given - paid, START_UNITS + paid)
        assert reconcile(small.bank, by=small.sessions["ann"]).holds

    def _balances(self, customer: str) -> Iterator[int]:
        """Yield what a customer had after each entry."""
        account, seq = account_id(AccountKind.CUSTOMER, customer, DEUR.id), 0
        balance = 0
        with self.small.bank.store.read() as uow:
            while found := uow.ledger.entries(account, after_seq=seq, limit=_PAGE):
                for entry in found:
                    balance += entry.units if entry.side == "credit" else -entry.units
                    assert balance == entry.credits_after - entry.debits_after
                    yield balance
                seq = found[-1].seq
