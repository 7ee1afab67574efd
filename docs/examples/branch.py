"""A small bank on fakes, for the other examples: two supervisors, a teller, two customers and a chain in memory.

Everything repeats: the clock stands still until it is moved, and the entropy starts from a seed. Not for real money.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import tokenpay as tp
from tokenpay.testing import FakeChain, FakeClock, FakeEntropy

TOKEN = tp.Asset.token(31_337, tp.Address(b"\x01" * 20), symbol="DEUR", decimals=6)
SCAMMER = tp.Address(b"\x66" * 20)
PASSWORD = "at-the-desk"  # every door of this bank
PEOPLE = [
    tp.Founder(id="vera", name="Vera Lind", password=PASSWORD, role=tp.Role.SUPERVISOR),
    tp.Founder(id="otto", name="Otto Brandt", password=PASSWORD, role=tp.Role.SUPERVISOR),
    tp.Founder(id="tim", name="Tim Wolf", password=PASSWORD, role=tp.Role.TELLER),
]


def euro(text: str) -> tp.Amount:
    return tp.Amount.parse(text, TOKEN)


LIMITS = tp.AssetLimits(
    payment_units=euro("10000").units,
    alone_units=euro("1000").units,
    customer_day_units=euro("50000").units,
    operator_day_units=euro("50000").units,
)
POLICY = tp.Policy(limits={TOKEN.id: LIMITS}, hours=tp.Hours.always(), list_max_age_s=7 * 86_400)


@dataclass(frozen=True, kw_only=True)
class Branch:
    bank: tp.Bank
    chain: FakeChain
    clock: FakeClock
    vera: tp.Session
    otto: tp.Session
    tim: tp.Session
    engine: tp.Session
    anna: tp.Customer
    boris: tp.Customer

    def issue(self, payee: tp.Customer, amount: tp.Amount, *, key: str) -> tp.PaymentRequest:
        return tp.issue_request(self.bank, payee=payee.id, asset=TOKEN, amount=amount, by=self.tim, key=key)

    def receive(self, request: tp.PaymentRequest, amount: tp.Amount, *, sender: tp.Address | None = None) -> None:
        """Let somebody pay a request's address on the chain, and carry it to finality."""
        more = {} if sender is None else {"sender": sender}
        self.chain.deposit(TOKEN.contract, request.deposit_address, amount.units, **more)
        self.turn()

    def turn(self, blocks: int = 3) -> None:
        """Let the engine turn, the chain make blocks, and the engine turn again."""
        tp.run_once(self.bank, by=self.engine)
        self.chain.mine(blocks)
        tp.run_once(self.bank, by=self.engine)

    def fill_treasury(self) -> int:
        """Give the treasury coin for gas, bring the deposits to it, and return how many sweeps that took."""
        coin = tp.find_asset(self.bank, "ETH")
        self.chain.deposit(None, self.bank.signer.treasury(), 10**18)
        self.turn()
        tp.recognise_holding(self.bank, asset_id=coin.id, by=self.vera)
        sweeps = tp.sweep(self.bank, asset_id=TOKEN.id, by=self.engine)
        self.turn()
        return len(sweeps)

    def balance(self, customer: tp.Customer) -> str:
        return " ".join(str(amount) for amount in tp.balances(self.bank, customer.id, by=self.tim)) or "nothing"


@contextmanager
def open_branch() -> Iterator[Branch]:
    """Found the bank in a temporary folder, sign its people in, and give Anna 2000 DEUR by a deposit."""
    chain, clock, entropy = FakeChain(), FakeClock(), FakeEntropy()
    chain.add_token(TOKEN.contract)
    ports = {chain.chain_id: chain}
    chains = [tp.ChainSettings(chain_id=chain.chain_id, name="in memory", confirmations=2)]
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "bank"
        tp.found_bank(
            folder,
            name="Example Bank",
            founders=PEOPLE,
            policy=POLICY,
            chains=chains,
            demo=True,
            password_cost=2**12,  # quick to open, and to guess: for examples only
            clock=clock,
            entropy=entropy,
            chain_ports=ports,
        )
        with tp.open_bank(folder, signer=True, clock=clock, entropy=entropy, chain_ports=ports) as bank:
            vera, otto, tim = (
                tp.open_session(bank, operator_id=person.id, password=PASSWORD, terminal="counter-1")
                for person in PEOPLE
            )
            tp.register_asset(bank, TOKEN, by=vera)
            tp.load_deny_list(bank, name="own", text=f"{SCAMMER}\n", dated_s=clock.now_s(), by=vera)
            branch = Branch(
                bank=bank,
                chain=chain,
                clock=clock,
                vera=vera,
                otto=otto,
                tim=tim,
                engine=tp.engine_session(bank),
                anna=tp.enrol_customer(bank, name="Anna Berger", by=tim, key="enrol-anna"),
                boris=tp.enrol_customer(bank, name="Boris Keller", by=tim, key="enrol-boris"),
            )
            branch.receive(branch.issue(branch.anna, euro("2000"), key="first"), euro("2000"))
            yield branch
