"""A small bank on a fake chain: people signed in, two customers, one with money, coin for gas, and a few verbs.

Founding takes a third of a second, so it is done once for each kind of database; every world is a copy.
"""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import tokenpay as tp
from tests.copied_database import copy_database
from tests.decree import decree
from tests.unguarded import unguarded
from tokenpay.compliance.risk.assessment import TOP
from tokenpay.engine import ChainCycle
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.settings import PIN_KEY_NAME, BankSettings, write_settings
from tokenpay.testing import FakeChain
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

CHAIN_ID = 31_337
CONTRACT = tp.Address(b"\x11" * 20)
TOKEN = tp.Asset.token(CHAIN_ID, CONTRACT, symbol="DEUR", decimals=6)
COIN = tp.Asset.native(CHAIN_ID)
START = 1_000
STRANGER = tp.Address(b"\xbb" * 20)
OUTSIDE = STRANGER.caip10(CHAIN_ID)
LISTED = tp.Address(b"\xdd" * 20)
COIN_WEI = 10**18
PASSKEYS = tp.PasskeySettings(domain="bank.example", origins=("https://bank.example",), authenticator="software")
KNOWN_S = 60 * 86_400
"""So long Anna and Boris have been customers: what is told of new ones is not told of them."""
SETTINGS = tp.ChainSettings(chain_id=CHAIN_ID, name="fake", url="http://fake", confirmations=2)
PASSWORDS = {"ann": "ann-secret", "bob": "bob-secret", "tom": "tom-secret"}
LIMITS = tp.AssetLimits(
    payment_units=5_000 * 10**6, alone_units=100 * 10**6, customer_day_units=10**13, operator_day_units=10**13
)
UNSCORED = tp.RiskLines(second_person_score=TOP, case_score=TOP)
"""What a customer's movements add to other reasons is for the tests of risk: they draw the lines as a bank does."""
POLICY = tp.Policy(limits={TOKEN.id: LIMITS}, hours=tp.Hours.always(), list_max_age_s=30 * 86_400, risk=UNSCORED)


