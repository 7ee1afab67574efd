"""Whatever is exchanged, agreed to, refused or left too late, in whatever order: both halves, or neither."""

from collections import Counter

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.properties.exchange_counter import EUR, IN_DRAWER_UNITS, open_counter, quote
from tests.properties.money_checks import check_both_sides_agree, check_entries_replay, check_limits
from tests.properties.small_bank import DEUR, LIMITS, START_UNITS, SmallBank, template
from tokenpay.counter.quote import Direction
from tokenpay.counter.shift import Shift
from tokenpay.errors import InvalidInput
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import TransferState
from tokenpay.money.amount import Amount
from tokenpay.operations.approve import approve
from tokenpay.operations.cancel import cancel
from tokenpay.operations.exchange import exchange
from tokenpay.operations.expire import expire
from tokenpay.operations.reconcile import reconcile
from tokenpay.operations.refuse import refuse
from tokenpay.operations.shift_report import shift_report
from tokenpay.payments.intent import BookParty, Purpose
from tokenpay.payments.payment import Payment, PaymentState

STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(Direction),
        st.sampled_from((DEUR, EUR)),
        st.sampled_from((1, 2, 3, LIMITS.alone_units, LIMITS.payment_units)) | st.integers(1, 1_100),
        st.sampled_from(("approve", "refuse", "cancel", "leave", "late")),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(steps=STEPS, price=st.sampled_from(("1", "1.01", "0.37", "2.9999999")))
def test_both_halves_or_neither(steps: list[tuple[int, Direction, object, int, str]], price: str) -> None:
    with template().copy() as small:
        shift = open_counter(small, price=price)
        for number, (who, direction, asset, units, then) in enumerate(steps):
            amount = Amount(DEUR if asset == DEUR else EUR, units)
            try:
                offered = quote(small, small.customers[who], direction, amount)
            except InvalidInput:
                continue  # too small
            if then == "late":
                small.clock.advance(100)
            made = exchange(small.bank, quote_id=offered.id, by=small.sessions["tom"], key=f"exchange {number}")
            assert then != "late" or not isinstance(made, Payment)
            if isinstance(made, Payment) and made.state is PaymentState.HELD:
                decide(small, made, then)
            check(small, shift)
        small.clock.advance(100)
        expire(small.bank, by=small.sessions["engine"])
        check(small, shift)
        assert reconcile(small.bank, by=small.sessions["ann"]).holds


def decide(small: SmallBank, held: Payment, then: str) -> None:
    if then == "approve":
        assert approve(small.bank, held.id, by=small.sessions["bob"]).state is PaymentState.FINAL
    elif then == "refuse":
        refuse(small.bank, held.id, reason="no", by=small.sessions["bob"])
    elif then == "cancel":
        cancel(small.bank, held.id, by=small.sessions["tom"])


def check(small: SmallBank, shift: Shift) -> None:
    """The books say what the exchanges say, and the bank owes no tokens that it does not have."""
    with small.bank.store.read() as uow:
        accounts = uow.ledger.accounts()
        payments = uow.payments.find(purpose=Purpose.EXCHANGE)
        check_both_sides_agree(accounts)
        check_entries_replay(uow, accounts)
        check_limits(uow, uow.payments.find(limit=10**6))
        for payment in payments:
            moved = [transfer.state for transfer in uow.ledger.transfers(payment_id=payment.id)]
            expected = {PaymentState.FINAL: TransferState.POSTED, PaymentState.HELD: TransferState.PENDING}
            assert set(moved) == {expected.get(payment.state, TransferState.VOIDED)}
            assert payment.intent.cash is not None
            assert len(moved) == (3 if payment.intent.cash.fee else 2)
    final = [payment for payment in payments if payment.state is PaymentState.FINAL]
    check_balances(small, accounts, final)
    own = [a for a in accounts if a.asset_id == DEUR.id and a.kind in (AccountKind.FUNDING, AccountKind.CONVERSION)]
    assert sum(account.posted_units - account.debits_pending for account in own) >= 0
    (line,) = shift_report(small.bank, shift.id, by=small.sessions["ann"]).cash
    assert line.expected == line.from_vault + line.cash_in - line.cash_out


def check_balances(small: SmallBank, accounts: list[Account], final: list[Payment]) -> None:
    expected: Counter[str] = Counter({f"customer/{id}": START_UNITS for id in small.customers})
    expected["drawer/E1"], expected["fees/bank"] = IN_DRAWER_UNITS, 0
    for payment in final:
        intent, cash = payment.intent, payment.intent.cash
        assert cash is not None
        into = 1 if intent.cash_comes_in else -1
        customer = intent.creditor if into == 1 else intent.debtor
        assert isinstance(customer, BookParty)
        expected[str(customer)] += into * intent.amount.units
        expected["drawer/E1"] += into * cash.amount.units
        expected["fees/bank"] += cash.fee.units
    for account in accounts:
        name = f"{account.kind}/{account.owner}"
        if name in expected:
            assert account.posted_units == expected[name], name
