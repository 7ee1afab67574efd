"""A simulated bank on its first morning: people at every branch, money in treasury and vaults, customers with some."""

from tokenpay.bootstrap import found_in_memory
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.counter.cash_count import CashCount
from tokenpay.engine import run_once
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.money.tariff import Tariff
from tokenpay.operations.approve import approve
from tokenpay.operations.assets import register_asset
from tokenpay.operations.customers import enrol_customer
from tokenpay.operations.found import Founder
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.load_list import load_list
from tokenpay.operations.move_cash import receive_cash
from tokenpay.operations.recognise_holding import recognise_holding
from tokenpay.parties.operator import ENGINE_ID, Role
from tokenpay.payments.payment import Payment
from tokenpay.settings import ChainSettings
from tokenpay.testing.fake_chain import FakeChain
from tokenpay.testing.fake_rates import FakeRates
from tokenpay.testing.simulator.chance import Chance, SeededEntropy
from tokenpay.testing.simulator.node import Node
from tokenpay.testing.simulator.power_cut import Steps
from tokenpay.testing.simulator.virtual_clock import START_S, VirtualClock
from tokenpay.testing.simulator.world import Person, World

CHAIN_ID = 31_337
CONTRACT = Address(b"\x11" * 20)
TOKEN = Asset.token(CHAIN_ID, CONTRACT, symbol="DEUR", decimals=2)
COIN = Asset.native(CHAIN_ID)
CASH = Asset.cash("EUR")
DENIED = Address(b"\xdd" * 20)
CONFIRMATIONS = 2
CUSTOMERS_A_BRANCH = 5
START_UNITS = 100_000
TREASURY_UNITS, TREASURY_WEI = 10**8, 10**21
LIMITS = AssetLimits(payment_units=50_000, alone_units=10_000, customer_day_units=150_000, operator_day_units=5_000_000)
CASH_LIMITS = AssetLimits(payment_units=10**7, alone_units=20_000, customer_day_units=500_000, operator_day_units=10**8)
TARIFF = Tariff(
    token=TOKEN.id,
    currency=CASH.symbol,
    sell_basis_points=50,
    buy_basis_points=50,
    fee_basis_points=0,
    fee_minimum_units=10,
    quote_lifetime_s=300,
    rate_max_age_s=3_600,
)
POLICY = Policy(
    limits={TOKEN.id: LIMITS, CASH.id: CASH_LIMITS}, hours=Hours.always(), list_max_age_s=10**9, tariffs=(TARIFF,)
)
_PASSWORD = "at-the-desk"  # noqa: S105 - every door of this bank
_COST = 2**10


def found_world(seed: int, branches: int, *, confirmations: int = CONFIRMATIONS) -> World:
    """Found a bank in memory and bring its first customers and money to it, through its own verbs."""
    clock, entropy = VirtualClock(), SeededEntropy(seed)
    chain = FakeChain(CHAIN_ID, confirmations=confirmations, start_s=START_S)
    chain.add_token(CONTRACT, decimals=TOKEN.decimals)
    rates = FakeRates(clock)
    rates.set(TOKEN, CASH, "1.01")
    node, steps = Node(chain), Steps()
    people = {person.id: person for branch in range(1, branches + 1) for person in _people(branch)}
    founded = found_in_memory(
        name="Simulated Bank",
        founders=[
            Founder(id=person.id, name=person.id, password=_PASSWORD, role=person.role, branch=person.branch)
            for person in people.values()
        ],
        policy=POLICY,
        chains=[ChainSettings(chain_id=CHAIN_ID, name="simulated", confirmations=confirmations)],
        clock=clock,
        entropy=entropy,
        chain_ports={CHAIN_ID: steps.around(node)},
        rates=rates,
        password_cost=_COST,
    )
    people[ENGINE_ID] = Person(
        id=ENGINE_ID, role=Role.ENGINE, branch=ENGINE_ID, terminal=ENGINE_ID, password=founded.engine_password
    )
    steps.watch(founded.bank.store.engine)
    world = World(
        bank=founded.bank,
        chain=chain,
        node=node,
        clock=clock,
        entropy=entropy,
        rates=rates,
        policy=POLICY,
        token=TOKEN,
        coin=COIN,
        cash=CASH,
        people=people,
        steps=steps,
    )
    _bring_money(world, Chance(seed, 0))
    return world


def _people(branch: int) -> list[Person]:
    named = [("sup", Role.SUPERVISOR), ("tel", Role.TELLER)]
    return [
        Person(
            id=f"{name}-{branch}{letter}",
            role=role,
            branch=f"branch-{branch}",
            terminal=f"{name}-{branch}{letter}",
            password=_PASSWORD,
        )
        for name, role in named
        for letter in "ab"
    ]


def _bring_money(world: World, chance: Chance) -> None:
    supervisors, treasury = world.people_in(Role.SUPERVISOR), world.bank.required_signer().treasury()
    first = supervisors[0]
    for asset in (TOKEN, CASH):
        register_asset(world.bank, asset, by=world.session(first))
    load_list(
        world.bank,
        name="own",
        form=ListForm.OWN,
        files=[f"{DENIED}\n".encode()],
        dated_s=world.clock.now_s(),
        by=world.session(first),
    )
    world.chain.deposit(None, treasury, TREASURY_WEI)
    world.chain.deposit(CONTRACT, treasury, TREASURY_UNITS)
    for teller in world.people_in(Role.TELLER)[::2]:
        branch = world.people[teller].branch
        for number in range(CUSTOMERS_A_BRANCH):
            customer = world.ask(chance, teller, enrol_customer, name=f"Customer {number} of {branch}")
            world.customers.append(customer.id)
            request = world.ask(
                chance, teller, issue_request, payee=customer.id, asset=TOKEN, amount=world.amount(START_UNITS)
            )
            world.chain.deposit(CONTRACT, request.deposit_address, START_UNITS)
    world.clock.advance(world.chain.block_time_s)
    world.chain.mine(world.chain.confirmations + 1, timestamp_s=world.clock.at_s)
    world.clock.reach(world.chain.head().timestamp_s)
    run_once(world.bank, by=world.session(ENGINE_ID))
    for asset in (COIN, TOKEN):
        recognise_holding(world.bank, asset_id=asset.id, by=world.session(first))
    for maker, checker in zip(supervisors[::2], supervisors[1::2], strict=True):
        count = CashCount.parse("50x100, 100x50, 100x20, 100x10, 200x1, 500x0.10, 500x0.01", CASH.symbol)
        delivery = world.ask(chance, maker, receive_cash, count=count)
        if isinstance(delivery, Payment):
            world.ask(chance, checker, approve, keyed=False, payment_id=delivery.id)
    world.payments.clear()
