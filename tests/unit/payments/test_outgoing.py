"""The one call that a payment's transaction makes."""

import pytest

from tests.unit.payments.samples import BANK, COIN, CONTRACT, EURO, OUTSIDE, PAYEE, TOKEN, TREASURY, intent
from tokenpay.errors import WrongState
from tokenpay.ethereum import erc20
from tokenpay.money.amount import Amount
from tokenpay.payments.intent import Purpose
from tokenpay.payments.outgoing import Call, call_of


def test_a_token_payment_calls_the_token() -> None:
    call = call_of(intent(creditor=PAYEE), None)
    assert call == Call(to=CONTRACT, data=erc20.transfer(OUTSIDE, 12_500_000))


def test_a_coin_payment_carries_its_value() -> None:
    assert call_of(intent(creditor=PAYEE, amount=Amount(COIN, 7)), None) == Call(to=OUTSIDE, value_wei=7)


@pytest.mark.parametrize("purpose", [Purpose.COLLECTION, Purpose.SWEEP])
def test_an_authorization_is_carried_as_it_is(purpose: Purpose) -> None:
    carrying = intent(purpose=purpose, debtor=PAYEE, creditor=BANK)
    assert call_of(carrying, b"calldata") == Call(to=CONTRACT, data=b"calldata")
    with pytest.raises(WrongState, match="missing"):
        call_of(carrying, None)


def test_a_fill_pays_the_treasury_nothing() -> None:
    fill = intent(purpose=Purpose.FILL, debtor=BANK, creditor=BANK, amount=Amount(COIN, 0))
    assert call_of(fill, None) == Call(to=TREASURY)


@pytest.mark.parametrize("amount", [Amount(TOKEN, 1), Amount(EURO, 1)])
def test_a_book_payment_makes_no_transaction(amount: Amount) -> None:
    with pytest.raises(WrongState, match="no transaction"):
        call_of(intent(amount=amount), None)
