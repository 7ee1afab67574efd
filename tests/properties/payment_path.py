"""One payment's way through, made by a worker that is traced; and what must be so wherever it was cut off."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any, ClassVar, cast

from sqlalchemy import func, select

from tests.properties.business_day import Answers
from tests.properties.crashes import RemoteChain
from tests.properties.money_checks import check_books
from tests.properties.small_bank import CHAIN_ID, START_UNITS, SmallBank, units
from tests.traced import Call, Traced
from tokenpay.errors import TokenpayError
from tokenpay.money.address import Address
from tokenpay.operations.pay import pay
from tokenpay.operations.read import balances, get_payment
from tokenpay.operations.reconcile import reconcile
from tokenpay.payments.payment import ENDED, Payment, PaymentState
from tokenpay.ports import Chain
from tokenpay.primitives.keccak import keccak256
from tokenpay.store.tables import audit_records, metadata, outbox

UNITS = 1
"""What each payment is of."""
_MOST_TURNS = 20
_TABLES = metadata.tables.values()
_ROWS = select(*(select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in _TABLES))


@dataclass(kw_only=True)
class Path:
    """A kind of payment, made once a telling; a second telling under the same key must change nothing."""

    small: SmallBank
    answers: Answers = field(default_factory=Answers)
    told: int = 0
    """So many payments were made, whatever happened to them at first."""
    before: Counter[str] = field(default_factory=Counter)
    """The rows of the bank before this payment, and `written`: those of each payment."""
    written: Counter[str] = field(default_factory=Counter)
    signs: ClassVar[bool]
    """Whether the bank's keys are needed for it."""
    outcome: dict[str, Any] = field(default_factory=dict)
    """What a worker said last that was not killed."""
    events: ClassVar[tuple[str, ...]]
    """What the outbox tells of one of them, when it is final."""
    repeated: ClassVar[frozenset[str]] = frozenset()
    """Where a payment that was killed may have more rows than one that was not."""

    def __post_init__(self) -> None:
        self.small.signer = self.signs
        self.small.reopen()
        self.before = self.rows()
        calls_of(self)  # what the first of a customer makes besides, the others find; and it fills `written`
        self.written.clear()

    def begin(self) -> None:
        """A new payment, made by nobody yet; no connection is open that a worker would share."""
        self.told += 1
        self.small.bank.store.close()

    @property
    def key(self) -> str:
        return f"{type(self).__name__}-{self.told}"

    def work(self, line: Connection, ready: Callable[[], None]) -> None:
        """The worker's whole life: get ready, and make the payment."""
        self.reach(line)
        ready()
        self.make(self.speaker(line))

    def reach(self, line: Connection) -> None:
        """Reach the database and the chain anew, from the worker."""
        self.small.remote = chain = RemoteChain(line, CHAIN_ID)
        self.small.use(replace(self.small.bank, chains={CHAIN_ID: cast("Chain", chain)}))
        balances(self.small.bank, self.small.customers[0], by=self.small.sessions["tom"])
        with self.small.bank.store.trial() as uow:
            uow.facts.get("name")

    def speaker(self, line: Connection) -> Callable[[Payment], object]:
        """Return what tells an answer to who waits for it."""
        return lambda answer: line.send(("said", (self.key, answer.id, answer.state), {}))

    def pay(self, creditor: str) -> Payment:
        debtor = f"customer/{self.small.customers[0]}"
        paid = pay(
            self.small.bank,
            debtor=debtor,
            creditor=creditor,
            amount=units(UNITS),
            by=self.small.sessions["tom"],
            key=self.key,
        )
        assert isinstance(paid, Payment), paid
        return paid

    def make(self, said: Callable[[Payment], object]) -> Payment:
        """Make the payment, from the call to the end of it, and say so when it is answered."""
        raise NotImplementedError

    def expected_units(self) -> tuple[int, int]:
        """What the two customers have when all payments so far are made."""
        raise NotImplementedError

    # --- what must be so

    def recover(self, *, whole: bool = True) -> None:
        """Reach the database anew, look at what was left and at what was answered, and make the payment again.

        `whole`: open the bank again and replay all its books before; else that is left for the `end`.
        """
        small = self.small
        small.clock.at_s = max(small.clock.at_s, small.chain.head().timestamp_s)
        if whole:
            small.reopen()
            check_books(small)
        self.check_rows(self.answers.known)
        self.answers.check(small)
        self.answers.known.clear()
        paid = self.make(lambda answer: None)
        assert paid.state is PaymentState.FINAL, paid
        self.check_events(paid)
        self.check_balances()
        rows = self.rows()
        written = Counter({table: n for table, n in (rows - self.before).items() if table not in self.repeated})
        assert written == (self.written or written), "it wrote other rows than the one before"
        self.written, self.before = written, rows

    def check_rows(self, answered: Collection[str]) -> None:
        """What was left is nothing of it, or all of it where it is one unit of work."""

    def rows(self) -> Counter[str]:
        """How many rows each table holds."""
        with self.small.bank.store.read() as uow:
            return Counter(uow.connection.execute(_ROWS).one()._asdict())

    def end(self) -> None:
        """Look at all there is, once more, when nothing is made any more."""
        self.small.reopen()
        check_books(self.small)
        self.check_balances()
        assert reconcile(self.small.bank, by=self.small.sessions["ann"]).holds
        with self.small.bank.store.read() as uow:
            made = uow.connection.execute(select(func.count()).where(outbox.c.kind == "payment.final")).scalar()
        assert made == self.told

    def check_balances(self) -> None:
        tom = self.small.sessions["tom"]
        amounts = [balances(self.small.bank, customer, by=tom) for customer in self.small.customers]
        assert tuple(amount.units for found in amounts for amount in found) == self.expected_units()

    def check_events(self, paid: Payment) -> None:
        """The outbox tells of it once, and so does the audit trail, in the same words."""
        with self.small.bank.store.read() as uow:
            told = uow.connection.execute(select(outbox.c.kind).where(outbox.c.subject == paid.id)).scalars()
            assert Counter(told) == Counter(self.events), paid
            written = uow.connection.execute(select(audit_records.c.action).where(audit_records.c.subject == paid.id))
            assert Counter(written.scalars()) == Counter(self.events), paid

    # --- at the other end of the line

    def serve(self, traced: Traced, call: Call) -> None:
        """Hear what the worker said, and where it waits for the chain, be that."""
        if call.name == "read":
            self.hear(traced.line)

    def hear(self, line: Connection, *, answering: bool = True) -> None:
        """Take in all that was sent down the line; what was asked of the chain and not answered never got there."""
        while line.poll(0):
            try:
                name, given, named = line.recv()
            except (EOFError, ConnectionResetError):
                return
            if name == "said":
                self.answers.add(*given)
            elif name == "outcome":
                self.outcome = named
            elif answering:
                line.send(self._of_chain(name, given, named))

    def _of_chain(self, name: str, given: Any, named: Any) -> Any:
        try:
            return getattr(self.small.chain, name)(*given, **named)
        except TokenpayError as error:
            return error


