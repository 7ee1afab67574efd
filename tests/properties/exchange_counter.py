"""A small bank's counter: a rate, a tariff, and a drawer with cash in an open shift of its teller."""

from dataclasses import replace

from tests.decree import decree
from tests.properties.small_bank import DEUR, LIMITS, SmallBank
from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.quote import Direction, Quote
from tokenpay.counter.shift import Shift
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.money.tariff import Tariff
from tokenpay.operations.approve import approve
from tokenpay.operations.assets import register_asset
from tokenpay.operations.move_cash import CashDirection, allocate_cash, receive_cash
from tokenpay.operations.open_shift import open_shift
from tokenpay.operations.quote_exchange import quote_exchange
from tokenpay.payments.payment import Payment
from tokenpay.testing import FakeRates

EUR = Asset.cash("EUR")
IN_DRAWER_UNITS = 900
TARIFF = Tariff(
    token=DEUR.id,
    currency="EUR",
    sell_basis_points=150,
    buy_basis_points=50,
    fee_basis_points=100,
    fee_minimum_units=2,
    quote_lifetime_s=100,
    rate_max_age_s=100,
)


def open_counter(small: SmallBank, *, price: str = "1.01") -> Shift:
    """Let Tom have a shift of the drawer E1 with some cash in it."""
    bank, ann, tom = small.bank, small.sessions["ann"], small.sessions["tom"]
    rates = FakeRates(small.clock)
    rates.set(DEUR, EUR, price)
    small.use(replace(bank, rates=rates))
    with bank.store.unit_of_work() as uow:
        old = uow.policies.newest()
        new = replace(old, version=old.version + 1, limits={**old.limits, EUR.id: LIMITS}, tariffs=(TARIFF,))
        decree(uow, new, maker=ann, checker=small.sessions["bob"], at_s=1)
    register_asset(bank, EUR, by=ann)
    delivery = receive_cash(bank, count=CashCount.parse("1x10", "EUR"), by=ann, key="counter/delivery")
    assert isinstance(delivery, Payment)
    approve(bank, delivery.id, by=small.sessions["bob"])
    shift = open_shift(bank, drawer="E1", opening=[], by=tom, key="counter/open")
    assert isinstance(shift, Shift)
    out, amount = CashDirection.TO_DRAWER, Amount(EUR, IN_DRAWER_UNITS)
    moved = allocate_cash(bank, drawer="E1", amount=amount, direction=out, by=tom, key="counter/fill")
    assert isinstance(moved, Payment)
    approve(bank, moved.id, by=ann)
    return shift


def quote(small: SmallBank, customer: str, direction: Direction, amount: Amount) -> Quote:
    """Ask what an exchange costs, by Tom."""
    against = EUR if amount.asset == DEUR else DEUR
    return quote_exchange(
        small.bank, customer_id=customer, direction=direction, amount=amount, against=against, by=small.sessions["tom"]
    )
