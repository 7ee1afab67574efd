"""Quotes: exact, rounded in the bank's favour by less than a cent, and good for a while."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from tokenpay.counter.quote import Rate, Side, quote
from tokenpay.errors import InvalidInput
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset

EUR = Asset.cash("EUR")
TOKEN = Asset.token(1, Address(b"\x11" * 20), symbol="TOK", decimals=18)
RATE = Rate(base=TOKEN, quoted=EUR, price=Decimal("1.02"), source="desk", at_s=90)


def made(tokens="100", **changes):
    terms = {"side": Side.CASH_IN, "rate": RATE, "margin_basis_points": 0, "now_s": 100, "lifetime_s": 60}
    return quote("Q-1", tokens=Amount.parse(tokens, TOKEN), **{**terms, **changes})


@pytest.mark.parametrize(
    ("tokens", "side", "margin", "cash"),
    [
        ("100", Side.CASH_IN, 0, "102.00"),
        ("100", Side.CASH_OUT, 0, "102.00"),
        ("100", Side.CASH_IN, 150, "103.53"),
        ("100", Side.CASH_OUT, 150, "100.47"),
        ("0.001", Side.CASH_IN, 0, "0.01"),
        ("0.0197", Side.CASH_OUT, 0, "0.02"),
        ("0.000000000000000001", Side.CASH_IN, 0, "0.01"),
    ],
)
def test_cash_for_tokens(tokens, side, margin, cash):
    assert made(tokens, side=side, margin_basis_points=margin).cash.number() == cash


def test_too_little_to_pay_out():
    with pytest.raises(InvalidInput, match="too small"):
        made("0.001", side=Side.CASH_OUT)


@given(
    units=st.integers(10**17, 10**30),
    price=st.decimals("0.01", "100000", allow_nan=False, places=10),
    margin=st.integers(0, 9_000),
)
def test_the_bank_never_loses_a_unit_and_never_takes_two(units, price, margin):
    """However long the numbers are: no digit is lost on the way."""
    rate = replace(RATE, price=price)
    terms = {"rate": rate, "margin_basis_points": margin, "now_s": 0, "lifetime_s": 1}
    tokens = Amount(TOKEN, units)
    paid = quote("Q", side=Side.CASH_IN, tokens=tokens, **terms).cash.units
    numerator, denominator = price.as_integer_ratio()
    exact = units * numerator * (10_000 + margin)
    scale = denominator * 10**18 // 100 * 10_000
    assert 0 <= paid * scale - exact < scale


def test_a_quote_is_good_from_when_it_was_made_until_it_expires():
    offer = made()
    assert [offer.good_at(now_s) for now_s in (99, 100, 159, 160)] == [False, True, True, False]


def test_quotes_that_cannot_be():
    for changes in (
        {"lifetime_s": 0},
        {"margin_basis_points": -1},
        {"margin_basis_points": 10_000},
        {"rate": replace(RATE, quoted=TOKEN)},
    ):
        with pytest.raises(InvalidInput):
            made(**changes)
    for price in (Decimal(0), Decimal(-1), Decimal("NaN"), 1.02):
        with pytest.raises(InvalidInput):
            replace(RATE, price=price)