class BookPayment(Path):
    """From one customer to another: session, gate, ledger, audit and outbox in one unit of work."""

    signs = False
    events = ("payment.final",)

    def check_rows(self, answered: Collection[str]) -> None:
        left = self.rows() - self.before
        assert not self.written or left in ([self.written] if answered else [Counter(), self.written]), (
            "half of it was left"
        )

    def make(self, said: Callable[[Payment], object]) -> Payment:
        paid = self.pay(f"customer/{self.small.customers[1]}")
        said(paid)
        return paid

    def expected_units(self) -> tuple[int, int]:
        moved = self.told * UNITS
        return START_UNITS - moved, START_UNITS + moved


class ChainPayment(Path):
    """To an address on the chain: the engine gives it a nonce, has it signed, sends it, and sees it final."""

    signs = True
    repeated = frozenset({"attempts"})  # one whose answer was lost is made again
    events = tuple(f"payment.{state}" for state in ("cleared", "assigned", "signed", "sent", "included", "final"))

    def make(self, said: Callable[[Payment], object]) -> Payment:
        outsider = Address(keccak256(self.key.encode())[:20])
        paid = self.pay(outsider.caip10(CHAIN_ID))
        said(paid)
        for _ in range(_MOST_TURNS):
            error = self.small.turn().chains[0].error
            if error is not None:
                raise error
            paid = get_payment(self.small.bank, paid.id, by=self.small.sessions["tom"])
            if paid.state in ENDED:
                break
            self.small.mine()
        said(paid)
        return paid

    def expected_units(self) -> tuple[int, int]:
        return START_UNITS - self.told * UNITS, START_UNITS


def cut(path: Path, at: int, *, whole: bool = True) -> str:
    """Make a new payment, kill the worker before its call of this number, recover; return what the call was.

    Empty when it was over before.
    """
    path.begin()
    traced, name = Traced(path.work), ""
    for number, call in enumerate(traced.calls()):
        path.serve(traced, call)
        if number == at:
            name = call.name
            break
    end(path, traced, killed=bool(name))
    path.recover(whole=whole)
    return name


def calls_of(path: Path) -> list[str]:
    """Return the calls of a whole payment, in their order."""
    path.begin()
    traced, names = Traced(path.work), []
    for call in traced.calls():
        path.serve(traced, call)
        names.append(call.name)
    end(path, traced, killed=False)
    path.recover(whole=False)
    return names


def end(path: Path, traced: Traced, *, killed: bool) -> None:
    """Hear the last that the worker said, and let it go."""
    traced.kill()
    path.hear(traced.line, answering=False)
    traced.line.close()
    assert killed or traced.exit_code == 0, "the worker failed by itself"
