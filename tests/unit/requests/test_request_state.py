import pytest

from tests.unit.requests.samples import request
from tokenpay.errors import InvalidAmount, WrongState
from tokenpay.requests.payment_request import Terms
from tokenpay.requests.request_state import RequestState, Taken, after_cancel, after_payment, after_time

OPEN, PART_PAID, PAID, OVERPAID, EXPIRED, LATE_PAID, CANCELLED = RequestState
LAST_S, LATE_S = 1_999, 2_000
HUGE = 2**256 - 1


@pytest.mark.parametrize(
    ("state", "credited", "units", "at_s", "expected", "credit", "suspense"),
    [
        # asked: 100; in time
        (OPEN, 0, 1, LAST_S, PART_PAID, 1, 0),
        (OPEN, 0, 99, LAST_S, PART_PAID, 99, 0),
        (OPEN, 0, 100, LAST_S, PAID, 100, 0),
        (OPEN, 0, 101, LAST_S, OVERPAID, 100, 1),
        (OPEN, 0, HUGE, LAST_S, OVERPAID, 100, HUGE - 100),
        (PART_PAID, 60, 39, LAST_S, PART_PAID, 39, 0),
        (PART_PAID, 60, 40, LAST_S, PAID, 40, 0),
        (PART_PAID, 60, 41, LAST_S, OVERPAID, 40, 1),
        # made in time, final after the request had expired
        (EXPIRED, 0, 100, LAST_S, PAID, 100, 0),
        (EXPIRED, 60, 10, LAST_S, PART_PAID, 10, 0),
        # late
        (OPEN, 0, 100, LATE_S, LATE_PAID, 0, 100),
        (PART_PAID, 60, 40, LATE_S, LATE_PAID, 0, 40),
        (EXPIRED, 0, 100, LATE_S, LATE_PAID, 0, 100),
        (LATE_PAID, 0, 100, LATE_S, LATE_PAID, 0, 100),
        (LATE_PAID, 0, 100, LAST_S, LATE_PAID, 0, 100),
        # paid already, early or late
        (PAID, 100, 1, LAST_S, OVERPAID, 0, 1),
        (PAID, 100, 100, LATE_S, OVERPAID, 0, 100),
        (OVERPAID, 100, 5, LAST_S, OVERPAID, 0, 5),
        (OVERPAID, 100, 5, LATE_S, OVERPAID, 0, 5),
        # cancelled stays cancelled
        (CANCELLED, 0, 100, LAST_S, CANCELLED, 0, 100),
        (CANCELLED, 60, 40, LATE_S, CANCELLED, 0, 40),
    ],
)
def test_a_payment_of_a_request_that_takes_parts(state, credited, units, at_s, expected, credit, suspense):
    taken = after_payment(request(), state, credited_units=credited, units=units, at_s=at_s)
    assert taken == Taken(state=expected, credit_units=credit, suspense_units=suspense)


@pytest.mark.parametrize(
    ("state", "units", "at_s", "expected", "credit", "suspense"),
    [
        (OPEN, 99, LAST_S, OPEN, 0, 99),
        (OPEN, 100, LAST_S, PAID, 100, 0),
        (OPEN, 101, LAST_S, OPEN, 0, 101),
        (EXPIRED, 99, LAST_S, EXPIRED, 0, 99),
        (EXPIRED, 100, LAST_S, PAID, 100, 0),
        (OPEN, 100, LATE_S, LATE_PAID, 0, 100),
    ],
)
def test_a_payment_of_a_request_for_an_exact_amount(state, units, at_s, expected, credit, suspense):
    taken = after_payment(request(terms=Terms.EXACT), state, credited_units=0, units=units, at_s=at_s)
    assert taken == Taken(state=expected, credit_units=credit, suspense_units=suspense)


@pytest.mark.parametrize(
    ("state", "credited", "at_s", "expected", "credit"),
    [(OPEN, 0, LAST_S, PAID, 7), (OPEN, 0, LATE_S, LATE_PAID, 0), (PAID, 3, LAST_S, OVERPAID, 0)],
)
def test_the_first_payment_of_an_open_amount_decides(state, credited, at_s, expected, credit):
    taken = after_payment(request(amount=None), state, credited_units=credited, units=7, at_s=at_s)
    assert taken == Taken(state=expected, credit_units=credit, suspense_units=7 - credit)


@pytest.mark.parametrize(("credited", "units"), [(0, 0), (0, -1), (-1, 1)])
def test_no_payment_is_of_nothing(credited, units):
    with pytest.raises(InvalidAmount):
        after_payment(request(), OPEN, credited_units=credited, units=units, at_s=LAST_S)


@pytest.mark.parametrize("credited", [100, 101])
@pytest.mark.parametrize("state", [OPEN, PART_PAID, EXPIRED])
def test_a_state_that_contradicts_the_credit_is_refused(state, credited):
    with pytest.raises(WrongState):
        after_payment(request(), state, credited_units=credited, units=1, at_s=LAST_S)


@pytest.mark.parametrize("state", list(RequestState))
def test_time_ends_only_what_waits(state):
    waits = state in (OPEN, PART_PAID)
    assert after_time(request(), state, now_s=LAST_S) is state
    assert after_time(request(), state, now_s=LATE_S) is (EXPIRED if waits else state)


@pytest.mark.parametrize("state", list(RequestState))
def test_only_what_waits_can_be_cancelled(state):
    if state in (OPEN, PART_PAID):
        assert after_cancel(state) is CANCELLED
    else:
        with pytest.raises(WrongState):
            after_cancel(state)
