"""The demo's world: an open bank with its people signed in, its chain, and people outside with wallets of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tokenpay import (
    Address,
    Amount,
    Asset,
    AssetLimits,
    Bank,
    Chain,
    ChainSettings,
    Customer,
    Founder,
    Hours,
    Payment,
    PaymentState,
    Policy,
    Role,
    Session,
    WrongState,
    balances,
    engine_session,
    enrol_customer,
    find_payments,
    found_bank,
    get_payment,
    open_bank,
    open_session,
    run_once,
)
from tokenpay.cli.demo.folder import CODES
from tokenpay.devnet import DEVNET_CHAIN_ID
from tokenpay.devnet.process import start_devnet
from tokenpay.devnet.setup import OutsideWallet, deploy_demo_token, fund, mine
from tokenpay.ethereum.observed import Holding
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.settings import FILE_NAME

CONFIRMATIONS = 2
COIN_WEI = 10**18
_PASSWORD_COST = 2**12  # real banks use the default, which takes longer to open and to guess
_MAX_TURNS = 30
_UNDER_WAY = frozenset(
    {PaymentState.CLEARED, PaymentState.ASSIGNED, PaymentState.SIGNED, PaymentState.SENT, PaymentState.INCLUDED}
)
# Worthless and known to all, so that the token stands at the same address on every embedded chain.
_ISSUER_KEY = PrivateKey.from_bytes(keccak256(b"tokenpay demo: who issues the token"))
LISTED = Address(keccak256(b"tokenpay demo: an address on the deny-list")[12:])

VERA = Founder(id="vera", name="Vera Lind", password="vera-demo", role=Role.SUPERVISOR)  # noqa: S106 - a demo's
OTTO = Founder(id="otto", name="Otto Brandt", password="otto-demo", role=Role.SUPERVISOR)  # noqa: S106
TIM = Founder(id="tim", name="Tim Wolf", password="tim-demo", role=Role.TELLER)  # noqa: S106
PEOPLE = (VERA, OTTO, TIM)


def demo_token() -> Asset:
    """Return the demo token, at the address that its issuer's first transaction creates it."""
    issuer = _ISSUER_KEY.public_key.address_bytes()
    place = rlp.encode_list(rlp.encode_bytes(issuer) + rlp.encode_int(0))
    return Asset.token(DEVNET_CHAIN_ID, Address(keccak256(place)[12:]), symbol="DEUR", decimals=6)