@dataclass(kw_only=True)
class World:
    """Ann and Bob are supervisors, Tom is a teller; Anna has START tokens, Boris none. Amounts are whole tokens.

    Time goes on with the chain: `mine` moves the clock by as much as the blocks' time.
    """

    bank: tp.Bank
    chain: FakeChain
    clock: FakeClock
    ann: tp.Session = field(repr=False)
    bob: tp.Session = field(repr=False)
    tom: tp.Session = field(repr=False)
    engine: tp.Session = field(repr=False)
    anna: tp.Customer
    boris: tp.Customer
    _keys: int = 0

    # The bank's side

    def key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    def request(
        self, whole: int | str | None = 500, *, payee: tp.Customer | None = None, **terms: Any
    ) -> tp.PaymentRequest:
        """Issue a request on the chain for Anna, or who is named."""
        amount = None if whole is None else euro(whole)
        given: dict[str, Any] = {"by": self.tom, "key": self.key(), **terms}
        return tp.issue_request(self.bank, payee=(payee or self.anna).id, asset=TOKEN, amount=amount, **given)

    def pay(self, whole: int | str = 20, *, creditor: str | None = None, **changes: Any) -> tp.Payment | tp.Refusal:
        """Pay from Anna to Boris, or to who is named, by Tom."""
        given: dict[str, Any] = {"debtor": f"customer/{self.anna.id}", "amount": euro(whole), "by": self.tom, **changes}
        given.setdefault("key", self.key())
        return tp.pay(self.bank, creditor=creditor or f"customer/{self.boris.id}", **given)

    def paid(self, whole: int | str = 20, **changes: Any) -> tp.Payment:
        """Pay, and expect a payment."""
        payment = self.pay(whole, **changes)
        assert isinstance(payment, tp.Payment), payment
        return payment

    def refused(self, whole: int | str = 20, **changes: Any) -> list[str]:
        """Pay, expect a refusal, and return the codes of its reasons."""
        refusal = self.pay(whole, **changes)
        assert isinstance(refusal, tp.Refusal), refusal
        return [reason.code for reason in refusal.reasons]

    def next_day(self) -> None:
        """Let a day pass, and everybody sign in anew."""
        self.clock.advance(86_400)
        for id in PASSWORDS:
            setattr(self, id, sign_in(self.bank, id))
        self.engine = tp.engine_session(self.bank)

    def now(self, payment: tp.Payment) -> tp.Payment:
        return tp.get_payment(self.bank, payment.id, by=self.tom)

    def units(self, customer: tp.Customer) -> int:
        """What a customer has, in smallest units."""
        return self.account(AccountKind.CUSTOMER, customer.id).posted_units

    def available(self, customer: tp.Customer) -> int:
        return self.account(AccountKind.CUSTOMER, customer.id).available_units or 0

    def account(self, kind: AccountKind, owner: str, asset: tp.Asset = TOKEN) -> Account:
        """A ledger account as it stands; empty where it was never opened."""
        with self.bank.store.read() as uow:
            found = uow.ledger.accounts(kind=kind, owner=owner, asset_id=asset.id)
        return found[0] if found else Account(kind=kind, owner=owner, asset_id=asset.id)

    def cases(self, *, open_only: bool = True) -> list[tuple[str, str]]:
        """(kind, subject) of the cases."""
        found = tp.list_cases(self.bank, by=self.ann, open_only=open_only)
        return [(case.kind.value, case.subject) for case in found]

    def case(self, kind: tp.CaseKind) -> tp.Case:
        """The one open case of a kind."""
        (found,) = (case for case in tp.list_cases(self.bank, by=self.ann) if case.kind is kind)
        return found

    def decree(self, **changes: Any) -> None:
        """Put a changed policy in force."""
        with self.bank.store.unit_of_work() as uow:
            old = uow.policies.newest()
            new = replace(old, version=old.version + 1, **changes)
            decree(uow, new, maker=self.ann, checker=self.bob, at_s=self.clock.now_s())

    def limit(self, **units: int) -> None:
        """Put the token's limits in force with these changes."""
        self.decree(limits={TOKEN.id: replace(LIMITS, **units)})

    def sql(self, text: str, **values: Any) -> None:
        """Change the database behind the bank's back, as only its owner can."""
        with self.bank.store.engine.begin() as connection, unguarded(connection):
            assert connection.execute(sa.text(text), values).rowcount, "nothing was changed"

    # The chain's side

    @property
    def treasury(self) -> tp.Address:
        return self.bank.required_signer().treasury()

    def deposit(self, request: tp.PaymentRequest, whole: int | str, **manner: Any) -> bytes:
        """Let the request's address get tokens in the next block."""
        return self.chain.deposit(CONTRACT, address_of(request), euro(whole).units, **manner)

    def mine(self, blocks: int = 1) -> None:
        block = self.chain.mine(blocks)
        self.clock.at_s = max(self.clock.at_s, block.timestamp_s)

    def turn(self) -> ChainCycle:
        """One turn of the engine; what stopped it short is in the result."""
        return tp.run_once(self.bank, by=self.engine).chains[0]

    def to_finality(self) -> None:
        """Turn, then mine and turn until what was submitted is final; nothing may stop the engine short."""
        for mined in (False, True, True, True, True):
            if mined:
                self.mine()
            error = self.turn().error
            if error is not None:
                raise error

    def endow(self, customer: tp.Customer, whole: int) -> tp.PaymentRequest:
        """Let a customer have tokens, by a deposit that becomes final."""
        request = self.request(whole, payee=customer)
        self.deposit(request, whole)
        self.to_finality()
        return request

    def sweep(self) -> list[tp.Payment]:
        """Bring all tokens to the treasury, for good."""
        made = tp.sweep(self.bank, asset_id=TOKEN.id, by=self.engine)
        self.to_finality()
        return [self.now(payment) for payment in made]

    def holding(self, address: tp.Address) -> int:
        """Token units that an address really has, at the head."""
        return self.chain.holdings([Holding(address=address, contract=CONTRACT)], self.chain.head().number)[0]

    def prove(self) -> None:
        """Ledger and chain agree to the last unit, debits equal credits, every audit stream is whole."""
        proof = tp.reconcile(self.bank, by=self.ann)
        assert all(total.balances for total in proof.totals), proof.totals
        assert [line for line in proof.custody if not line.agrees] == []
        with self.bank.store.read() as uow:
            told = "SELECT account_id FROM entries WHERE account_id LIKE 'custody/%' AND block_number IS NULL"
            assert uow.connection.execute(sa.text(told)).all() == [], "what an address has changes in a block"
        assert proof.holds


def euro(whole: int | str) -> tp.Amount:
    return tp.Amount.of(Decimal(whole), TOKEN)


def address_of(request: tp.PaymentRequest) -> tp.Address:
    assert request.deposit_address is not None
    return request.deposit_address


