"""Quotes are exact: what is worked out is rounded once, for the bank, and nobody gains by going in and out again."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st

from tests.unit.payments.samples import COIN, EURO, TOKEN
from tokenpay.counter.cash_count import faces
from tokenpay.counter.quote import Direction, Legs, Quote, work_out
from tokenpay.errors import AssetMismatch, InvalidAsset, InvalidInput
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.money.rate import Rate
from tokenpay.money.tariff import Tariff

IN, OUT = Direction.CASH_IN, Direction.CASH_OUT
FRANC, YEN = Asset.cash("CHF"), Asset.cash("JPY")
RATE = Rate(token=TOKEN, cash=EURO, price=Decimal("2"), source="desk", at_s=1)


def tariff(cash: Asset = EURO, **changes: Any) -> Tariff:
    plain: dict[str, Any] = {
        "sell_basis_points": 0,
        "buy_basis_points": 0,
        "quote_lifetime_s": 60,
        "rate_max_age_s": 60,
    }
    return Tariff(token=TOKEN.id, currency=cash.symbol, **(plain | changes))


def tokens(text: str) -> Amount:
    return Amount.parse(text, TOKEN)


def cash(text: str, asset: Asset = EURO) -> Amount:
    return Amount.parse(text, asset)


SPREAD = {"sell_basis_points": 100, "buy_basis_points": 200}
PART = {"fee_basis_points": 50, "fee_minimum_units": 100}
CASES = [
    ("at the rate itself", {}, IN, tokens("10"), ("10.00", "20.00", "0.00")),
    ("and back", {}, OUT, tokens("10"), ("10.00", "20.00", "0.00")),
    ("the bank sells for more", SPREAD, IN, tokens("10"), ("10.00", "20.20", "0.00")),
    ("and buys for less", SPREAD, OUT, tokens("10"), ("10.00", "19.60", "0.00")),
    ("the least fee is on top", PART, IN, tokens("10"), ("10.00", "21.00", "1.00")),
    ("or taken off", PART, OUT, tokens("10"), ("10.00", "19.00", "1.00")),
    ("a part is more", PART, IN, tokens("1000"), ("1000.00", "2010.00", "10.00")),
    ("the fee is within the cash", PART, IN, cash("21"), ("10.00", "21.00", "1.00")),
    ("and beside it", PART, OUT, cash("19"), ("10.00", "19.00", "1.00")),
    ("so is a part", PART, IN, cash("2010"), ("1000.00", "2010.00", "10.00")),
    ("both ways", PART, OUT, cash("1990"), ("1000.00", "1990.00", "10.00")),
    ("all at once", SPREAD | PART, IN, cash("100"), ("49.009900", "100.00", "1.00")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "direction", "amount", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_changes_hands(
    terms: dict[str, Any], direction: Direction, amount: Amount, expected: tuple[str, str, str]
) -> None:
    legs = work_out(amount, direction=direction, rate=RATE, tariff=tariff(**terms))
    assert legs == Legs(tokens=tokens(expected[0]), cash=cash(expected[1]), fee=cash(expected[2]))


def test_cash_is_what_coins_can_pay() -> None:
    rate = Rate(token=TOKEN, cash=FRANC, price=Decimal("0.97"), source="desk", at_s=1)
    for direction, paid in ((IN, "1.00"), (OUT, "0.95")):  # 0.97: there is no smaller coin than 0.05
        legs = work_out(tokens("1"), direction=direction, rate=rate, tariff=tariff(FRANC))
        assert legs.cash == cash(paid, FRANC)
    with pytest.raises(InvalidInput, match=r"0\.05 CHF"):
        work_out(cash("1.01", FRANC), direction=IN, rate=rate, tariff=tariff(FRANC))


@pytest.mark.parametrize(
    ("direction", "amount"),
    [
        *((direction, Amount(asset, 0)) for direction in Direction for asset in (TOKEN, EURO)),
        (OUT, Amount(TOKEN, 4_999)),  # brings less than a cent
        (IN, cash("0.01")),  # all of it is the fee
    ],
)
def test_too_little_is_no_exchange(direction: Direction, amount: Amount) -> None:
    with pytest.raises(InvalidInput, match="too small"):
        work_out(amount, direction=direction, rate=RATE, tariff=tariff(fee_minimum_units=1))


def test_a_fee_above_the_worth_pays_nothing_out() -> None:
    with pytest.raises(InvalidInput, match="too small"):
        work_out(tokens("1"), direction=OUT, rate=RATE, tariff=tariff(fee_minimum_units=200))


def test_what_does_not_belong_together() -> None:
    with pytest.raises(AssetMismatch):
        work_out(tokens("1"), direction=IN, rate=RATE, tariff=tariff(FRANC))
    with pytest.raises(AssetMismatch):
        work_out(Amount(COIN, 1), direction=IN, rate=RATE, tariff=tariff())
    with pytest.raises(AssetMismatch):
        Legs(tokens=tokens("1"), cash=cash("1"), fee=cash("1", FRANC))
    for swapped in ({"tokens": cash("1")}, {"cash": tokens("1"), "fee": tokens("1")}, {"cash": cash("0")}):
        with pytest.raises(InvalidInput):
            replace(Legs(tokens=tokens("1"), cash=cash("1"), fee=cash("0")), **swapped)


def test_no_cash_without_known_notes_and_coins() -> None:
    rate = Rate(token=TOKEN, cash=Asset.cash("AED"), price=Decimal(1), source="desk", at_s=1)
    with pytest.raises(InvalidInput, match="notes and coins"):
        work_out(tokens("1"), direction=IN, rate=rate, tariff=tariff(rate.cash))


@pytest.mark.parametrize(
    "change",
    [
        {"price": 1.5},
        {"price": Decimal(0)},
        {"price": Decimal(-1)},
        {"price": Decimal("NaN")},
        {"price": Decimal("Infinity")},
        {"price": Decimal("1E+1000000")},
        {"price": Decimal("1." + "1" * 50)},
        {"token": EURO},
        {"cash": TOKEN},
        {"token": COIN},
        {"source": ""},
        {"source": "a\nb"},
        {"source": "x" * 65},
        {"at_s": -1},
        {"at_s": 1.0},
    ],
)
def test_what_is_no_rate(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        replace(RATE, **change)


@pytest.mark.parametrize(("now_s", "good"), [(0, False), (1, True), (61, True), (62, False)])
def test_how_long_a_rate_is_good(now_s: int, good: bool) -> None:
    assert RATE.good_at(now_s, max_age_s=60) is good


@pytest.mark.parametrize(
    "name",
    [
        "sell_basis_points",
        "buy_basis_points",
        "fee_basis_points",
        "fee_minimum_units",
        "quote_lifetime_s",
        "rate_max_age_s",
    ],
)
@pytest.mark.parametrize("number", [-1, 1.0, True, 2**256])
def test_what_is_no_tariff(name: str, number: Any) -> None:
    with pytest.raises(InvalidInput):
        tariff(**{name: number})
    with pytest.raises(InvalidAsset):
        replace(tariff(), currency="XXX")


@pytest.mark.parametrize(("now_s", "good"), [(9, False), (10, True), (69, True), (70, False)])
def test_how_long_a_quote_is_good(now_s: int, good: bool) -> None:
    legs = Legs(tokens=tokens("1"), cash=cash("2"), fee=cash("0"))
    of: dict[str, Any] = {"id": "QU-1", "direction": IN, "customer_id": "C1", "legs": legs, "rate": RATE}
    of |= {"policy_version": 1, "shift_id": "SH-1", "operator_id": "tom", "branch": "main", "quoted_at_s": 10}
    assert Quote(**of, expires_at_s=70).good_at(now_s) is good
    with pytest.raises(InvalidInput):
        Quote(**of, expires_at_s=10)
    with pytest.raises(AssetMismatch):
        Quote(**{**of, "rate": replace(RATE, cash=FRANC)}, expires_at_s=70)


# --- properties ------------------------------------------------------------------------------

POINTS = st.integers(0, 2_000)
TARIFFS = st.fixed_dictionaries(
    {
        "sell_basis_points": POINTS,
        "buy_basis_points": POINTS,
        "fee_basis_points": POINTS,
        "fee_minimum_units": st.integers(0, 500),
    }
)
PRICES = st.decimals("0.000001", "1000000", places=9).filter(bool)
CURRENCIES = st.sampled_from([EURO, FRANC, YEN])
UNITS = st.integers(1, 10**15)


def worked(amount: Amount, direction: Direction, rate: Rate, terms: dict[str, int]) -> Legs | None:
    """The legs, or None where the amount is too small."""
    try:
        return work_out(amount, direction=direction, rate=rate, tariff=tariff(rate.cash, **terms))
    except InvalidInput as error:
        assert "too small" in error.message  # noqa: PT017 - any other refusal fails the test
        return None


def exact(token_units: int, direction: Direction, rate: Rate, terms: dict[str, int]) -> tuple[Fraction, Fraction]:
    """What so many tokens cost or bring, and the fee within it, before anything is rounded."""
    points = 10_000 + (terms["sell_basis_points"] if direction is IN else -terms["buy_basis_points"])
    worth = token_units * rate.unit_price * points / 10_000
    fee = tariff(rate.cash, **terms).fee(worth)
    return (worth + fee if direction is IN else worth - fee), fee


@given(terms=TARIFFS, price=PRICES, currency=CURRENCIES, direction=st.sampled_from(Direction), units=UNITS, less=UNITS)
def test_for_tokens_the_cash_is_rounded_for_the_bank_by_less_than_a_coin(
    terms: dict[str, int], price: Decimal, currency: Asset, direction: Direction, units: int, less: int
) -> None:
    rate = Rate(token=TOKEN, cash=currency, price=price, source="any", at_s=0)
    legs = worked(Amount(TOKEN, units), direction, rate, terms)
    assume(legs is not None)
    assert legs is not None
    coin, (asked, fee) = faces(currency.symbol)[-1].units, exact(units, direction, rate, terms)
    kept = legs.cash.units - asked if direction is IN else asked - legs.cash.units
    assert 0 <= kept < coin
    assert legs.cash.units % coin == 0
    assert 0 <= fee - legs.fee.units < 1
    assert {type(amount.units) for amount in (legs.tokens, legs.cash, legs.fee)} == {int}
    fewer = worked(Amount(TOKEN, min(units, less)), direction, rate, terms)
    assert fewer is None or fewer.cash <= legs.cash, "more tokens never come to less cash"


@given(terms=TARIFFS, price=PRICES, currency=CURRENCIES, direction=st.sampled_from(Direction), coins=UNITS, less=UNITS)
def test_for_cash_the_tokens_are_rounded_for_the_bank_by_less_than_a_unit(
    terms: dict[str, int], price: Decimal, currency: Asset, direction: Direction, coins: int, less: int
) -> None:
    rate = Rate(token=TOKEN, cash=currency, price=price, source="any", at_s=0)
    coin = faces(currency.symbol)[-1].units
    legs = worked(Amount(currency, coins * coin), direction, rate, terms)
    assume(legs is not None)
    assert legs is not None
    assert legs.cash.units == coins * coin
    here, _ = exact(legs.tokens.units, direction, rate, terms)
    if direction is IN:  # one more would not be paid for
        assert here <= legs.cash.units < exact(legs.tokens.units + 1, direction, rate, terms)[0]
    else:  # one less would not be enough
        assert here >= legs.cash.units > exact(legs.tokens.units - 1, direction, rate, terms)[0]
    fewer = worked(Amount(currency, min(coins, less) * coin), direction, rate, terms)
    assert fewer is None or fewer.tokens <= legs.tokens, "more cash never comes to fewer tokens"


@given(terms=TARIFFS, price=PRICES, currency=CURRENCIES, units=UNITS, by_cash=st.booleans(), back_by_cash=st.booleans())
def test_nobody_gains_by_going_in_and_out_again(
    terms: dict[str, int], price: Decimal, currency: Asset, units: int, by_cash: bool, back_by_cash: bool
) -> None:
    rate = Rate(token=TOKEN, cash=currency, price=price, source="any", at_s=0)
    coin = faces(currency.symbol)[-1].units
    into = worked(Amount(currency, units * coin) if by_cash else Amount(TOKEN, units), IN, rate, terms)
    assume(into is not None)
    assert into is not None
    back = worked(into.cash if back_by_cash else into.tokens, OUT, rate, terms)
    if back is not None:
        assert back.cash <= into.cash
        assert back.cash < into.cash or back.tokens >= into.tokens
