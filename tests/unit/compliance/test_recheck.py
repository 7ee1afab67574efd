"""The second look before signing knows reasons by the codes that the gate gives, each in one way."""

import re

from tests.mutation.scope import REPOSITORY
from tokenpay.steps.recheck import _ENDS, _ENDS_ASSIGNED, _PASSED, _WAITS

TOLD = set(re.findall(r"^\| `([a-z_.]+)` \|", (REPOSITORY / "docs/reference/reasons.md").read_text(), re.MULTILINE))


def test_each_reason_is_one_that_is_told_of_and_means_one_thing() -> None:
    assert len(TOLD) > 30
    assert TOLD >= _ENDS | _WAITS | _PASSED | _ENDS_ASSIGNED
    assert len(_ENDS) + len(_WAITS) + len(_PASSED) == len(_ENDS | _WAITS | _PASSED)
    assert {"intent.expired", "screening.possible_match"} == _ENDS_ASSIGNED - _ENDS
    assert _ENDS_ASSIGNED - _ENDS <= _WAITS
