"""A small bank on a fake chain: founded once a process and kind of database, and copied for every test.

Amounts are small numbers of smallest units, so that a test meets a limit by accident.
"""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

from tests.copied_database import beside, drop
from tokenpay.bank import Bank
from tokenpay.bootstrap import engine_session, found_bank, open_bank
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.compliance.risk.assessment import TOP
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.engine import Cycle, run_once
from tokenpay.ethereum.observed import Receipt
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.operations.assets import register_asset
from tokenpay.operations.customers import enrol_customer
from tokenpay.operations.found import Founder
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.load_list import load_list
from tokenpay.operations.open_session import open_session
from tokenpay.operations.recognise_holding import recognise_holding
from tokenpay.parties.operator import Role
from tokenpay.parties.session import Session
from tokenpay.ports import Chain, Entropy
from tokenpay.settings import ChainSettings, read_settings, write_settings
from tokenpay.testing import FakeChain
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

CHAIN_ID = 31_337
TOKEN = Address(b"\x11" * 20)
DEUR = Asset.token(CHAIN_ID, TOKEN, symbol="DEUR", decimals=2)
COIN = Asset.native(CHAIN_ID)
CONFIRMATIONS = 2
LIMITS = AssetLimits(payment_units=1_000, alone_units=100, customer_day_units=2_000, operator_day_units=3_000)
# What these banks are pressed with is nobody's habit: accounts are drained again and again, by the hour.
POLICY = Policy(
    limits={DEUR.id: LIMITS},
    hours=Hours.always(),
    list_max_age_s=10**9,
    risk=RiskLines(second_person_score=TOP, case_score=TOP),
)
START_UNITS = 5_000
"""What each of the first two customers has; the treasury holds as much beside it."""
ETHER = 10**18
PASSWORD = "correct horse battery"
_PEOPLE = {"ann": Role.SUPERVISOR, "bob": Role.SUPERVISOR, "tom": Role.TELLER}


def units(number: int) -> Amount:
    return Amount(DEUR, number)


@dataclass(kw_only=True)
class SmallBank:
    """An open bank, the world around it, and a session for each of its people."""

    directory: Path
    chain: FakeChain
    clock: FakeClock
    entropy: Entropy
    customers: list[str] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    port: Chain | None = None
    """What the bank reaches the chain through, where that is not the chain itself."""
    remote: Any = None
    """The chain, where it lives in another process."""
    signer: bool = True
    """Whether it is opened with its keys, as an engine does, or without, as a till does."""
    _stack: ExitStack = field(default_factory=ExitStack)
    _bank: Bank | None = None

    @property
    def bank(self) -> Bank:
        assert self._bank is not None
        return self._bank

    def use(self, bank: Bank) -> None:
        """Go on with this bank, which has the same store."""
        self._bank = bank

    def open(self) -> None:
        ports: dict[int, Chain] = {CHAIN_ID: self.port or self.chain}
        opened = open_bank(
            self.directory, signer=self.signer, clock=self.clock, entropy=self.entropy, chain_ports=ports
        )
        self._bank = self._stack.enter_context(opened)

    def close(self) -> None:
        self._stack.close()
        self._bank = None

    def reopen(self) -> None:
        self.close()
        self.open()

    def another_session(self, name: str) -> Session:
        """Sign in once more, at another terminal."""
        return open_session(self.bank, operator_id=name, password=PASSWORD, terminal=f"counter {uuid4()}")

    def sign_in(self) -> None:
        self.sessions = {
            name: open_session(self.bank, operator_id=name, password=PASSWORD, terminal="counter") for name in _PEOPLE
        } | {"engine": engine_session(self.bank)}

    def mine(self, blocks: int = 1) -> None:
        """Make blocks; their times are the bank's clock."""
        for _ in range(blocks):
            self.clock.advance(self.chain.block_time_s)
            (self.remote or self.chain).mine(timestamp_s=self.clock.at_s)

    def turn(self) -> Cycle:
        return run_once(self.bank, by=self.sessions["engine"])

    def held(self, contract: Address | None, who: Address, *, block: int = -1) -> int:
        """What the chain really holds, also while its node does not answer."""
        return self.chain._mined[block].state.holding(contract, who)

    def receipts(self) -> list[Receipt]:
        """The receipt of every transaction of the treasury on the chain as it stands."""
        with self.bank.store.read() as uow:
            treasury = uow.chains.get(CHAIN_ID).treasury
        return [
            receipt
            for mined in self.chain._mined
            for transaction, receipt in zip(mined.transactions, mined.receipts, strict=True)
            if transaction.sender == treasury
        ]

    def settle_all(self, turns: int = 12) -> None:
        """Let the chain and the engine come to rest."""
        for _ in range(turns):
            self.turn()
            self.mine()
        self.turn()


