"""What a transaction offers for its gas: what replaces an earlier one, and what its cap allows."""

import pytest
from hypothesis import given, strategies as st

from tokenpay.ethereum.fees import NO_OP_GAS, Fees, most_wei_per_gas, with_margin
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction

WEI = st.integers(0, 10**15)


def fees(priority_fee_wei: int, max_fee_wei: int) -> Fees:
    return Fees(priority_fee_wei=priority_fee_wei, max_fee_wei=max_fee_wei)


@pytest.mark.parametrize(
    ("today", "before", "at_most_wei", "offered"),
    [
        ((2, 100), (2, 100), 1_000, (3, 113)),  # nothing changed: a little more than before, rounded up
        ((20, 100), (2, 100), 1_000, (20, 113)),
        ((2, 500), (2, 100), 1_000, (3, 500)),  # the chain asks for more than a bump
        ((2, 5_000), (2, 100), 1_000, (3, 1_000)),  # no more than what is reserved
        ((700, 5_000), (2, 100), 600, (600, 600)),  # the tip is never above the maximum
        ((2, 100), (2, 100), 113, (3, 113)),
        ((2, 100), (2, 100), 112, None),
        ((2, 100), (0, 0), 0, None),  # the same again would be the same bytes
        ((0, 0), (0, 0), 1_000, None),
        ((2, 100), (0, 0), 1_000, (2, 100)),
    ],
)
def test_a_bump(
    today: tuple[int, int], before: tuple[int, int], at_most_wei: int, offered: tuple[int, int] | None
) -> None:
    bumped = fees(*today).above(fees(*before), at_most_wei=at_most_wei)
    assert bumped == (None if offered is None else fees(*offered))


@given(today=st.tuples(WEI, WEI), before=st.tuples(WEI, WEI).map(sorted), at_most_wei=WEI)
def test_a_bump_raises_both_fees_by_a_tenth_and_stays_within_the_cap(today, before, at_most_wei) -> None:
    earlier = fees(*before)
    bumped = fees(*today).above(earlier, at_most_wei=at_most_wei)
    if bumped is None:
        assert earlier.max_fee_wei * 113 > at_most_wei * 100 or min(today[1], at_most_wei) == earlier.max_fee_wei == 0
        return
    assert bumped.priority_fee_wei * 10 >= earlier.priority_fee_wei * 11
    assert bumped.max_fee_wei * 10 >= earlier.max_fee_wei * 11
    assert bumped.priority_fee_wei <= bumped.max_fee_wei <= at_most_wei


@pytest.mark.parametrize(
    ("offered", "at_most_wei", "left"),
    [((2, 100), 100, (2, 100)), ((2, 100), 99, (2, 99)), ((2, 100), 1, (1, 1)), ((2, 100), 0, (0, 0))],
)
def test_fees_are_cut_to_what_is_reserved(offered: tuple[int, int], at_most_wei: int, left: tuple[int, int]) -> None:
    assert fees(*offered).within(at_most_wei) == fees(*left)


@pytest.mark.parametrize(
    ("at_most_wei", "cap_wei"),
    [(10**9, 4 * 21_000 * 7), (3 * 21_000 * 7, 3 * 21_000 * 7), (21_000 * 7, 21_000 * 7), (21_000 * 7 - 1, None)],
)
def test_a_payment_may_cost_four_times_what_it_costs_today_within_the_chains_cap(at_most_wei, cap_wei) -> None:
    today = Fees.of_today(base_fee_wei=3, priority_fee_wei=1)
    assert today == fees(1, 7)
    assert today.cap_wei(21_000, at_most_wei=at_most_wei) == cap_wei


@given(cap_wei=WEI, gas_limit=st.integers(1, 10**8))
def test_what_is_offered_per_gas_never_costs_more_than_the_reserve(cap_wei: int, gas_limit: int) -> None:
    per_gas_wei = most_wei_per_gas(cap_wei, gas_limit)
    assert per_gas_wei * gas_limit <= cap_wei < (per_gas_wei + 1) * gas_limit


def test_nothing_is_offered_before_anything_is_reserved() -> None:
    assert most_wei_per_gas(None, None) == 0


@pytest.mark.parametrize(("gas", "gas_limit"), [(21_000, 26_250), (21_001, 26_251), (0, 0)])
def test_a_gas_limit_has_a_quarter_to_spare(gas: int, gas_limit: int) -> None:
    assert with_margin(gas) == gas_limit


def test_a_no_op_has_just_the_gas_it_needs() -> None:
    no_op = DynamicFeeTransaction(
        chain_id=1, nonce=0, max_priority_fee_wei=1, max_fee_wei=1, gas_limit=NO_OP_GAS, to=b"\x01" * 20
    )
    preflight(no_op)
