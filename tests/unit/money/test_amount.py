"""Amounts: exact, never negative, never a float, and never of two assets at once."""

import operator
import pickle
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal

import pytest
from hypothesis import given, strategies as st

from tokenpay.errors import AssetMismatch, InsufficientFunds, InvalidAmount, PrecisionLost
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS, Amount, Rounding
from tokenpay.money.asset import MAX_DECIMALS, Asset

EUR = Asset.cash("EUR")
JPY = Asset.cash("JPY")
ETH = Asset.native(1)
USDC = Asset.token(1, Address(b"\1" * 20), symbol="USDC", decimals=6)

UNITS = st.integers(0, MAX_UNITS)
ASSETS = st.integers(0, MAX_DECIMALS).map(
    lambda decimals: Asset.token(1, Address(b"\1" * 20), symbol="T", decimals=decimals)
)


@pytest.mark.parametrize(
    ("text", "asset", "units"),
    [
        ("0", EUR, 0),
        ("0.00", EUR, 0),
        ("12.5", EUR, 1250),
        ("12.50", EUR, 1250),
        ("12.5000000", EUR, 1250),
        ("1000000", JPY, 1_000_000),
        ("7.0", JPY, 7),
        ("0.000001", USDC, 1),
        ("0.000000000000000001", ETH, 1),
        (str(MAX_UNITS), JPY, MAX_UNITS),
    ],
)
def test_parsing(text: str, asset: Asset, units: int) -> None:
    assert Amount.parse(text, asset) == Amount(asset, units)


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "1.", ".5", "-1", "+1", "01", "00", "1e2", "1E2", "0x10", "1_000", "1,000", "1.000,00", "1 000"]
    + ["NaN", "Infinity", "1.2.3", " 1", "1 ", "1\n", "١", "½", "1.5 EUR", "9" * 79, "0." + "0" * 79, "12.50\0"],
)
def test_what_is_no_amount(text: str) -> None:
    for rounding in (None, "down"):
        with pytest.raises(InvalidAmount):
            Amount.parse(text, EUR, rounding=rounding)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["0.001", "12.505", "0." + "0" * 77 + "1"])
def test_excess_decimals_raise(text: str) -> None:
    with pytest.raises(PrecisionLost, match="EUR has 2 decimals"):
        Amount.parse(text, EUR)


@pytest.mark.parametrize(
    ("text", "rounding", "units"),
    [
        ("0.005", "down", 0),
        ("0.005", "up", 1),
        ("0.001", "up", 1),
        ("0.005", "half_even", 0),
        ("0.015", "half_even", 2),
        ("0.0051", "half_even", 1),
        ("0.01", "up", 1),
        ("0." + "0" * 77 + "1", "up", 1),
        ("9." + "9" * 78, "down", 999),
    ],
)
def test_rounding_only_by_name(text: str, rounding: Rounding, units: int) -> None:
    assert Amount.parse(text, EUR, rounding=rounding).units == units


@given(st.decimals(0, 10**20, places=9), st.sampled_from([("down", ROUND_DOWN), ("up", ROUND_UP)]))
def test_rounding_stays_within_one_unit(value: Decimal, names: tuple[Rounding, str]) -> None:
    amount = Amount.of(value, EUR, rounding=names[0])
    assert amount.decimal() == value.quantize(Decimal("0.01"), rounding=names[1])
    half = Amount.of(value, EUR, rounding="half_even")
    assert half.decimal() == value.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


@given(UNITS, ASSETS)
def test_text_and_decimals_read_back(units: int, asset: Asset) -> None:
    amount = Amount(asset, units)
    assert Amount.parse(amount.number(), asset) == amount
    assert Amount.parse(amount.short(), asset) == amount
    assert Amount.of(amount.decimal(), asset) == amount
    assert len(amount.number().partition(".")[2]) == asset.decimals
    assert str(amount) == f"{amount.short()} T"


@pytest.mark.parametrize(
    ("amount", "number", "short"),
    [
        (Amount(EUR, 0), "0.00", "0.00"),
        (Amount(EUR, 5), "0.05", "0.05"),
        (Amount(EUR, 123_456_700), "1234567.00", "1234567.00"),
        (Amount(JPY, 1200), "1200", "1200"),
        (Amount(JPY, 0), "0", "0"),
        (Amount(USDC, 12_500_000), "12.500000", "12.50"),
        (Amount(USDC, 12_345_678), "12.345678", "12.345678"),
        (Amount(ETH, 1), "0.000000000000000001", "0.000000000000000001"),
    ],
)
def test_writing(amount: Amount, number: str, short: str) -> None:
    assert (amount.number(), amount.short()) == (number, short)


@pytest.mark.parametrize("units", [1.0, True, False, Decimal(1), "1", None, 1j])
def test_units_are_whole_numbers(units: object) -> None:
    with pytest.raises(InvalidAmount):
        Amount(EUR, units)  # type: ignore[arg-type]


@pytest.mark.parametrize("units", [-1, MAX_UNITS + 1])
def test_units_out_of_range(units: int) -> None:
    with pytest.raises(InvalidAmount):
        Amount(EUR, units)


@pytest.mark.parametrize(
    "value",
    [1.5, 0.0, float("nan"), -1, MAX_UNITS]
    + [Decimal(text) for text in ("NaN", "sNaN", "Infinity", "-Infinity", "-0.001", "1e999999")]
    + [Decimal("1." + "0" * 250 + "1")],
)
def test_values_that_are_no_amount(value: Decimal) -> None:
    with pytest.raises(InvalidAmount):
        Amount.of(value, EUR, rounding="down")


@given(UNITS, UNITS)
def test_adding_and_taking_away(left: int, right: int) -> None:
    a, b = Amount(EUR, left), Amount(EUR, right)
    if left + right > MAX_UNITS:
        with pytest.raises(InvalidAmount):
            _ = a + b
    else:
        assert (a + b).units == left + right
        assert a + b == b + a
        assert a + b - b == a
    if right > left:
        with pytest.raises(InsufficientFunds):
            _ = a - b
    else:
        assert (a - b).units == left - right


@given(UNITS, UNITS)
def test_order_is_that_of_the_units(left: int, right: int) -> None:
    a, b = Amount(EUR, left), Amount(EUR, right)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        assert compare(a, b) is compare(left, right)


@pytest.mark.parametrize("meet", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize(
    "other", [Amount(JPY, 1), Amount(Asset.token(1, Address(b"\1" * 20), symbol="USDC", decimals=18), 1), 1, 1.0, "1"]
)
def test_different_assets_do_not_meet(meet, other: object) -> None:
    with pytest.raises(AssetMismatch):
        meet(Amount(USDC, 1), other)


def test_amounts_of_different_assets_are_not_equal() -> None:
    assert Amount(EUR, 1) != Amount(JPY, 1)
    assert Amount(EUR, 1) != 1


@pytest.mark.parametrize("operation", [lambda a: a * 2, lambda a: a / 2, lambda a: -a, float, int, sum])
def test_there_is_no_other_arithmetic(operation) -> None:
    with pytest.raises(TypeError):
        operation(Amount(EUR, 100))


@given(UNITS)
def test_an_amount_is_a_value(units: int) -> None:
    amount = Amount(ETH, units)
    assert {amount: 1}[Amount(ETH, units)] == 1
    assert pickle.loads(pickle.dumps(amount)) == amount
    assert bool(amount) is (units != 0)


def test_an_amount_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Amount(EUR, 1).units = 2  # type: ignore[misc]
