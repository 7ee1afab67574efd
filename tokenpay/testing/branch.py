"""A small bank on fakes: two supervisors, a teller, two customers, a chain in memory and a printer.

For examples, tests and trying things out. Everything repeats: the clock stands still until it is moved,
and the entropy starts from a seed. Not for real money.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

from tokenpay.bank import Bank
from tokenpay.bootstrap import engine_session, found_bank, open_bank
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.counter.cash_count import CashCount
from tokenpay.engine import run_once
from tokenpay.errors import InvalidRequest, WrongState
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.money.tariff import Tariff
from tokenpay.operations.approve import approve
from tokenpay.operations.assets import register_asset
from tokenpay.operations.credentials import set_pin
from tokenpay.operations.customers import enrol_customer
from tokenpay.operations.found import Founder
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.load_list import load_list
from tokenpay.operations.move_cash import receive_cash
from tokenpay.operations.open_session import open_session
from tokenpay.operations.read import balances, find_asset
from tokenpay.operations.recognise_holding import recognise_holding
from tokenpay.operations.sweep import sweep
from tokenpay.parties.customer import Customer
from tokenpay.parties.operator import Role
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, PaymentState, Refusal
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.settings import ChainSettings, PasskeySettings
from tokenpay.testing.fake_chain import OUTSIDER, FakeChain
from tokenpay.testing.fake_printer import FakePrinter
from tokenpay.testing.fake_rates import FakeRates
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

CONTRACT = Address(b"\x01" * 20)
TOKEN = Asset.token(31_337, CONTRACT, symbol="DEUR", decimals=6)
CASH = Asset.cash("EUR")
DENIED = Address(b"\x66" * 20)
PASSWORD = "at-the-desk"  # noqa: S105 - every door of this bank
PIN = "271828"
PASSKEYS = PasskeySettings(domain="bank.example", origins=("https://bank.example",), authenticator="software")
PEOPLE = [
    Founder(id="vera", name="Vera Lind", password=PASSWORD, role=Role.SUPERVISOR),
    Founder(id="otto", name="Otto Brandt", password=PASSWORD, role=Role.SUPERVISOR),
    Founder(id="tim", name="Tim Wolf", password=PASSWORD, role=Role.TELLER),
]


def euro(text: str) -> Amount:
    """Return an amount of the branch's token, the demo euro."""
    return Amount.parse(text, TOKEN)


LIMITS = AssetLimits(
    payment_units=euro("10000").units,
    alone_units=euro("1000").units,
    customer_day_units=euro("50000").units,
    operator_day_units=euro("50000").units,
)
CASH_LIMITS = AssetLimits(
    payment_units=1_000_000, alone_units=50_000, customer_day_units=5_000_000, operator_day_units=5_000_000
)
TARIFF = Tariff(
    token=TOKEN.id,
    currency=CASH.symbol,
    sell_basis_points=50,
    buy_basis_points=50,
    fee_basis_points=0,
    fee_minimum_units=100,
    quote_lifetime_s=300,
    rate_max_age_s=3_600,
)
POLICY = Policy(
    limits={TOKEN.id: LIMITS, CASH.id: CASH_LIMITS},
    hours=Hours.always(),
    list_max_age_s=7 * 86_400,
    tariffs=(TARIFF,),
)


@dataclass(frozen=True, kw_only=True)
class Branch:
    """An open bank with the sessions of its people (Vera and Otto supervise, Tim is the teller) and two customers."""

    bank: Bank
    chain: FakeChain
    clock: FakeClock
    rates: FakeRates
    printer: FakePrinter
    vera: Session
    otto: Session
    tim: Session
    engine: Session
    anna: Customer
    boris: Customer

    def issue(self, payee: Customer, amount: Amount, *, key: str) -> PaymentRequest:
        """Issue a request for a customer, by Tim."""
        return issue_request(self.bank, payee=payee.id, asset=TOKEN, amount=amount, by=self.tim, key=key)

    def receive(self, request: PaymentRequest, amount: Amount, *, sender: Address = OUTSIDER) -> None:
        """Let somebody pay a request's address on the chain, and carry it to finality."""
        if request.deposit_address is None:
            raise InvalidRequest("the request has no address on the chain")
        self.chain.deposit(CONTRACT, request.deposit_address, amount.units, sender=sender)
        self.turn()

    def fill_counter(self, *, tokens: Amount, cash: CashCount) -> None:
        """Give the bank tokens of its own, and its vault cash that two people take in."""
        self.chain.deposit(CONTRACT, self.bank.required_signer().treasury(), tokens.units)
        self.turn()
        recognise_holding(self.bank, asset_id=TOKEN.id, by=self.vera)
        delivery = receive_cash(self.bank, count=cash, by=self.vera, key="fill-counter")
        if isinstance(delivery, Payment) and delivery.state is PaymentState.HELD:
            approve(self.bank, delivery.id, by=self.otto)

    def turn(self, blocks: int = 3) -> None:
        """Let the engine turn, the chain make blocks, and the engine turn again."""
        run_once(self.bank, by=self.engine)
        self.chain.mine(blocks)
        run_once(self.bank, by=self.engine)

    def fill_treasury(self) -> int:
        """Give the treasury coin for gas, bring the deposits to it, and return how many sweeps that took."""
        coin = find_asset(self.bank, "ETH")
        self.chain.deposit(None, self.bank.required_signer().treasury(), 10**18)
        self.turn()
        recognise_holding(self.bank, asset_id=coin.id, by=self.vera)
        sweeps = sweep(self.bank, asset_id=TOKEN.id, by=self.engine)
        self.turn()
        return len(sweeps)

    def fill_vault(self, pieces: str) -> Payment:
        """Deliver counted cash in EUR, such as `8x50, 5x20`, into the vault, by Vera and where it must be by Otto."""
        count = CashCount.parse(pieces, CASH.symbol)
        delivered = receive_cash(self.bank, count=count, by=self.vera, key=f"delivery/{self.clock.now_s()}/{pieces}")
        if isinstance(delivered, Refusal):
            raise WrongState("the delivery was refused", reasons=", ".join(why.code for why in delivered.reasons))
        if delivered.state is PaymentState.HELD:
            return approve(self.bank, delivered.id, by=self.otto)
        return delivered

    def balance(self, customer: Customer) -> str:
        """Return what a customer has, as text."""
        return " ".join(str(amount) for amount in balances(self.bank, customer.id, by=self.tim)) or "nothing"


