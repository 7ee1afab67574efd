"""The demo's world: an open bank with its people signed in, its chain, and people outside with wallets of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tokenpay import (
    Address,
    Amount,
    Asset,
    Bank,
    Chain,
    Customer,
    Payment,
    PaymentState,
    Session,
    WrongState,
    balances,
    engine_session,
    enrol_customer,
    find_asset,
    find_payments,
    get_payment,
    open_bank,
    open_session,
    run_once,
    set_pin,
)
from tokenpay.cli.demo.folder import CODES, SETTINGS
from tokenpay.cli.demo.founding import ISSUER_KEY, PEOPLE, PINS, demo_token, found_demo_bank, policy_for
from tokenpay.cli.demo.keys import give_passkeys
from tokenpay.devnet import DEVNET_CHAIN_ID
from tokenpay.devnet.process import Devnet
from tokenpay.devnet.setup import OutsideWallet, deploy_demo_token, fund, mine
from tokenpay.ethereum.observed import Holding
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey

COIN_WEI = 10**18
_SESSION_S = 3_600
_MAX_TURNS = 30
_UNDER_WAY = frozenset(
    {PaymentState.CLEARED, PaymentState.ASSIGNED, PaymentState.SIGNED, PaymentState.SENT, PaymentState.INCLUDED}
)


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
    def coin(self) -> Asset:
        """The chain's own coin."""
        return find_asset(self.bank, self.bank.settings.chain(DEVNET_CHAIN_ID).native_symbol)

    @property
    def alone(self) -> Amount:
        """The most that one person may pay alone."""
        return Amount(self.token, policy_for(self.token).limits[self.token.id].alone_units)

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
        wallet = OutsideWallet(chain=self.chain, key=self._new_key())
        if gas:
            fund(self.url, wallet.address, COIN_WEI)
        self.issuer().mint(self.contract, wallet.address, tokens.units)
        return wallet

    def address_outside(self) -> Address:
        """Return somebody's new address, which holds nothing yet."""
        return Address(self._new_key().public_key.address_bytes())

    def _new_key(self) -> PrivateKey:
        return PrivateKey.from_bytes(keccak256(self.bank.entropy.random(32)))

    def issuer(self) -> OutsideWallet:
        """Return who issues the token; the first call deploys it."""
        issuer = OutsideWallet(chain=self.chain, key=ISSUER_KEY)
        if not self.chain.transaction_count(issuer.address):
            fund(self.url, issuer.address, 1_000 * COIN_WEI)
            deploy_demo_token(issuer, name="Demo Euro", symbol=self.token.symbol, decimals=self.token.decimals)
        return issuer

    def endow(self, treasury: Address, *, coin_wei: int, tokens: Amount) -> None:
        """Give the bank money of its own where it has less than half of this."""
        issuer = self.issuer()
        if self.holding(treasury, coin=True) < coin_wei // 2:
            fund(self.url, treasury, coin_wei)
        if self.holding(treasury) < tokens.units // 2:
            issuer.mint(self.contract, treasury, tokens.units)

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
        reached = self.chain.head().number
        self.carry(
            lambda: (
                self.chain.finalized().number >= reached
                and not find_payments(self.bank, by=self.engine, states=_UNDER_WAY)
            )
        )


@contextmanager
def open_world(directory: Path, devnet: Devnet) -> Iterator[World]:
    """Found the demo bank where there is none yet, open it, and sign its people in."""
    token = demo_token()
    continues = (directory / SETTINGS).exists()
    if not continues:
        found_demo_bank(directory)
    with open_bank(directory, signer=True) as bank:
        vera, otto, tim = (
            open_session(bank, operator_id=person.id, password=person.password, terminal="demo", lifetime_s=_SESSION_S)
            for person in PEOPLE
        )
        for session in (vera, otto, tim):
            set_pin(bank, pin=PINS[session.operator.id], by=session)
        if not continues:
            give_passkeys(bank, vera, otto, tim)
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
