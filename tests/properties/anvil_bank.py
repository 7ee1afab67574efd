"""A bank on a real anvil: founded once, and set back, with its chain, before each case. It may know odd tokens too.

Blocks are made only when they are asked for. Everything up to the block at which the template rests is final.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp

import tokenpay as tp
from tests.fixtures_chain import ANVIL_CHAIN_ID, code_of, new_key
from tokenpay.adapters.chain import answers
from tokenpay.adapters.chain.json_rpc import Confirmations, JsonRpcChain
from tokenpay.adapters.chain.rpc import JsonRpc
from tokenpay.adapters.system import SystemEntropy
from tokenpay.devnet.setup import OutsideWallet, deploy_demo_token
from tokenpay.engine import ChainCycle
from tokenpay.ethereum.observed import Holding, Receipt
from tokenpay.money.address import Address
from tokenpay.testing.fake_system import FakeClock

ANVIL_OPTIONS = ("--no-mining", "--no-request-size-limit")
ETHER = 10**18
START_UNITS = 5_000
"""What the customer has, in the treasury's hands from the start."""
OUTSIDE_UNITS = 10**9
RESEND_AFTER_S, BUMP_AFTER_S = 30, 120
_TIMEOUT_S = 60
_PASSWORD = "correct horse battery"
_PEOPLE = {"ann": tp.Role.SUPERVISOR, "bob": tp.Role.SUPERVISOR, "tom": tp.Role.TELLER}


@dataclass(kw_only=True)
class AnvilBank:
    """An open bank, its chain, and one customer who has START_UNITS."""

    directory: Path
    url: str
    rpc: JsonRpc
    chain: JsonRpcChain
    clock: FakeClock
    payer: OutsideWallet
    asset: tp.Asset
    odd: dict[str, tp.Asset] = field(default_factory=dict)
    """Tokens of tests/contracts by the names of their contracts: in use, all in the payer's hands."""
    customer: str = ""
    sessions: dict[str, tp.Session] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _bank: tp.Bank | None = None

    @property
    def bank(self) -> tp.Bank:
        assert self._bank is not None
        return self._bank

    def use(self, bank: tp.Bank) -> None:
        """Go on with this bank, which has the same store."""
        self._bank = bank

    def open(self) -> None:
        ports = {ANVIL_CHAIN_ID: self.chain}
        opened = tp.open_bank(self.directory, signer=True, clock=self.clock, entropy=SystemEntropy(), chain_ports=ports)
        self._bank = self._stack.enter_context(opened)

    def close(self) -> None:
        self._stack.close()
        self._bank = None

    def turn(self) -> ChainCycle:
        """One turn of the engine; what stopped it short is in the result."""
        return tp.run_once(self.bank, by=self.sessions["engine"]).chains[0]

    def mine(self, blocks: int = 1) -> None:
        """Make blocks, the first of them with what the node's pool holds."""
        if blocks:
            self.rpc.call("anvil_mine", hex(blocks))

    def raw(self, transaction_hash: bytes) -> str:
        """The bytes of a transaction that the node knows, as hexadecimal text."""
        found: str = self.rpc.call("eth_getRawTransactionByHash", "0x" + transaction_hash.hex())
        return found

    def request(self, units: int, *, key: str, asset: tp.Asset | None = None) -> Address:
        """Ask for money for the customer, of the demo token if of no other; returns where it is to come."""
        asset = asset or self.asset
        issued = tp.issue_request(
            self.bank,
            payee=self.customer,
            asset=asset,
            amount=tp.Amount(asset, units),
            expires_in_s=86_400,
            by=self.sessions["tom"],
            key=key,
        )
        assert issued.deposit_address is not None
        return issued.deposit_address

    def pay_out(self, recipient: Address, units: int, *, key: str, asset: tp.Asset | None = None) -> tp.Payment:
        paid = tp.pay(
            self.bank,
            debtor=f"customer/{self.customer}",
            creditor=recipient.caip10(ANVIL_CHAIN_ID),
            amount=tp.Amount(asset or self.asset, units),
            by=self.sessions["tom"],
            key=key,
        )
        assert isinstance(paid, tp.Payment), paid
        return paid

    @property
    def treasury(self) -> Address:
        return self.bank.required_signer().treasury()

    def held(self, contract: Address | None, who: Address, *, block: int = -1) -> int:
        """What the chain holds at the end of a block, the newest unless one is named."""
        at = self.chain.head().number if block < 0 else block
        return self.chain.holdings([Holding(address=who, contract=contract)], at)[0]

    def receipts(self) -> list[Receipt]:
        """The receipt of every transaction of the treasury on the chain as it stands."""
        blocks = range(self.chain.head().number + 1)
        found = self.rpc.batch([("eth_getBlockReceipts", [hex(number)]) for number in blocks])
        ours = [one for several in found for one in several if Address.parse(one["from"]) == self.treasury]
        read = [answers.receipt(one, answers.data(one["transactionHash"], 32)) for one in ours]
        return [receipt for receipt in read if receipt is not None]


