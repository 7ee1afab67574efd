"""Shifts: two counts, and what they differ by from the books."""

import pytest

from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.shift import Shift, ShiftState, variances
from tokenpay.errors import InvalidInput, WrongState


def count(text, currency="EUR"):
    return CashCount.parse(text, currency)


def shift(**changes):
    content = {
        "id": "SH-1", "branch": "main", "drawer": "drawer-1", "terminal": "counter", "operator_id": "tim",
        "opened_at_s": 100, "opening": (count("1x50"),),
    }  # fmt: skip
    return Shift(**{**content, **changes})


def test_a_shift_is_open_then_counted_then_closed():
    counted = shift().counted((count("2x50"),), expected=(count("1x50").amount,))
    assert (counted.state, counted.closed_at_s) == (ShiftState.COUNTED, None)
    closed = counted.closed(at_s=200)
    assert (closed.state, closed.closed_at_s, closed.closing) == (ShiftState.CLOSED, 200, (count("2x50"),))
    for again in (
        lambda: closed.counted((), expected=()),
        lambda: counted.counted((), expected=()),
        lambda: closed.closed(at_s=1),
    ):
        with pytest.raises(WrongState):
            again()
    assert counted.reopened() == shift()
    for early in (lambda: shift().closed(at_s=200), lambda: shift().reopened(), lambda: closed.reopened()):
        with pytest.raises(WrongState):
            early()


def test_a_currency_is_counted_once():
    with pytest.raises(InvalidInput):
        shift(opening=(count("1x50"), count("1x20")))


@pytest.mark.parametrize(
    ("expected", "counts", "told"),
    [
        ({"EUR": 5_000}, ["1x50"], []),
        ({}, [], []),
        ({"EUR": 5_000}, ["1x50, 1x5"], ["5.00 EUR over"]),
        ({"EUR": 5_000}, ["2x20"], ["10.00 EUR short"]),
        ({"EUR": 5_000}, [], ["50.00 EUR short"]),
        ({}, ["1x50"], ["50.00 EUR over"]),
        ({"EUR": 5_000, "BYN": 100}, ["1x50"], ["1.00 BYN short"]),
    ],
)
def test_variances(expected, counts, told):
    assert [str(variance) for variance in variances(expected, [count(text) for text in counts])] == told
