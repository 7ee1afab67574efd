"""Everything there is in a simulation: the bank, its people and customers, the chain, and who was told what."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tokenpay.bank import Bank
from tokenpay.compliance.policy import Policy
from tokenpay.errors import Halted, SessionExpired, WrongState
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.operations.controls import accept_clock
from tokenpay.operations.open_session import open_session
from tokenpay.parties.operator import Role
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, Refusal
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.store.memory_image import put_image
from tokenpay.testing.fake_chain import FakeChain
from tokenpay.testing.fake_rates import FakeRates
from tokenpay.testing.simulator.answers import Answer, Answers, id_of
from tokenpay.testing.simulator.books import Books
from tokenpay.testing.simulator.broken import Broken
from tokenpay.testing.simulator.carried import Carried
from tokenpay.testing.simulator.chance import Chance, SeededEntropy
from tokenpay.testing.simulator.node import Node
from tokenpay.testing.simulator.power_cut import PowerCut, Steps
from tokenpay.testing.simulator.virtual_clock import VirtualClock

REMEMBERED = 40
_MOST_TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the bank, and the terminal they stand at."""

    id: str
    role: Role
    branch: str
    terminal: str
    password: str = field(repr=False)


@dataclass(kw_only=True)
class World:
    """One bank and all around it. `token` and `cash` are what it pays in.

    Acts ask the bank through `ask`, which lives through crashes, lost answers and ended sessions as callers do.
    """

    bank: Bank
    chain: FakeChain
    node: Node
    clock: VirtualClock
    entropy: SeededEntropy
    rates: FakeRates
    policy: Policy
    token: Asset
    coin: Asset
    cash: Asset
    people: dict[str, Person]
    steps: Steps
    sessions: dict[str, Session] = field(default_factory=dict)
    customers: list[str] = field(default_factory=list)
    requests: deque[PaymentRequest] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    payments: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    answers: Answers = field(default_factory=Answers)
    tally: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lose_answer: bool = False
    """The next answer of a verb does not reach who asked."""
    repeat_call: bool = False
    """The next call of a verb is made twice."""
    two_tills: bool = False
    """This step has two callers at once."""
    step: int = 0
    spells: dict[str, tuple[int, Callable[["World"], None]]] = field(default_factory=dict)
    """What stays wrong until a step, and how it ends."""
    halted_for_a_lie: bool = False
    disk: Any = field(init=False)
    """The database's own connection: what is read there goes past the library."""
    books: Books = field(init=False)
    carried: Carried = field(init=False)

    def __post_init__(self) -> None:
        dialect: Any = self.bank.store.engine.dialect
        # A crash would close the connection, and with it lose the disk that it stands for.
        dialect.do_close = dialect.do_terminate = _leave_open
        self.disk = self._connected()
        self.carried = Carried(self.chain, self.bank.required_signer().treasury())
        self.books = Books(lambda: self.disk)
        self.books.watch()

    def close(self) -> None:
        """End the simulated machine, and its database with it."""
        self.bank.store.close()
        self.disk.close()

    def _connected(self) -> Any:
        """Return the database's own connection, past the library."""
        return self.bank.store.engine.raw_connection().driver_connection

    def look(self) -> None:
        """Follow the chain and the books to where they stand."""
        self.carried.look()
        self.books.read()
        self.books.take_carried(self.carried)

    def look_anew(self) -> None:
        """Read the chain and the books from their beginning."""
        self.carried = Carried(self.chain, self.carried.treasury)
        self.books = Books(lambda: self.disk)
        self.carried.look()
        self.books.read_all()
        self.books.take_carried(self.carried)

    def amount(self, units: int) -> Amount:
        return Amount(self.token, units)

    def final_number(self) -> int:
        """Return the last block that the books judged final."""
        return int(self.books.ask("SELECT final_number FROM chains")[0][0])

    def halted(self) -> str:
        """Return why the books halted the chain, or nothing."""
        return str(self.books.ask("SELECT halted FROM chains")[0][0])

    def end_spells(self, step: int | None = None) -> None:
        """End what was wrong until this step, or everything."""
        for name, (last, end) in list(self.spells.items()):
            if step is None or last <= step:
                end(self)
                del self.spells[name]

    # --- people

    def people_in(self, role: Role, branch: str | None = None) -> list[str]:
        """Return who has a role, at one branch or anywhere, in order."""
        return [p.id for p in self.people.values() if p.role is role and branch in (None, p.branch)]

    def session(self, who: str) -> Session:
        """Return somebody's session; they sign in where they have none."""
        if who not in self.sessions:
            person = self.people[who]
            self.sessions[who] = open_session(
                self.bank, operator_id=who, password=person.password, terminal=person.terminal
            )
        return self.sessions[who]

    # --- asking the bank

    def ask(self, chance: Chance, who: str, verb: Callable[..., Any], /, *, keyed: bool = True, **content: Any) -> Any:
        """Call a verb of the bank as `who`, whatever happens meanwhile, and return its answer.

        `keyed`: it takes a key, gets a new one, and is asked again with that. What it refuses by an error is raised.
        """
        key = chance.key() if keyed else ""
        named = {**content, "key": key} if keyed else content

        def call() -> Any:
            return verb(self.bank, by=self.session(who), **named)

        answer = self._told(call, keyed)
        if self.lose_answer:
            self.lose_answer = False
            self.faults["lost answer"] += 1
            self.clock.advance(chance.of("lost answer").randint(1, 60))
            answer = self._same(answer, self._told(call, keyed=True), keyed)
        if self.repeat_call:
            self.repeat_call = False
            self.faults["duplicate"] += 1
            answer = self._same(answer, self._told(call, keyed=True), keyed)
        known_by = id_of(answer)
        if keyed and known_by is not None:
            self.answers.add(Answer(key=key, id=known_by, again=lambda: self._told(call, keyed=True)))
        if keyed:
            self.payments += [one.id for one in _each(answer) if isinstance(one, Payment)]
        return answer

    def _told(self, call: Callable[[], Any], keyed: bool) -> Any:
        """Make a call until it is answered: through a crash, an ended session, and a clock that was set right."""
        crashed = False
        for _ in range(_MOST_TRIES):
            try:
                return call()
            except PowerCut:
                crashed = True
                self.restart()
            except SessionExpired:
                self.sessions.clear()
            except Halted:
                if self.halted() or not self.accept_clock():
                    raise
            except WrongState:
                if crashed and not keyed:
                    return None  # it was done before the crash
                raise
        raise Broken("every_call_is_answered", "a call was made again and again, and never answered")

    def _same(self, answer: Any, again: Any, keyed: bool) -> Any:
        """Return a repeated call's answer; raises Broken unless it is of the same thing."""
        if keyed and not isinstance(answer, Refusal) and id_of(again) != id_of(answer):
            raise Broken("nothing_answered_is_lost", f"{id_of(answer)} was answered, and then something else")
        return again

    def accept_clock(self) -> bool:
        """Let a supervisor look at the clock: set right, what it recorded ahead is accepted."""
        if self.clock.ahead_s:
            return False
        supervisor = self.people_in(Role.SUPERVISOR)[0]
        return bool(self._told(lambda: accept_clock(self.bank, by=self.session(supervisor)), keyed=False))

    def restart(self) -> None:
        """Throw the bank away where it stopped, and open it on what it had committed. Sessions ended with it."""
        self.faults[f"crash {self.steps.last.split(' ')[0]} a {_effect(self.steps.last)}"] += 1
        self.steps.arm()
        self.disk.rollback()
        self.books.pause()
        image = self.disk.serialize()
        put_image(self.bank.store, image)
        self.disk.close()
        self.disk = self._connected()
        self.bank = replace(self.bank)
        self.books.watch()
        self.sessions.clear()


def _each(answer: Any) -> tuple[Any, ...]:
    """Return the outcomes in an answer: those of a batch, or the one."""
    return answer if isinstance(answer, tuple) else (answer,)


def _leave_open(connection: Any) -> None:
    """Close nothing: the world closes what it has copied."""


def _effect(step: str) -> str:
    """Return what a counted step is about: a commit, a statement or a call to a port."""
    what = step.split(" ", 1)[1]
    if "commit" in what:
        return "commit"
    return "statement" if what.split(" ")[0].isupper() else "call"
