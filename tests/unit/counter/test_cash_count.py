"""Counting notes and coins."""

import pytest

from tokenpay.counter.cash_count import CashCount, faces
from tokenpay.errors import InvalidAmount, InvalidInput, PrecisionLost


def test_a_count_is_read_and_written_largest_first():
    count = CashCount.parse("4x20, 10x50, 25x0.50, 0x5", "EUR")
    assert str(count) == "10x50.00, 4x20.00, 25x0.50"
    assert count.amount.number() == "592.50"
    assert CashCount.parse(str(count), "EUR").amount == count.amount


def test_an_empty_drawer():
    assert CashCount.parse("", "EUR").amount.units == 0
    assert str(CashCount(currency="EUR", pieces={})) == ""


@pytest.mark.parametrize("currency", ["BYN", "CHF", "EUR", "GBP", "JPY", "PLN", "RUB", "UAH", "USD"])
def test_faces_are_exact_and_largest_first(currency):
    units = [face.units for face in faces(currency)]
    assert units == sorted(set(units), reverse=True)
    assert all(unit > 0 for unit in units)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("10x30", InvalidInput),
        ("10", InvalidInput),
        ("ten x 50", InvalidInput),
        ("-1x50", InvalidInput),
        ("1x50, 2x50", InvalidInput),
        ("1x50, 2x50.00", InvalidInput),
        ("1000001x50", InvalidInput),
        ("1x0.001", PrecisionLost),
        ("1x" + "9" * 90, InvalidAmount),
    ],
)
def test_what_is_no_count(text, error):
    with pytest.raises(error):
        CashCount.parse(text, "EUR")


def test_counts_by_hand_are_checked_as_well():
    for pieces in ({3_000: 1}, {5_000.0: 1}, {5_000: -1}, {5_000: True}, {5_000: 1_000_001}):
        with pytest.raises(InvalidInput):
            CashCount(currency="EUR", pieces=pieces)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        faces("XXX")
