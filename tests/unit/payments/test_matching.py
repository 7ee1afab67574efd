"""The logs of one block are believed only when the balance says the same."""

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from tokenpay.payments.matching import GroupVerdict, match_group

AGREED, DISAGREED = GroupVerdict.AGREED, GroupVerdict.DISAGREED
UNITS = st.integers(min_value=0, max_value=2**256 - 1)


@pytest.mark.parametrize(
    ("logged_units", "change_units", "sent_units", "verdict", "held_units"),
    [
        ([100], 100, 0, AGREED, 100),
        ([100, 50], 150, 0, AGREED, 150),  # two to one address in one block
        ([100], 40, 60, AGREED, 100),  # one in and one out in one block
        ([100], -60, 160, AGREED, 100),  # more out than in
        ([], 0, 0, AGREED, 0),
        ([2**256 - 1], 2**256 - 1, 0, AGREED, 2**256 - 1),
        ([100], 98, 0, DISAGREED, 98),  # the token takes a fee on the way
        ([100], 0, 0, DISAGREED, 0),  # a forged log
        ([100, 100], 100, 0, DISAGREED, 100),  # one of two is forged
        ([100], 110, 0, DISAGREED, 110),  # more came than the logs say
        ([100], -5, 0, DISAGREED, 0),  # money left that nobody sent
        ([100], 100, 1, DISAGREED, 101),
    ],
)
def test_a_group_of_logs(
    logged_units: Sequence[int], change_units: int, sent_units: int, verdict: GroupVerdict, held_units: int
) -> None:
    match = match_group(logged_units=logged_units, change_units=change_units, sent_units=sent_units)
    assert (match.verdict, match.held_units) == (verdict, held_units)


@given(st.lists(UNITS, max_size=4), st.integers(), UNITS)
def test_never_more_is_booked_than_is_held(logged_units: list[int], change_units: int, sent_units: int) -> None:
    match = match_group(logged_units=logged_units, change_units=change_units, sent_units=sent_units)
    assert match.held_units == max(change_units + sent_units, 0)
    assert (match.verdict is AGREED) == (sum(logged_units) == change_units + sent_units)