@dataclass(frozen=True, kw_only=True)
class Template:
    """A founded bank at rest, and all that a copy of it needs."""

    folder: Path
    url: str
    chain: FakeChain
    at_s: int
    people: dict[str, Any]
    keys: int = 100
    """So many keys may be used up already."""


def found_template(folder: Path, url: str) -> Template:
    """Found the bank, sign in its people, and give Anna START that lies in the treasury, with coin for gas."""
    chain, clock, entropy = FakeChain(CHAIN_ID), FakeClock(), FakeEntropy(1)
    chain.add_token(CONTRACT)
    chain.mine(3)
    clock.at_s = chain.head().timestamp_s - KNOWN_S
    ports: dict[str, Any] = {"clock": clock, "entropy": entropy, "chain_ports": {CHAIN_ID: chain}}
    roles = {"ann": tp.Role.SUPERVISOR, "bob": tp.Role.SUPERVISOR, "tom": tp.Role.TELLER}
    founders = [tp.Founder(id=id, name=id.title(), password=PASSWORDS[id], role=role) for id, role in roles.items()]
    tp.found_bank(
        folder, name="Test", founders=founders, policy=POLICY, chains=[SETTINGS], database=url, demo=True,
        password_cost=2**10, passkeys=PASSKEYS, **ports,
    )  # fmt: skip
    with tp.open_bank(folder, signer=True, **ports) as bank:
        tom = sign_in(bank, "tom")
        known = {name.lower(): tp.enrol_customer(bank, name=name, by=tom, key=name) for name in ("Anna", "Boris")}
        clock.advance(KNOWN_S)
        people: dict[str, Any] = {id: sign_in(bank, id) for id in PASSWORDS} | {"engine": tp.engine_session(bank)}
        ann = people["ann"]
        tp.register_asset(bank, TOKEN, by=ann)
        tp.load_list(
            bank, name="ofac", form=tp.ListForm.OWN, files=[LISTED.text.encode()], dated_s=clock.now_s(), by=ann
        )
        world = World(bank=bank, chain=chain, clock=clock, **(people := people | known))
        chain.deposit(None, world.treasury, COIN_WEI)
        world.endow(world.anna, START)
        tp.recognise_holding(bank, asset_id=COIN.id, by=ann)
        world.sweep()
    return Template(folder=folder, url=url, chain=chain, at_s=clock.now_s(), people=people)


@contextmanager
def opened(template: Template, folder: Path, url: str, *, seed: int = 2) -> Iterator[World]:
    """Copy a template into a folder and an empty database of its kind, and open it."""
    shutil.copytree(template.folder / "keys", folder / "keys")
    if (template.folder / "authenticators").exists():
        shutil.copytree(template.folder / "authenticators", folder / "authenticators")
    if (template.folder / "rates.json").exists():
        shutil.copy(template.folder / "rates.json", folder)
    shutil.copy(template.folder / PIN_KEY_NAME, folder / PIN_KEY_NAME)
    write_settings(folder, BankSettings(database=url, chains=(SETTINGS,), passkeys=PASSKEYS))
    copy_database(template.url, url)
    chain, clock = copy.deepcopy(template.chain), FakeClock(template.at_s)
    ports = {CHAIN_ID: chain}
    with tp.open_bank(folder, signer=True, clock=clock, entropy=FakeEntropy(seed), chain_ports=ports) as bank:
        yield World(bank=bank, chain=chain, clock=clock, _keys=template.keys, **template.people)


def lived(template: Template, folder: Path, url: str, prepare: Callable[[World], object]) -> Template:
    """Copy a template, let something happen at the bank, and return it at rest."""
    with opened(template, folder, url, seed=3) as world:
        prepare(world)
        return Template(
            folder=folder,
            url=url,
            chain=world.chain,
            at_s=world.clock.now_s(),
            people=template.people,
            keys=world._keys,
        )


def sign_in(bank: tp.Bank, operator_id: str) -> tp.Session:
    return tp.open_session(
        bank, operator_id=operator_id, password=PASSWORDS[operator_id], terminal=f"till-{operator_id}"
    )


def forge(session: tp.Session, **changes: Any) -> tp.Session:
    """Make a session as somebody in the same process would, past its constructor."""
    made = object.__new__(tp.Session)
    for name in (*(part.name for part in fields(session)), "_key"):
        object.__setattr__(made, name, changes.get(name, getattr(session, name)))
    return made