@dataclass(frozen=True, kw_only=True)
class _Fakes:
    chain: FakeChain
    clock: FakeClock
    entropy: FakeEntropy
    rates: FakeRates
    printer: FakePrinter

    def open(self, folder: Path) -> AbstractContextManager[Bank]:
        return open_bank(
            folder,
            signer=True,
            clock=self.clock,
            entropy=self.entropy,
            chain_ports={self.chain.chain_id: self.chain},
            rates=self.rates,
            printer=self.printer,
        )


@dataclass(frozen=True, kw_only=True)
class _Founded:
    """A bank as it begins, closed: `place` keeps its folder until the process ends."""

    place: TemporaryDirectory[str]
    fakes: _Fakes
    faces: dict[str, Any]


@contextmanager
def open_branch(before: Callable[[Branch], object] | None = None) -> Iterator[Branch]:
    """Open a bank whose people are signed in and whose customer Anna has 2000 DEUR from a deposit.

    Each one begins the same, in a temporary folder of its own: the first founds it, later ones are copies.
    `before` lets more happen there first, once too: later ones with the same function are copies of what came of it.
    """
    founded = _founded() if before is None else _lived(before)
    with TemporaryDirectory() as temporary, _copy(founded, Path(temporary) / "bank") as (branch, _):
        yield branch


@contextmanager
def _copy(founded: _Founded, folder: Path) -> Iterator[tuple[Branch, _Fakes]]:
    fakes = deepcopy(founded.fakes)
    copytree(founded.place.name, folder, dirs_exist_ok=True)
    with fakes.open(folder) as bank:
        yield _branch(bank, fakes, founded.faces), fakes


@cache
def _lived(before: Callable[[Branch], object]) -> _Founded:
    place = TemporaryDirectory()
    with _copy(_founded(), Path(place.name)) as (branch, fakes):
        before(branch)
    return _Founded(place=place, fakes=fakes, faces=_founded().faces)


def _branch(bank: Bank, fakes: _Fakes, faces: dict[str, Any]) -> Branch:
    """Return the branch at an open bank; `faces` are its people's sessions and its customers, by their first names."""
    return Branch(bank=bank, chain=fakes.chain, clock=fakes.clock, rates=fakes.rates, printer=fakes.printer, **faces)


@cache
def _founded() -> _Founded:
    chain, clock, entropy = FakeChain(), FakeClock(), FakeEntropy()
    chain.add_token(CONTRACT)
    rates = FakeRates(clock)
    rates.set(TOKEN, CASH, "1")
    fakes = _Fakes(chain=chain, clock=clock, entropy=entropy, rates=rates, printer=FakePrinter())
    place = TemporaryDirectory()
    found_bank(
        Path(place.name),
        name="Example Bank",
        founders=PEOPLE,
        policy=POLICY,
        chains=[ChainSettings(chain_id=chain.chain_id, name="in memory", confirmations=2)],
        passkeys=PASSKEYS,
        demo=True,
        password_cost=2**12,  # quick to open, and to guess: for examples only
        clock=clock,
        entropy=entropy,
        chain_ports={chain.chain_id: chain},
    )
    with fakes.open(Path(place.name)) as bank:
        faces: dict[str, Any] = {
            person.id: open_session(bank, operator_id=person.id, password=PASSWORD, terminal="counter-1")
            for person in PEOPLE
        }
        vera, tim = faces["vera"], faces["tim"]
        for asset in (TOKEN, CASH):
            register_asset(bank, asset, by=vera)
        load_list(bank, name="own", form=ListForm.OWN, files=[f"{DENIED}\n".encode()], dated_s=clock.now_s(), by=vera)
        faces["engine"] = engine_session(bank)
        faces["anna"] = enrol_customer(bank, name="Anna Berger", by=tim, key="enrol-anna")
        faces["boris"] = enrol_customer(bank, name="Boris Keller", by=tim, key="enrol-boris")
        branch = _branch(bank, fakes, faces)
        branch.receive(branch.issue(branch.anna, euro("2000"), key="first"), euro("2000"))
        for person in PEOPLE:
            set_pin(bank, pin=PIN, by=faces[person.id])
    return _Founded(place=place, fakes=fakes, faces=faces)