@dataclass(frozen=True, kw_only=True)
class Template:
    """A founded bank, closed, and what is the same in each of its copies."""

    at_rest: AnvilBank
    _snapshots: list[str] = field(default_factory=list)

    @contextmanager
    def copy(self, *, confirmations: int) -> Iterator[AnvilBank]:
        """Set the chain back and open a copy of the bank to which this many blocks more make a block final."""
        rest = self.at_rest
        if self._snapshots:
            # A revert leaves the pool as it is, and takes the snapshot with it.
            rest.rpc.call("anvil_dropAllTransactions")
            assert rest.rpc.call("evm_revert", self._snapshots.pop())
        self._snapshots.append(rest.rpc.call("evm_snapshot"))
        folder = Path(mkdtemp(prefix="tokenpay-anvil-")) / "bank"
        copytree(rest.directory, folder)
        copied = replace(
            rest,
            directory=folder,
            chain=_chain(rest.url, confirmations),
            clock=FakeClock(rest.clock.at_s),
            sessions=dict(rest.sessions),
            _stack=ExitStack(),
            _bank=None,
        )
        try:
            copied.open()
            yield copied
        finally:
            copied.close()
            rmtree(folder.parent, ignore_errors=True)


def _chain(url: str, confirmations: int) -> JsonRpcChain:
    return JsonRpcChain(url, ANVIL_CHAIN_ID, finality=Confirmations(confirmations), timeout_s=_TIMEOUT_S)


@contextmanager
def founded(url: str, *, odd: Sequence[str] = ()) -> Iterator[Template]:
    """Found a bank on an anvil that makes no blocks by itself, give its customer money, and close it.

    It takes the tokens of these contracts into use as well.
    """
    folder = Path(mkdtemp(prefix="tokenpay-anvil-template-"))
    try:
        rest = _found(folder / "bank", url, odd)
        rest.close()
        yield Template(at_rest=rest)
    finally:
        rmtree(folder, ignore_errors=True)


def _found(folder: Path, url: str, contracts: Sequence[str]) -> AnvilBank:
    rpc = JsonRpc(url, timeout_s=_TIMEOUT_S)
    rpc.call("anvil_mine", hex(3))
    chain = _chain(url, 0)
    payer = OutsideWallet(chain=chain, key=new_key())
    rpc.call("anvil_setBalance", payer.address.text, hex(100 * ETHER))
    contract = deploy_demo_token(payer)
    odd_contracts = {name: payer.deploy(code_of(name)) for name in contracts}
    rpc.call("anvil_mine", hex(1))
    asset = tp.Asset.token(ANVIL_CHAIN_ID, contract, symbol="DEUR", decimals=6)
    facts = {name: chain.token_facts(at) for name, at in odd_contracts.items()}
    odd = {
        name: tp.Asset.token(ANVIL_CHAIN_ID, told.contract, symbol=told.symbol, decimals=told.decimals)
        for name, told in facts.items()
    }
    clock = FakeClock(chain.head().timestamp_s)
    limits = tp.AssetLimits(payment_units=10**6, alone_units=10**6, customer_day_units=10**9, operator_day_units=10**9)
    settings = tp.ChainSettings(
        chain_id=ANVIL_CHAIN_ID,
        name="anvil",
        url=url,
        confirmations=0,
        resend_after_s=RESEND_AFTER_S,
        bump_after_s=BUMP_AFTER_S,
    )
    tp.found_bank(
        folder,
        name="Anvil",
        founders=[tp.Founder(id=id, name=id, password=_PASSWORD, role=role) for id, role in _PEOPLE.items()],
        policy=tp.Policy(
            limits=dict.fromkeys([asset.id, *(it.id for it in odd.values())], limits),
            hours=tp.Hours.always(),
            list_max_age_s=10**9,
        ),
        chains=[settings],
        demo=True,
        password_cost=2**10,
        clock=clock,
        chain_ports={ANVIL_CHAIN_ID: chain},
    )
    made = AnvilBank(directory=folder, url=url, rpc=rpc, chain=chain, clock=clock, payer=payer, asset=asset, odd=odd)
    made.open()
    _endow(made, contract)
    return made


def _endow(made: AnvilBank, contract: Address) -> None:
    """Sign the people in, give the customer money and the treasury coin and tokens, all of it final."""
    bank = made.bank
    made.sessions = {
        id: tp.open_session(bank, operator_id=id, password=_PASSWORD, terminal="counter") for id in _PEOPLE
    } | {"engine": tp.engine_session(bank)}
    ann = made.sessions["ann"]
    for asset in (made.asset, *made.odd.values()):
        tp.register_asset(bank, asset, by=ann)
    tp.load_list(
        bank,
        name="listed",
        form=tp.ListForm.OWN,
        files=[("0x" + "dd" * 20).encode()],
        dated_s=made.clock.now_s(),
        by=ann,
    )
    made.customer = tp.enrol_customer(bank, name="Anna", by=ann, key="enrol").id
    made.rpc.call("anvil_setBalance", made.treasury.text, hex(10 * ETHER))
    asked = made.request(START_UNITS, key="start")
    minted: Sequence[tuple[Address, int]] = (
        (made.payer.address, OUTSIDE_UNITS + START_UNITS),
        (made.treasury, START_UNITS),
    )
    for recipient, units in minted:
        made.payer.mint(contract, recipient, units)
        made.mine()
    made.payer.transfer(contract, asked, START_UNITS)
    made.mine()
    assert made.turn().error is None
    for asset_id in (tp.Asset.native(ANVIL_CHAIN_ID).id, made.asset.id):
        assert tp.recognise_holding(bank, asset_id=asset_id, by=ann)