def policy_for(token: Asset) -> Policy:
    """Return the demo bank's first policy."""

    def units(whole: int) -> int:
        return Amount.of(whole, token).units

    limits = AssetLimits(
        payment_units=units(10_000),
        alone_units=units(1_000),
        customer_day_units=units(1_000_000),
        operator_day_units=units(1_000_000),
    )
    return Policy(limits={token.id: limits}, hours=Hours.always(), list_max_age_s=7 * 86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Who is there. `key` gives this run's idempotency keys, so that a second run is another round."""

    directory: Path
    bank: Bank
    url: str
    continues: bool
    token: Asset
    round_id: str
    vera: Session = field(repr=False)
    otto: Session = field(repr=False)
    tim: Session = field(repr=False)
    engine: Session = field(repr=False)
    anna: Customer
    boris: Customer

    @property
    def chain(self) -> Chain:
        return self.bank.chain(DEVNET_CHAIN_ID)

    @property
    def contract(self) -> Address:
        if self.token.contract is None:
            raise WrongState("the demo token has no contract")
        return self.token.contract

    @property
    def codes(self) -> Path:
        """The folder of the QR pictures."""
        folder = self.directory / CODES
        folder.mkdir(exist_ok=True)
        return folder

    def key(self, name: str) -> str:
        return f"demo/{self.round_id}/{name}"

    def amount(self, whole: int) -> Amount:
        return Amount.of(whole, self.token)

    def balance(self, customer: Customer) -> Amount:
        """Return what a customer has in demo token."""
        owned = balances(self.bank, customer.id, by=self.tim)
        return next((amount for amount in owned if amount.asset == self.token), self.amount(0))

    def holding(self, address: Address, *, coin: bool = False) -> int:
        """Return an address's units of the token, or wei of the chain's coin, at the head block."""
        holding = Holding(address=address, contract=None if coin else self.contract)
        return self.chain.holdings([holding], self.chain.head().number)[0]

    def outsider(self, *, tokens: Amount, gas: bool = True) -> OutsideWallet:
        """Return somebody new outside the bank who has tokens, and coin for gas if asked."""
        wallet = OutsideWallet(
            chain=self.chain, key=PrivateKey.from_bytes(keccak256(self.bank.entropy.random(32)))
        )
        if gas:
            fund(self.url, wallet.address, COIN_WEI)
        self.issue(wallet.address, tokens)
        return wallet

    def issue(self, to: Address, tokens: Amount) -> None:
        """Let the token's issuer make new tokens; the first call deploys the token itself."""
        issuer = OutsideWallet(chain=self.chain, key=_ISSUER_KEY)
        if not self.chain.transaction_count(issuer.address):
            fund(self.url, issuer.address, 1_000 * COIN_WEI)
            deploy_demo_token(issuer, name="Demo Euro", symbol=self.token.symbol, decimals=self.token.decimals)
        if tokens:
            issuer.mint(self.contract, to, tokens.units)

    def turn(self) -> None:
        """Let the engine do one turn; raises what stopped it short."""
        for chain in run_once(self.bank, by=self.engine).chains:
            if chain.error is not None:
                raise chain.error

    def carry(self, done: Callable[[], bool]) -> None:
        """Let the engine turn and the chain make blocks until it is done; raises WrongState when it never is."""
        for _ in range(_MAX_TURNS):
            self.turn()
            if done():
                return
            mine(self.url)
        raise WrongState(f"the engine did not get there in {_MAX_TURNS} blocks")

    def carry_payment(self, payment: Payment) -> tuple[Payment, list[str]]:
        """Let the engine carry a payment to its end; return it then, and the states that were seen on the way."""
        states = [payment.state.value]

        def ended() -> bool:
            state = get_payment(self.bank, payment.id, by=self.tim).state
            if state.value != states[-1]:
                states.append(state.value)
            return state in (PaymentState.FINAL, PaymentState.FAILED, PaymentState.HELD)

        self.carry(ended)
        return get_payment(self.bank, payment.id, by=self.tim), states

    def settle_all(self) -> None:
        """Bring to its end whatever is under way, also what an earlier run left, and make the newest block final."""
        reached = self.chain.head().number + 1
        self.carry(
            lambda: (
                self.chain.finalized().number >= reached
                and not find_payments(self.bank, by=self.engine, states=_UNDER_WAY)
            )
        )


@contextmanager
def open_world(directory: Path) -> Iterator[World]:
    """Start the embedded chain, found the demo bank where there is none yet, and sign its people in."""
    token = demo_token()
    with start_devnet(directory / "devnet") as devnet:
        continues = (directory / FILE_NAME).exists()
        if not continues:
            found_bank(
                directory,
                name="Demo Bank",
                founders=PEOPLE,
                policy=policy_for(token),
                chains=[ChainSettings(chain_id=DEVNET_CHAIN_ID, name="devnet", confirmations=CONFIRMATIONS)],
                demo=True,
                password_cost=_PASSWORD_COST,
            )
        with open_bank(directory, signer=True) as bank:
            vera, otto, tim = (
                open_session(bank, operator_id=person.id, password=person.password, terminal="demo")
                for person in PEOPLE
            )
            yield World(
                directory=directory,
                bank=bank,
                url=devnet.url,
                continues=continues,
                token=token,
                round_id=bank.entropy.random(6).hex(),
                vera=vera,
                otto=otto,
                tim=tim,
                engine=engine_session(bank),
                anna=enrol_customer(bank, name="Anna Berger", by=tim, key="demo/anna"),
                boris=enrol_customer(bank, name="Boris Keller", by=tim, key="demo/boris"),
            )