def found_small_bank(directory: Path, database: str = "") -> SmallBank:
    """Found a bank with money: two customers with a final deposit each, and a treasury with coin and tokens."""
    chain = FakeChain(CHAIN_ID, confirmations=CONFIRMATIONS)
    chain.add_token(TOKEN, decimals=DEUR.decimals)
    small = SmallBank(directory=directory, chain=chain, clock=FakeClock(), entropy=FakeEntropy(1))
    small.mine(3)
    found_bank(
        directory,
        name="Small",
        founders=[Founder(id=name, name=name, password=PASSWORD, role=role) for name, role in _PEOPLE.items()],
        policy=POLICY,
        chains=[ChainSettings(chain_id=CHAIN_ID, name="fake", url="http://fake", confirmations=CONFIRMATIONS)],
        database=database,
        demo=True,
        password_cost=2**10,
        clock=small.clock,
        entropy=small.entropy,
        chain_ports={CHAIN_ID: chain},
    )
    small.open()
    small.sign_in()
    ann = small.sessions["ann"]
    register_asset(small.bank, DEUR, by=ann)
    load_list(
        small.bank,
        name="listed",
        form=ListForm.OWN,
        files=[("0x" + "dd" * 20).encode()],
        dated_s=small.clock.now_s(),
        by=ann,
    )
    chain.deposit(None, small.bank.required_signer().treasury(), 10 * ETHER)
    chain.deposit(TOKEN, small.bank.required_signer().treasury(), START_UNITS)
    for number, name in enumerate(("Anna", "Boris")):
        customer = enrol_customer(small.bank, name=name, by=ann, key=f"enrol-{number}")
        request = issue_request(
            small.bank, payee=customer.id, asset=DEUR, amount=units(START_UNITS), by=ann, key=f"start-{number}"
        )
        assert request.deposit_address is not None
        chain.deposit(TOKEN, request.deposit_address, START_UNITS)
        small.customers.append(customer.id)
    small.mine(CONFIRMATIONS + 1)
    small.turn()
    for asset in (COIN, DEUR):
        assert recognise_holding(small.bank, asset_id=asset.id, by=ann)
    return small


@dataclass(frozen=True, kw_only=True)
class Template:
    """A founded bank, closed, from which copies are made. `server` is a PostgreSQL server's URL, or empty."""

    small: SmallBank
    server: str = ""
    name: str = ""

    @contextmanager
    def copy(self, *, entropy: Entropy | None = None) -> Iterator[SmallBank]:
        """Open a copy of the bank in a folder and database of its own, gone afterwards."""
        folder = Path(mkdtemp(prefix="tokenpay-bank-")) / "bank"
        copytree(self.small.directory, folder)
        name = f"copy_{uuid4().hex}"
        if self.server:
            url = beside(self.server, folder, name, like=self.name)
            write_settings(folder, read_settings(folder).model_copy(update={"database": url}))
        small = SmallBank(
            directory=folder,
            chain=deepcopy(self.small.chain),
            clock=deepcopy(self.small.clock),
            entropy=entropy or deepcopy(self.small.entropy),
            customers=list(self.small.customers),
            sessions=dict(self.small.sessions),
        )
        try:
            small.open()
            yield small
        finally:
            small.close()
            rmtree(folder.parent, ignore_errors=True)
            if self.server:
                drop(url)


@cache
def template(server: str = "") -> Template:
    """Return this process's template: on SQLite, or on a PostgreSQL server given by its URL."""
    folder = Path(mkdtemp(prefix="tokenpay-template-")) / "bank"
    atexit.register(rmtree, folder.parent, ignore_errors=True)
    name = f"template_{uuid4().hex}"
    small = found_small_bank(folder, beside(server, folder, name) if server else "")
    small.close()
    return Template(small=small, server=server, name=name)
